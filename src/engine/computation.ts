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
