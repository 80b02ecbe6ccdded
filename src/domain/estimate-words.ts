// The held-out estimate in words, exactly as far as the figures carry. Knows no screen and no engine.
import type { Estimate } from "./estimate.ts";
import type { TissueClass } from "./label.ts";

/** Everything there is to say, one sentence each; empty lists where there is nothing to say. */
export type EstimateWords = Readonly<{
  /** "Balanced accuracy 87 % (71-95)" or, without a figure, the reason. */
  headline: string;
  /** "16 of 18 held-out patches in 4 places correct: 89 % (56-98)"; null without a figure. */
  counts: string | null;
  /** "Frozen features, same folds: 14 of 18 correct: 78 % (46-93), balanced accuracy 75 %"; null without a figure. */
  frozen: string | null;
  /** "Always answering Stroma: balanced accuracy 33 %"; null without a figure. */
  majority: string | null;
  /** What the figure is of; null without a figure. */
  meaning: string | null;
  /** How the held-out labels came to be; null when all were placed freely. */
  origins: string | null;
  /** One per class without a figure: "Label Tumour in a second place to get an estimate." */
  withoutFigure: readonly string[];
}>;

export declare function estimateWords(estimate: Estimate, classes: readonly TissueClass[]): EstimateWords;
