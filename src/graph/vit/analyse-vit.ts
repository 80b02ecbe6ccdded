// Finds a vision transformer in a graph by the shape of its residual stream. Refuses to look at names.
import { Fault } from "../../base/fault.ts";
import { inferShapes } from "../infer.ts";
import type { Graph, Node, Shape } from "../ir.ts";
import { type Known, label } from "../ops/op-rule.ts";
import { ancestors, createLinks, type Links } from "./links.ts";

export type VitStructure = Readonly<{
  /** Name of the image input [B,3,S,S]. */
  pixels: string;
  imagePixels: number;
  /** Names of the tokens [B,T,D] entering each block and, last, leaving the last block: depth + 1 of them. */
  streams: readonly string[];
  /** Names of the tokens between the attention and the MLP of each block: depth of them. */
  middles: readonly string[];
  /** Name of the output [B,F]. */
  features: string;
  depth: number;
  heads: number;
  /** T: prefix and patch tokens. */
  tokens: number;
  /** D. */
  width: number;
  /** F. */
  featureWidth: number;
  /** Side of a patch in pixels; null where the patches are cut out by something else than one convolution. */
  patchPixels: number | null;
  /** Class token, registers and the like: tokens that are no patches; null where patchPixels is. */
  prefixTokens: number | null;
}>;

/** x -> x + branch(LayerNorm(x)). */
type Residual = Readonly<{ from: string; to: string; attends: boolean; nodes: ReadonlySet<Node> }>;

/**
 * Blocks are pairs of residuals, the first with a Softmax in its branch. Every node must belong to the embedding, to one block or to
 * the read-out, and a block may read nothing of the image but its tokens. Throws Fault `unsupported` listing everything that is not
 * understood at once.
 */
export function analyseVit(graph: Graph): VitStructure {
  const known = inferShapes(graph);
  const links = createLinks(graph);
  const problems: string[] = [];
  const [pixels] = graph.inputs;
  const [features] = graph.outputs;
  const image = pixels?.shape ?? [];
  if (!pixels || graph.inputs.length !== 1 || image.length !== 4 || image[1] !== 3 || image[2] !== image[3]) {
    problems.push(`its input must be one square RGB image [B,3,S,S], not ${describe(graph.inputs)}`);
  }
  if (!features || graph.outputs.length !== 1 || features.shape.length !== 2) {
    problems.push(`its output must be one vector of features [B,F], not ${describe(graph.outputs)}`);
  }

  const chain = stream(residuals(graph, links, known));
  const blocks: [Residual, Residual][] = [];
  for (let i = 0; i < chain.length; i += 2) {
    const [attention, mlp] = [chain[i], chain[i + 1]];
    if (attention?.attends && mlp && !mlp.attends) blocks.push([attention, mlp]);
    else problems.push(`its residual ${i} starts no block of attention and MLP`);
  }
  const first = blocks[0]?.[0];
  if (!first) problems.push("it has no residual stream x + attention(norm(x)), x + mlp(norm(x))");
  if (!first || problems.length > 0 || !pixels || !features) throw notUnderstood(problems);

  const streams = [first.from, ...blocks.map(([, mlp]) => mlp.to)];
  const [, tokens, width] = known.get(first.from)?.shape ?? [];
  const featureWidth = features.shape[1];
  const heads = known.get(softmaxOf(first)?.outputs[0] ?? "")?.shape[1];
  if (typeof tokens !== "number" || typeof width !== "number")
    problems.push("the number or width of its tokens is not fixed");
  if (typeof heads !== "number") problems.push("its attention has no axis of heads");
  problems.push(...strayNodes(graph, links, streams, blocks));
  if (problems.length === 0) problems.push(...fixedTokens(graph, links, known, streams));
  if (
    problems.length > 0 ||
    typeof tokens !== "number" ||
    typeof width !== "number" ||
    typeof heads !== "number" ||
    typeof featureWidth !== "number"
  ) {
    throw notUnderstood(problems);
  }
  return {
    pixels: pixels.name,
    imagePixels: Number(image[2]),
    streams,
    middles: blocks.map(([attention]) => attention.to),
    features: features.name,
    depth: blocks.length,
    heads,
    tokens,
    width,
    featureWidth,
    ...patches(links, first.from, Number(image[2]), tokens),
  };
}

function patches(links: Links, stream: string, side: number, tokens: number) {
  const convolutions = [...ancestors(links, stream, new Set())].filter((node) => node.op === "Conv");
  const strides = convolutions[0]?.attributes.strides;
  const patchPixels = convolutions.length === 1 && strides?.kind === "ints" ? (strides.value[0] ?? null) : null;
  return { patchPixels, prefixTokens: patchPixels && tokens - Math.floor(side / patchPixels) ** 2 };
}

const describe = (values: readonly { name: string; shape: Shape }[]): string =>
  values.map(({ name, shape }) => `${name} [${shape.join(",")}]`).join(", ") || "none";

function notUnderstood(problems: readonly string[]): Fault {
  return new Fault(
    "unsupported",
    `This graph is not a vision transformer prompts can be put into: ${problems.join("; ")}.`,
    { problems },
  );
}

/** Adds of three axes where one side is normalised on the way to the other. */
function residuals(graph: Graph, links: Links, known: ReadonlyMap<string, Known>): readonly Residual[] {
  const found: Residual[] = [];
  for (const node of graph.nodes) {
    const [a = "", b = "", to = ""] = [...node.inputs, ...node.outputs];
    if (node.op !== "Add" || known.get(to)?.shape.length !== 3) continue;
    for (const [from, branch] of [
      [a, b],
      [b, a],
    ] as const) {
      const norms = (links.readers.get(from) ?? []).filter((reader) => reader.op === "LayerNormalization");
      const nodes = ancestors(links, branch, new Set([from]));
      if (!norms.some((norm) => nodes.has(norm))) continue;
      const attends = [...nodes].some((one) => one.op === "Softmax");
      found.push({ from, to, attends, nodes: new Set([...nodes, node]) });
      break;
    }
  }
  return found;
}

/** The residuals that follow one another, from the first. */
function stream(all: readonly Residual[]): readonly Residual[] {
  const byStart = new Map(all.map((residual) => [residual.from, residual]));
  const ends = new Set(all.map((residual) => residual.to));
  const chain: Residual[] = [];
  let next = all.find((residual) => !ends.has(residual.from));
  while (next) {
    chain.push(next);
    next = byStart.get(next.to);
  }
  return chain;
}

/** Names of the values x -> x + branch(norm(x)) leads through, from the first x to the last; empty where there are none. */
export function residualStream(graph: Graph): readonly string[] {
  const chain = stream(residuals(graph, createLinks(graph), inferShapes(graph)));
  return chain.length === 0 ? [] : [...chain.slice(0, 1).map(({ from }) => from), ...chain.map(({ to }) => to)];
}

const softmaxOf = (residual: Residual): Node | undefined => [...residual.nodes].find((node) => node.op === "Softmax");

/** Nodes that lie in no part, and parts that read what is not theirs. */
function strayNodes(
  graph: Graph,
  links: Links,
  streams: readonly string[],
  blocks: readonly (readonly [Residual, Residual])[],
): readonly string[] {
  const embedding = ancestors(links, streams[0] ?? "", new Set());
  const readout = ancestors(links, graph.outputs[0]?.name ?? "", new Set([streams.at(-1) ?? ""]));
  const inBlocks = blocks.flatMap((pair) => pair.flatMap((residual) => [...residual.nodes]));
  const problems: string[] = [];
  const owner = new Map<Node, number>();
  const parts = [embedding, ...blocks.map(([a, b]) => new Set([...a.nodes, ...b.nodes])), readout];
  parts.forEach((part, i) => {
    for (const node of part) {
      const other = owner.get(node);
      if (other !== undefined && other !== i) problems.push(`${label(node)} serves two parts of the network`);
      owner.set(node, i);
    }
  });
  const stray = graph.nodes.filter((node) => !owner.has(node)).map(label);
  if (stray.length > 0) problems.push(`no part of it explains ${stray.slice(0, 20).join(", ")}`);
  if (inBlocks.filter((node) => node.op === "Softmax").length !== blocks.length) {
    problems.push("a block has more than one attention");
  }
  return problems;
}

/** Blocks must take any number of tokens: told another number, shapes must still follow. */
function fixedTokens(
  graph: Graph,
  links: Links,
  known: ReadonlyMap<string, Known>,
  streams: readonly string[],
): readonly string[] {
  return streams.slice(0, -1).flatMap((from, block) => {
    const to = streams[block + 1] ?? "";
    const part = ancestors(links, to, new Set([from]));
    const [batch = "B", , width = 1] = known.get(from)?.shape ?? [];
    try {
      const shapes = inferShapes({
        inputs: [{ name: from, dtype: "float32", shape: [batch, "T", width] }],
        outputs: [],
        nodes: graph.nodes.filter((node) => part.has(node)),
        initializers: graph.initializers,
        opset: graph.opset,
      });
      return shapes.get(to)?.shape.join() === [batch, "T", width].join()
        ? []
        : [`block ${block} fixes its number of tokens`];
    } catch (error) {
      if (error instanceof Fault) return [`block ${block} fixes its number of tokens (${error.message})`];
      throw error;
    }
  });
}
