// The gradient of any loss of features with respect to task visual prompts: the loss's own derivative comes in, the prompts' goes out. For
// losses that see more patches at once than a run can take. Knows no loss, no optimiser and no runtime.
import { assert, present } from "../../base/fault.ts";
import { createBuilder } from "../builder.ts";
import { fuseLinear } from "../fuse-linear.ts";
import { gradient } from "../gradient.ts";
import { elementCount, type Graph } from "../ir.ts";
import { foldShapes } from "../prune.ts";
import { tidy } from "../tidy/tidy.ts";
import type { VitStructure } from "./analyse-vit.ts";
import { addUpper, promptSets } from "./cut.ts";

/**
 * Inputs (fp32, static): `tokens` [B,T,D] entering block `firstBlock`; `theta` [P], the deep prompts [depth-firstBlock,N,D] laid flat;
 * `pull` [B,F], the derivative of the loss with respect to the features of these patches (zeros pad a short batch); `gradSum` [P], 0
 * before the first run. Output `gradSumNext` [P] = gradSum + sum_b pull_b . d features_b / d theta: the chain rule, and so after the last
 * run the gradient of the whole loss, however many runs its patches took (Gao et al. 2021, gradient caching).
 */
export function pullGraph(
  graph: Graph,
  structure: VitStructure,
  { firstBlock, tokensPerBlock, batch }: Readonly<{ firstBlock: number; tokensPerBlock: number; batch: number }>,
): Graph {
  assert(tokensPerBlock > 0 && batch > 0, "prompts to pull on, and patches");
  const { tokens: count, width, featureWidth } = structure;
  const shape = [promptSets(structure, firstBlock, "deep"), tokensPerBlock, width];
  const length = elementCount(shape);
  const forward = createBuilder();
  const tokens = forward.input("tokens", "float32", [batch, count, width]);
  const theta = forward.input("theta", "float32", [length]);
  const pull = forward.input("pull", "float32", [batch, featureWidth]);
  const prompts = forward.op("Reshape", [theta, forward.vector(shape)], {}, "theta/prompts");
  const features = addUpper(forward, graph, structure, firstBlock, tokens, prompts);
  const product = forward.op("Mul", [features, pull], {}, "pull/product");
  const sum = forward.op("ReduceSum", [product, forward.vector([0, 1])], {}, "pull/sum");
  const pulled = forward.op("Reshape", [sum, forward.vector([1])], {}, "pulled");
  const folded = fuseLinear(foldShapes(forward.finish({ pulled })));
  const { builder: b, gradients } = gradient(folded, "pulled", ["theta"]);
  const gradSum = b.input("gradSum", "float32", [length]);
  const own = present(gradients.theta, "the gradient of theta");
  return tidy(foldShapes(b.finish({ gradSumNext: b.op("Add", [gradSum, own], {}, "sum/gradient") })));
}
