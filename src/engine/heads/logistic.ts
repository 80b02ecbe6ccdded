// Multinomial L2-regularised logistic regression on centred, L2-normalised features: the frozen baseline. Knows no model.
import type { HeadExamples } from "./examples.ts";

/** `centre` [width]; `weight` [classes, width]; `bias` [classes] (-Infinity: a class without examples, never answered). */
export type LogisticHead = Readonly<{ centre: Float32Array; weight: Float64Array; bias: Float64Array }>;

export type LogisticOptions = Readonly<{
  /** Inverse strength of the L2 penalty, as scikit-learn's C. */
  c: number;
  classWeight: "none" | "balanced";
}>;

export const logisticDefaults: LogisticOptions = { c: 10, classWeight: "balanced" };

export declare function fitLogistic(examples: HeadExamples, options?: LogisticOptions): LogisticHead;
/** Softmax scores [rows, classes], row-major. `features` is [rows, width]. */
export declare function logisticScores(head: LogisticHead, features: Float32Array): Float64Array;
