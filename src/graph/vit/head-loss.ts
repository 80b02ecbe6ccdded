// The heads that can be trained and their loss, written into a graph. Knows no backbone and no derivative.
import type { Builder } from "../builder.ts";
import { int } from "../ir.ts";

/** x / sqrt(|x|^2 + 1e-12) over the last of two axes. */
function unit(b: Builder, x: string, name: string): string {
  const square = b.op("ReduceSumSquare", [x, b.vector([1])], { keepdims: int(1) }, `${name}/square`);
  const length = b.op("Sqrt", [b.op("Add", [square, b.scalar(1e-12)], {}, `${name}/guarded`)], {}, `${name}/length`);
  return b.op("Div", [x, length], {}, name);
}

/** temperature * unit(features - centre) . unit(head[c]): [B,F], [F], [C,F], [1] -> [B,C]. */
export function cosineLogits(b: Builder, features: string, centre: string, head: string, temperature: string): string {
  const centred = b.op("Sub", [features, centre], {}, "head/centred");
  const [x, w] = [unit(b, centred, "head/features"), unit(b, head, "head/weights")];
  const cosine = b.op("Gemm", [x, w], { transB: int(1) }, "head/cosine");
  return b.op("Mul", [cosine, temperature], {}, "head/logits");
}

/** unit(features - centre) . head[c] + bias[c]: [B,F], [F], [C,F], [C] -> [B,C]. */
export function logisticLogits(b: Builder, features: string, centre: string, head: string, bias: string): string {
  const centred = b.op("Sub", [features, centre], {}, "head/centred");
  return b.op("Gemm", [unit(b, centred, "head/features"), head, bias], { transB: int(1) }, "head/logits");
}

/** sum_b w_b * sum_c targets_bc (logsumexp(logits_b) - logits_bc) / total: cross-entropy against soft targets. Shape [1]. */
export function weightedLoss(b: Builder, logits: string, targets: string, sampleWeight: string, total: string): string {
  const share = b.op("Div", [sampleWeight, total], {}, "loss/share");
  const column = b.op("Reshape", [share, b.vector([-1, 1])], {}, "loss/share/column");
  const weighted = b.op("Mul", [targets, column], {}, "loss/targets");
  const norm = b.op("ReduceLogSumExp", [logits, b.vector([1])], { keepdims: int(1) }, "loss/norm");
  const parts = b.op("Mul", [weighted, b.op("Sub", [norm, logits], {}, "loss/surprise")], {}, "loss/parts");
  const sum = b.op("ReduceSum", [parts, b.vector([0, 1])], { keepdims: int(0) }, "loss/sum");
  return b.op("Reshape", [sum, b.vector([1])], {}, "loss/mean");
}

/** sum_b w_b. Shape [1]. */
export function weightSum(b: Builder, sampleWeight: string): string {
  return b.op("ReduceSum", [sampleWeight, b.vector([0])], { keepdims: int(1) }, "loss/weight");
}
