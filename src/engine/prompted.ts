// Features under prompts: cached tokens through the upper blocks. Knows the upper graph; the head is applied outside (heads/centroid.ts).
import type { Lane, LanePriority } from "../base/lane.ts";
import { type InstanceWeights, instanceParts } from "../domain/prompt-kinds.ts";
import type { PromptSet } from "../domain/prompt-set.ts";
import type { UpperShape } from "../graph/vit/cut.ts";
import type { ThetaLayout } from "../graph/vit/train-graph.ts";
import type { ModelPrograms } from "./model-programs.ts";
import { outputOf, type TensorValue } from "./runtime.ts";

/** Deep prompts of blocks firstBlock..depth-1: dims [blocks, tokensPerBlock, width]; tokensPerBlock 0: none. */
export type VisualPrompts = Readonly<{ firstBlock: number; value: TensorValue }>;

/** With the kinds beside them: the instance module's numbers, and tokens of text [texts, width] as they enter. */
export type Prompts = VisualPrompts & Readonly<{ instance?: InstanceWeights | null; textual?: TensorValue | null }>;

const batchSize = 8;

/** Rows [examples, F], row-major, for `tokens` (each [T, width], entering block `firstBlock`). */
export async function promptedFeatures(
  deps: Readonly<{ programs: ModelPrograms; lane: Lane }>,
  prompts: Prompts,
  tokens: readonly Float32Array[],
  width: number,
  priority: LanePriority,
  signal: AbortSignal,
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  const [shape, feeds] = [upperShapeOf(prompts), feedsOf(prompts)];
  for (let from = 0; from < tokens.length; from += batchSize) {
    const batch = tokens.slice(from, from + batchSize);
    const fed = stack(batch, width);
    const outputs = await deps.lane.run(
      priority,
      async () => {
        const program = await deps.programs.upper(prompts.firstBlock, shape);
        signal.throwIfAborted();
        return program.run({ tokens: fed, ...feeds });
      },
      signal,
    );
    parts.push(outputOf(outputs, "features").data);
  }
  return concatenate(parts);
}

/** Which upper graph these prompts enter. */
export function upperShapeOf({ value, instance, textual }: Prompts): UpperShape {
  return { visual: value.data.length > 0, instance: instance?.shape ?? null, textTokens: textual?.dims[0] ?? 0 };
}

/** What that graph is fed with, beside the image's tokens. */
export function feedsOf({ value, instance, textual }: Prompts): Readonly<Record<string, TensorValue>> {
  const width = value.dims[2] ?? 0;
  const parts = instance ? instanceParts(instance.shape, width) : [];
  return {
    ...(value.data.length > 0 ? { prompts: value } : {}),
    ...(textual ? { textual: { dims: [1, ...textual.dims], data: textual.data } } : {}),
    ...Object.fromEntries(parts.map(({ part, shape }) => [part, { dims: shape, data: instance!.values[part] }])),
  };
}

export function promptsOfSet({ metadata, prompts, instance, textual, width }: PromptSet): Prompts {
  const { firstBlock, blocks, tokensPerBlock } = metadata.method;
  return {
    firstBlock,
    value: { dims: [blocks, tokensPerBlock, width], data: prompts },
    instance,
    textual: textual && { dims: [textual.length / width, width], data: textual },
  };
}

/** Copies out of a vector theta. `texts` [X, width]: the frozen tokens, before their lengths, which theta holds. */
export function promptsOfTheta(
  { prompts, instance, textScale }: ThetaLayout,
  theta: Float32Array,
  firstBlock: number,
  texts: TensorValue | null,
): Prompts {
  const take = ({ offset, shape }: typeof prompts): Float32Array =>
    theta.slice(offset, offset + shape.reduce((a, b) => a * b, 1));
  const scale = textScale && take(textScale);
  const width = prompts.shape[2] ?? 0;
  return {
    firstBlock,
    value: { dims: prompts.shape, data: take(prompts) },
    instance: instance && {
      shape: { tokens: instance.queries.shape[0] ?? 0, hidden: instance.downBias.shape[0] ?? 0 },
      values: {
        queries: take(instance.queries),
        downWeight: take(instance.downWeight),
        downBias: take(instance.downBias),
        upWeight: take(instance.upWeight),
        upBias: take(instance.upBias),
      },
    },
    textual: texts && scale && { dims: texts.dims, data: texts.data.map((x, i) => x * scale[Math.floor(i / width)]!) },
  };
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
