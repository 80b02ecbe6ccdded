// The embedding as a graph holds it -> patch convolution, and for each token of the sequence what it is the sum of. Knows no read-out.
import type { Initializer, Node, WeightSource } from "../../ir.ts";
import { intOf, intsOf } from "../../ops/op-rule.ts";
import { type Axes, axesBehind, axesText, layoutOps, wholeAxis } from "./axes.ts";
import { opOf } from "./branch.ts";
import { type Lookup, notPlain, vectorOf } from "./lookup.ts";

/** One row of a constant: `at` counts elements from the beginning of the stored tensor `key`. */
export type Row = Readonly<{ key: string; at: number }>;

/** A token: a patch or none, and constants added to it. */
export type Token = Readonly<{ patch: number | null; added: readonly Row[] }>;

export type EmbeddingRoles = Readonly<{
  kernel: Initializer;
  bias: Initializer | null;
  patchPixels: number;
  tokens: readonly Token[];
}>;

type Sizes = Readonly<{ pixels: string; imagePixels: number; width: number }>;

/** Throws where tokens are made of anything but patches, stored rows and sums of these. */
export function embeddingRoles(lookup: Lookup, stream: string, sizes: Sizes): EmbeddingRoles {
  const { width } = sizes;
  const convolutions = new Map<Node, Axes>();

  /** The axes of patches on their way from the convolution, y and x being the grid. */
  const patchAxes = (name: string): Axes => {
    const node = lookup.writer(name);
    if (node?.op === "Conv") {
      const [batch = "B", , rows = 0, columns = 0] = lookup.shape(name);
      const axes = [wholeAxis("b", batch), wholeAxis("c", width), wholeAxis("y", rows), wholeAxis("x", columns)];
      convolutions.set(node, axes);
      return axes;
    }
    if (!node || !layoutOps.has(node.op))
      notPlain(`changes its patches by ${opOf(lookup, name)} before they are tokens`);
    return axesBehind(lookup, node, patchAxes(node.inputs[0] ?? ""));
  };
  const patches = (name: string): readonly Token[] => {
    const found = axesText(patchAxes(name));
    const [batch = [], channels = [], rows = [], columns = []] = [...convolutions.values()][0] ?? [];
    if (found !== axesText([batch, [...rows, ...columns], channels])) notPlain("orders its patches in an unknown way");
    const [, count = 0] = lookup.shape(name);
    return Array.from({ length: Number(count) }, (_, patch) => ({ patch, added: [] }));
  };
  const tokensOf = (name: string): readonly Token[] => {
    const constant = lookup.frozen(name);
    if (constant) return rowsOf(constant, width);
    const node = lookup.writer(name);
    if (!node) notPlain("makes tokens of something else than patches");
    if (node.op === "Add") {
      const [a = [], b = []] = node.inputs.map(tokensOf);
      return summed(a, b);
    }
    if (node.op === "Concat" && (intOf(node, "axis", 0) === 1 || intOf(node, "axis", 0) === -2)) {
      return node.inputs.flatMap(tokensOf);
    }
    if (node.op === "Identity") return tokensOf(node.inputs[0] ?? "");
    if (node.op === "Slice") return sliced(lookup, node, tokensOf(node.inputs[0] ?? ""));
    // A zero for every image, by which constants get a batch.
    if (node.op === "Mul" && node.inputs.some((input) => lookup.scalar(input) === 0)) {
      const [, ...dims] = lookup.shape(name);
      if (dims.every((n) => n === 1)) return [{ patch: null, added: [] }];
    }
    return patches(name);
  };
  const tokens = tokensOf(stream);
  const [convolution, another] = [...convolutions.keys()];
  if (!convolution || another) notPlain("does not cut its image into patches by one convolution");
  return { ...patchLayer(lookup, convolution, sizes), tokens };
}

function patchLayer(lookup: Lookup, node: Node, { pixels, imagePixels, width }: Sizes) {
  const [image, weight = "", added = ""] = node.inputs;
  const kernel = lookup.frozen(weight);
  const bias = added === "" ? null : vectorOf(lookup, added, width);
  const side = kernel?.shape[3] ?? 0;
  const all = (key: string, wanted: number): boolean => (intsOf(node, key) ?? [wanted]).every((n) => n === wanted);
  const strided = intsOf(node, "strides")?.every((n) => n === side) ?? side === 1;
  const plain = all("pads", 0) && all("dilations", 1) && intOf(node, "group", 1) === 1 && strided;
  if (image !== pixels) notPlain("changes its image before it cuts it into patches");
  if (!kernel || kernel.shape.join() !== [width, 3, side, side].join() || !plain || imagePixels % side !== 0) {
    notPlain("has patches that overlap, leave pixels out or are not square");
  }
  if (added !== "" && !bias) notPlain("computes the bias of its patches");
  return { kernel, bias, patchPixels: side };
}

/** The rows of a constant [1,N,D], [N,D] or [D]. */
function rowsOf(entry: Initializer, width: number): readonly Token[] {
  const count = entry.shape.at(-2) ?? 1;
  const lead = entry.shape.slice(0, -2);
  const { source } = entry;
  if (entry.shape.at(-1) !== width || lead.some((n) => n !== 1) || source.kind !== "weight" || source.transposed) {
    notPlain("adds constants to its tokens that are no rows of them");
  }
  return Array.from({ length: count }, (_, row) => ({ patch: null, added: [rowAt(source, row, width)] }));
}

const rowAt = ({ key, elementOffset }: WeightSource, row: number, width: number): Row => ({
  key,
  at: elementOffset + row * width,
});

/** Token by token; one token meets all. */
function summed(a: readonly Token[], b: readonly Token[]): readonly Token[] {
  const count = Math.max(a.length, b.length);
  if ([a, b].some((list) => list.length !== count && list.length !== 1)) notPlain("adds tokens of different numbers");
  return Array.from({ length: count }, (_, i): Token => {
    const [x, y] = [a, b].map((list) => list[list.length === 1 ? 0 : i]);
    if (!x || !y || (x.patch !== null && y.patch !== null)) notPlain("adds patches to each other");
    return { patch: x.patch ?? y.patch, added: [...x.added, ...y.added] };
  });
}

function sliced(lookup: Lookup, node: Node, tokens: readonly Token[]): readonly Token[] {
  const range = tokenRange(lookup, node);
  return range ? tokens.slice(range.start, range.end) : notPlain("cuts its tokens in an unknown way");
}

/** Which tokens of [B,T,D] a Slice takes; null where it takes something else. */
export function tokenRange(lookup: Lookup, node: Node): Readonly<{ start: number; end: number }> | null {
  const [starts, ends, axes, steps] = node.inputs.slice(1).map(lookup.ints);
  const shape = lookup.shape(node.inputs[0]);
  const [, count] = shape;
  const [start, end] = [starts?.[0], ends?.[0]];
  const along = axes?.join() === "1" || axes?.join() === "-2";
  if (shape.length !== 3 || !along || start === undefined || end === undefined || typeof count !== "number")
    return null;
  if ((steps ?? [1]).join() !== "1") return null;
  const place = (n: number): number => Math.min(Math.max(n < 0 ? n + count : n, 0), count);
  return { start: place(start), end: place(end) };
}
