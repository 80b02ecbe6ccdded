// An ONNX vision transformer as others export it -> the plain graph and its structure. Knows the order of the steps; each step is a
// file of its own beside this one. Nothing is guessed: what the file leaves open is an option, and what is not understood is listed.
import { Fault } from "../../base/fault.ts";
import { type Graph, int } from "../ir.ts";
import { prune } from "../prune.ts";
import { analyseVit, residualStream, type VitStructure } from "../vit/analyse-vit.ts";
import type { WeightReader } from "../weight-file.ts";
import { type ForeignGraph, parseForeign, type SideFiles } from "./foreign.ts";
import { fuseGelu } from "./fuse-gelu.ts";
import { fuseLayerNorm } from "./fuse-layer-norm.ts";
import { type Lowered, lower, notUnderstood } from "./lower.ts";
import { selectBeforeNorm } from "./select-before-norm.ts";
import { splitLinear } from "./split-linear.ts";
import { shapeOf } from "./values.ts";
import { written } from "./write.ts";

/** How tokens [B,T,D] become features [B,F], where the file gives tokens. `prefixTokens`: class token, registers, pretext. */
export type Readout = Readonly<{
  kind: "cls" | "mean" | "cls+mean";
  prefixTokens: number;
  /** Place of the class token among the prefix tokens; 0 where left out. */
  classToken?: number;
}>;

export type ImportOptions = Readonly<{
  /** How messages call the file. */
  name: string;
  /** External data by the path the file refers to. */
  files?: SideFiles;
  /** Side of the image, where the file leaves it open. */
  imagePixels?: number;
  /** Which output to use, where there are several. */
  output?: string;
  readout?: Readout;
}>;

/**
 * `graph`: input `pixels` [B,3,S,S], output `features` [B,F]; its weights are read by key with `read`. `fixedBatch`: the batch the
 * file was written for, where it was a number: then the open batch is a conclusion from shapes, to be checked on the runtime by
 * running two images together and one by one before the first answer.
 */
export type ImportedModel = Readonly<{
  graph: Graph;
  structure: VitStructure;
  read: WeightReader;
  fixedBatch: number | null;
}>;

/**
 * Faults: `damaged`, `limit`, `bad-model` (external data missing or not of this model), `unsupported-op` and `unsupported`, each
 * naming everything that is not understood at once.
 */
export function importOnnx(bytes: Uint8Array, options: ImportOptions): ImportedModel {
  const foreign = parseForeign(bytes, options.name, options.files ?? new Map());
  const settings = { name: options.name, imagePixels: options.imagePixels ?? null };
  // Once with the sizes of the file, to find the stream of tokens; then with the number of tokens open between its ends.
  const first = lower(foreign, { ...settings, tokenRange: null });
  const plain = finished(first, foreign, options);
  const found = residualStream(plain);
  const [from, to] = [found[0], found.at(-1)].map((name) => first.foreignName(name ?? ""));
  const batch = foreign.inputs[0]?.shape[0];
  const fixedBatch = typeof batch === "number" ? batch : null;
  if (!from || !to) return { graph: plain, structure: analyseVit(plain), read: first.store.read, fixedBatch };
  const open = lower(foreign, { ...settings, tokenRange: [from, to] });
  const graph = selectBeforeNorm(splitLinear(finished(open, foreign, options), open.store));
  return { graph, structure: analyseVit(graph), read: open.store.read, fixedBatch };
}

function finished(lowered: Lowered, foreign: ForeignGraph, options: ImportOptions): Graph {
  const features = featuresOf(lowered, foreign, options);
  const graph = lowered.b.finish({ features });
  const { joints } = lowered;
  const joined: Graph = {
    ...graph,
    inputs: graph.inputs.filter((value) => !joints.has(value.name)),
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => joints.get(name) ?? name) })),
  };
  return fuseGelu(fuseLayerNorm(prune(joined)));
}

function featuresOf(lowered: Lowered, foreign: ForeignGraph, options: ImportOptions): string {
  const { b, values, at } = lowered;
  const outputs = foreign.outputs.flatMap((name) => {
    const value = values.get(name);
    return value?.kind === "live" ? [{ name, value, rank: value.view.length }] : [];
  });
  const list = outputs.map(({ name, value }) => `${name} [${shapeOf(value).join(",")}]`).join(", ") || "none";
  const { output, readout } = options;
  if (output !== undefined && !outputs.some(({ name }) => name === output)) {
    throw new Fault("unsupported", `${options.name} has no output "${output}"; its outputs are ${list}.`, { output });
  }
  const named = output === undefined ? outputs : outputs.filter(({ name }) => name === output);
  const fitting = named.filter(({ rank }) => rank === (readout ? 3 : 2));
  const [chosen, another] = fitting;
  if (!chosen || (another && !readout)) {
    const wanted = readout ? "tokens [B,T,D]" : "one vector of features [B,F]";
    const hint = "say which output to use and how its tokens are read out";
    throw notUnderstood(options.name, [], [`its outputs are ${list}, not ${wanted}; ${hint}`]);
  }
  const tokens = written(at, chosen.value);
  if (!readout) return tokens;
  const [, count = 0, width = 0] = b.known(tokens).shape;
  const { kind, prefixTokens, classToken = 0 } = readout;
  if (typeof count !== "number" || prefixTokens >= count || classToken >= count) {
    throw notUnderstood(
      options.name,
      [],
      [`a read-out with ${prefixTokens} prefix tokens does not fit its ${count} tokens`],
    );
  }
  const part = (start: number, end: number, name: string): string =>
    b.op("Slice", [tokens, b.vector([start]), b.vector([end]), b.vector([1])], {}, name);
  const cls = (): string => {
    const token = part(classToken, classToken + 1, "read/class_token");
    return b.op("Reshape", [token, b.vector([-1, Number(width)])], {}, "read/class_row");
  };
  const mean = (): string => {
    const patches = part(prefixTokens, count, "read/patch_tokens");
    return b.op("ReduceMean", [patches, b.vector([1])], { keepdims: int(0) }, "read/mean");
  };
  if (kind === "cls") return cls();
  return kind === "mean" ? mean() : b.op("Concat", [cls(), mean()], { axis: int(1) }, "read/both");
}
