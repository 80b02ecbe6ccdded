// What an ONNX file takes and gives, before anything is asked about it. Knows inputs, outputs and their shapes; judges no structure.
import type { Shape } from "../ir.ts";
import { parseForeign, type SideFiles } from "./foreign.ts";
import { lower } from "./lower.ts";
import { shapeOf } from "./values.ts";

export type OnnxFacts = Readonly<{
  /** Name of its first input. */
  input: string;
  /** The batch it was written for; null where that is open. */
  batch: number | null;
  /** Side of its image; null where the file leaves it open and nobody said. */
  imagePixels: number | null;
  /** It holds fp16 numbers: its own answers are rounded to them. */
  halves: boolean;
  /** Outputs that depend on the image; empty where the image's side is needed first. */
  outputs: readonly Readonly<{ name: string; shape: Shape }>[];
}>;

/** Faults: those of `importOnnx` that do not depend on its read-out. */
export function lookInside(
  bytes: Uint8Array,
  options: Readonly<{ name: string; files?: SideFiles; imagePixels?: number }>,
): OnnxFacts {
  const foreign = parseForeign(bytes, options.name, options.files ?? new Map());
  const [first] = foreign.inputs;
  const [batch, , stated] = first?.shape ?? [];
  const imagePixels = typeof stated === "number" ? stated : (options.imagePixels ?? null);
  const halves = [...foreign.tensors.values()].some(({ dtype }) => dtype === "float16" || dtype === "bfloat16");
  const facts = { input: first?.name ?? "", batch: typeof batch === "number" ? batch : null, imagePixels, halves };
  const open = first !== undefined && first.shape.length === 4 && imagePixels === null;
  if (open) return { ...facts, outputs: [] };
  const { values } = lower(foreign, { name: options.name, imagePixels, tokenRange: null });
  const outputs = foreign.outputs.flatMap((name) => {
    const value = values.get(name);
    return value?.kind === "live" ? [{ name, shape: shapeOf(value) }] : [];
  });
  return { ...facts, outputs };
}
