// What decides a backbone's features beside its weights, from whatever describes the backbone. Knows no weights.
import type { BackboneComputation } from "../domain/prompt-set.ts";
import type { Graph } from "../graph/ir.ts";
import { floatOf } from "../graph/ops/op-rule.ts";
import type { VitStructure } from "../graph/vit/analyse-vit.ts";
import { fullShape, patchTokensOf, type VitShape } from "../graph/vit/vit-shape.ts";

/** Of a checkpoint's shape, of a manifest's architecture, and of what networkTensors reads in an ONNX file. */
export function computationOf(shape: VitShape): BackboneComputation {
  const { imagePixels, patchPixels, depth, width, heads, prefixTokens, readout, layerNormEps, activation } =
    fullShape(shape);
  const tokens = patchTokensOf(shape) + prefixTokens;
  const featureWidth = readout === "cls+mean" ? 2 * width : width;
  const counts = { imagePixels, patchPixels, depth, width, heads, tokens, prefixTokens, featureWidth };
  return { ...counts, readout, layerNormEps, activation };
}

/** Of a graph whose tensors are not known by their roles: what its structure and its norms say, null for the rest. */
export function computationOfGraph(graph: Graph, structure: VitStructure): BackboneComputation {
  const { imagePixels, patchPixels, depth, width, heads, tokens, prefixTokens, featureWidth } = structure;
  const counts = { imagePixels, patchPixels, depth, width, heads, tokens, prefixTokens, featureWidth };
  const norms = graph.nodes.filter((node) => node.op === "LayerNormalization");
  const [epsilon = null, another] = new Set(norms.map((node) => floatOf(node, "epsilon", 1e-5)));
  return { ...counts, readout: null, layerNormEps: another === undefined ? epsilon : null, activation: null };
}

/** Every difference in words. What one side does not know is not compared. */
export function computationDifferences(set: BackboneComputation, model: BackboneComputation): readonly string[] {
  const said: readonly (readonly [string, string | number | null, string | number | null])[] = [
    ["pixels a side of the image", set.imagePixels, model.imagePixels],
    ["pixels a side of a patch", set.patchPixels, model.patchPixels],
    ["blocks", set.depth, model.depth],
    ["token width", set.width, model.width],
    ["attention heads", set.heads, model.heads],
    ["tokens", set.tokens, model.tokens],
    ["tokens before the patches", set.prefixTokens, model.prefixTokens],
    ["read-out", set.readout, model.readout],
    ["features", set.featureWidth, model.featureWidth],
    ["epsilon of the layer norms", set.layerNormEps, model.layerNormEps],
    ["activation", set.activation, model.activation],
  ];
  return said
    .filter(([, a, b]) => a !== null && b !== null && !isSame(a, b))
    .map(([what, a, b]) => `it was made with ${what}: ${a}, and the backbone computes with ${b}`);
}

/** Epsilons differ by a percent where a graph is stored in fp16: 1e-6 becomes 1.01e-6 there. Whole numbers never come that close. */
const isSame = (a: string | number, b: string | number): boolean =>
  a === b ||
  (typeof a === "number" && typeof b === "number" && Math.max(a, b) < 1 && Math.abs(a - b) <= 0.02 * Math.max(a, b));
