// A prompt set as an npz (numpy.savez): one array for each tensor under its name, and the metadata as JSON. Knows no backbone. It is for
// looking into a set elsewhere: the app reads the set's own file.
import { npyArray } from "./npy-file.ts";
import { parsePromptSet, promptSetFileLimits } from "./prompt-set-file.ts";
import { parseSafetensors } from "./safetensors.ts";
import { writeZip } from "./zip-file.ts";

/** `file`: that of a prompt set. Its metadata are the array `metadata` of bytes: json.loads(bytes(z["metadata"])). */
export function promptSetAsNpz(file: Uint8Array): Uint8Array {
  const { metadata } = parsePromptSet(file);
  const { tensors } = parseSafetensors(file, "the prompt set", promptSetFileLimits);
  const json = new TextEncoder().encode(JSON.stringify(metadata));
  return writeZip([
    { path: "metadata.npy", bytes: npyArray("|u1", [json.length], json) },
    ...[...tensors.values()].map(({ name, shape, bytes }) => ({
      path: `${name}.npy`,
      bytes: npyArray("<f4", shape, bytes),
    })),
  ]);
}
