// Logistic regression on whitened features, in the numbers a prompt set holds. Knows rows of features and what unlabelled patches said of
// them; no prompts.
import { present } from "../../base/fault.ts";
import { centreOfRows, type HeadExamples } from "./examples.ts";
import { fitLogistic, type LogisticHead, logisticDefaults, logisticScores } from "./logistic.ts";
import { meanOverViews, patchCount, type ViewTable } from "./view-table.ts";
import { fitWhitening, usualShrinkage, viewSpread, whiten } from "./view-whitening.ts";

/** Of patches nobody labelled: `centre` [F] their mean; `whitening` [F, F], lower triangular, L of view-whitening.ts. */
export type Whitener = Readonly<{ centre: Float32Array; whitening: Float32Array }>;

/** Of the views of patches nobody labelled. Asserts that there are two views of one at least. */
export function whitenerOf(table: ViewTable): Whitener {
  const { width } = table;
  const spread = viewSpread(table, [...Array(patchCount(table)).keys()]);
  const { factor } = fitWhitening(present(spread, "patches in views"), usualShrinkage);
  return { centre: centreOfRows({ features: meanOverViews(table), width }), whitening: Float32Array.from(factor) };
}

/** `weight` [classes, F], `bias` [classes]; -Infinity of a class without examples, which is never answered. */
export type WhitenedHead = Whitener & Readonly<{ weight: Float32Array; bias: Float32Array }>;

/** [rows, F]: L^-1 (row - centre). No label is needed, so it is done once, before any fold. */
export const whitenedBy = ({ centre, whitening }: Whitener, features: Float32Array): Float32Array =>
  whiten({ factor: whitening, width: centre.length }, features, centre);

/** The regression on rows that are whitened, and so centred, already. */
export const fitWhitenedRows = (examples: HeadExamples): LogisticHead =>
  fitLogistic(examples, logisticDefaults, new Float32Array(examples.width));

export const whitenedHead = ({ weight, bias }: Pick<LogisticHead, "weight" | "bias">, by: Whitener): WhitenedHead => ({
  centre: by.centre,
  whitening: by.whitening,
  weight: Float32Array.from(weight),
  bias: Float32Array.from(bias),
});

/** Softmax scores [rows, classes]. `features` [rows, F], as they are. */
export function whitenedScores(head: WhitenedHead, features: Float32Array): Float64Array {
  const { weight, bias, centre } = head;
  return logisticScores({ weight, bias, centre: new Float32Array(centre.length) }, whitenedBy(head, features));
}
