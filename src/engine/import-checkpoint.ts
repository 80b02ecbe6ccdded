// A safetensors file with timm's or Hugging Face's keys -> graph and frozen weights. Knows no network, no manifest and no runtime.
import { Fault } from "../base/fault.ts";
import { floatsOf, type SafeTensors } from "../domain/safetensors.ts";
import { elementCount, type Graph } from "../graph/ir.ts";
import { buildVit } from "../graph/vit/build-vit.ts";
import { type CheckpointFacts, readCheckpoint, type VitCheckpoint } from "../graph/vit/checkpoint.ts";
import { writeValues } from "../graph/vit/checkpoint-values.ts";
import { assertFinite, type TensorSet } from "./frozen-weights.ts";

export type ImportedCheckpoint = Readonly<{ checkpoint: VitCheckpoint; graph: Graph; tensors: TensorSet }>;

const readable: ReadonlySet<string> = new Set(["F32", "F16", "BF16"]);

/**
 * The weights come out under timm's names with q, k and v in one tensor, whatever the file calls them: the same network has the
 * same weights digest in each layout. Throws Fault `bad-model` naming everything that does not fit, `unsupported` naming every
 * needed tensor that is not F32, F16 or BF16.
 */
export function importCheckpoint(container: SafeTensors, facts: CheckpointFacts, name: string): ImportedCheckpoint {
  const shapes = new Map([...container.tensors].map(([key, { shape }]) => [key, shape]));
  const checkpoint = readCheckpoint(shapes, facts, name);
  const needed = checkpoint.origins.flatMap(({ from }) => from);
  const others = needed.filter((key) => !readable.has(container.tensors.get(key)?.dtype ?? ""));
  if (others.length > 0) {
    const listed = others.map((key) => `${key} (${container.tensors.get(key)?.dtype})`);
    throw new Fault("unsupported", `${name}: weights must be F32, F16 or BF16; these are not: ${listed.join(", ")}.`, {
      keys: others,
    });
  }
  const read = (key: string): Float32Array => {
    const tensor = container.tensors.get(key);
    if (!tensor) throw new Fault("bad-model", `${name} has no tensor ${key}.`, { key });
    return floatsOf(tensor);
  };
  for (const key of needed) assertFinite(read(key), key, name);
  const origins = new Map(checkpoint.origins.map((origin) => [origin.key, origin]));
  const tensors: TensorSet = {
    keys: new Set(origins.keys()),
    tensor(key) {
      const origin = origins.get(key);
      if (!origin) throw new Fault("bad-model", `${name} has no tensor ${key}, which the model needs.`, { key });
      const data = new Float32Array(elementCount(origin.shape));
      writeValues(origin, read, data);
      return { shape: origin.shape, data };
    },
  };
  return { checkpoint, graph: buildVit(checkpoint.shape), tensors };
}
