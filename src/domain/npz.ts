// A prompt set as an npz (numpy.savez): one array for each tensor under its name, and the metadata as JSON. Knows NEP 1's layout of an
// array; knows no backbone. It is for looking into a set elsewhere: the app reads the set's own file.
import { type Zippable, zipSync } from "fflate";
import { parsePromptSet, promptSetFileLimits } from "./prompt-set-file.ts";
import { parseSafetensors } from "./safetensors.ts";

/** The clock must not decide bytes: a zip's earliest day. */
const noTime = "1980-01-02T00:00:00";

/** Version 1.0 of the format: magic, a header of Python's literal padded to 64 bytes, the values. `descr`: numpy's name of the type. */
export function npyArray(descr: "<f4" | "|u1", shape: readonly number[], values: Uint8Array): Uint8Array {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims}), }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64;
  const file = new Uint8Array(length + values.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (length - 10) % 256, Math.floor((length - 10) / 256)]);
  file.set(new TextEncoder().encode(`${header.padEnd(length - 11)}\n`), 10);
  file.set(values, length);
  return file;
}

/** `file`: that of a prompt set. Its metadata are the array `metadata` of bytes: json.loads(bytes(z["metadata"])). */
export function promptSetAsNpz(file: Uint8Array): Uint8Array {
  const { metadata } = parsePromptSet(file);
  const { tensors } = parseSafetensors(file, "the prompt set", promptSetFileLimits);
  const json = new TextEncoder().encode(JSON.stringify(metadata));
  const entries: Zippable = { "metadata.npy": npyArray("|u1", [json.length], json) };
  for (const { name, shape, bytes } of tensors.values()) entries[`${name}.npy`] = npyArray("<f4", shape, bytes);
  return zipSync(entries, { level: 0, mtime: noTime });
}
