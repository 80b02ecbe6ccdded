// Features under prompts: cached tokens through the upper blocks. Knows the upper graph; the head is applied outside (heads/centroid.ts).
import type { Lane, LanePriority } from "../base/lane.ts";
import type { ModelPrograms } from "./model-programs.ts";
import { outputOf, type TensorValue } from "./runtime.ts";

/** Deep prompts of blocks firstBlock..depth-1: dims [blocks, tokensPerBlock, width]. */
export type VisualPrompts = Readonly<{ firstBlock: number; value: TensorValue }>;

const batchSize = 8;

/** Rows [examples, F], row-major, for `tokens` (each [T, width], entering block `firstBlock`). */
export async function promptedFeatures(
  deps: Readonly<{ programs: ModelPrograms; lane: Lane }>,
  prompts: VisualPrompts,
  tokens: readonly Float32Array[],
  width: number,
  priority: LanePriority,
  signal: AbortSignal,
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (let from = 0; from < tokens.length; from += batchSize) {
    const batch = tokens.slice(from, from + batchSize);
    const fed = stack(batch, width);
    const outputs = await deps.lane.run(
      priority,
      async () => {
        const program = await deps.programs.upper(prompts.firstBlock);
        signal.throwIfAborted();
        return program.run({ tokens: fed, prompts: prompts.value });
      },
      signal,
    );
    parts.push(outputOf(outputs, "features").data);
  }
  return concatenate(parts);
}

/** Several [T, width] arrays -> [rows, T, width]; `rows` above their number pads with copies of the first. */
export function stack(arrays: readonly Float32Array[], width: number, rows: number = arrays.length): TensorValue {
  const first = arrays[0];
  if (!first) throw new Error("assertion failed: nothing to stack");
  const data = new Float32Array(rows * first.length);
  for (let i = 0; i < rows; i++) data.set(arrays[i] ?? first, i * first.length);
  return { dims: [rows, first.length / width, width], data };
}

export function concatenate(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
