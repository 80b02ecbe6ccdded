// A linear head as torch.nn.Linear stores it: the head of prompt files of others. Knows no model.
import { dot, softmaxRows } from "../../math/linear-algebra.ts";
import { rowsOf } from "./examples.ts";

/** `weight` [classes, width] row-major, `bias` [classes]. */
export type LinearHead = Readonly<{ weight: Float32Array; bias: Float32Array }>;

/** Softmax scores [rows, classes] of features . weight + bias, row-major. `features` is [rows, width]. */
export function linearScores({ weight, bias }: LinearHead, features: Float32Array): Float64Array {
  const classes = bias.length;
  const width = weight.length / classes;
  const rows = rowsOf(features, width);
  const scores = new Float64Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    const x = features.subarray(i * width, (i + 1) * width);
    for (let c = 0; c < classes; c++) {
      scores[i * classes + c] = dot(weight.subarray(c * width, (c + 1) * width), x) + bias[c]!;
    }
  }
  softmaxRows(scores, classes);
  return scores;
}
