// The part of the engine's api that helps a person label: which places to look at next, and what it now says of those that are labelled.
import type { ClassId, LabelId, SlideId } from "../base/brand.ts";
import type { Region } from "../domain/geometry.ts";
import type { ClassScore, TissueClass } from "../domain/label.ts";
import type { SheetId } from "../domain/map-sheet.ts";
import type { PatchSpec } from "../domain/patch.ts";
import type { Method } from "./call.ts";
import type { Example, Scorer } from "./engine-api.ts";

export type SuggestParams = Readonly<{
  slideId: SlideId;
  spec: PatchSpec;
  /** Swept places are looked through too; null: only those spread over the slide. */
  sheet: SheetId | null;
  /** Of all open slides: what the head is made of. */
  classes: readonly TissueClass[];
  examples: readonly Example[];
  /** On this slide, not to be suggested. */
  avoid: readonly Region[];
  count: number;
}>;

/** What the head says of a place. `margin`: between the two highest scores. */
export type Called = Readonly<{
  classId: ClassId;
  score: number;
  secondId: ClassId;
  secondScore: number;
}>;

/** `unsure`: the head's two highest scores are close. `unlike`: no labelled or suggested place looks like it. */
export type Suggestion = Readonly<{
  region: Region;
  why: "unsure" | "unlike";
  /** null: fewer than two labelled classes. */
  called: Called | null;
  /** Cosine to the most similar labelled place; null where nothing is labelled. */
  nearest: number | null;
}>;

/** `places`: how many were looked through. */
export type Suggestions = Readonly<{ list: readonly Suggestion[]; places: number }>;

/** `scores` null: it cannot be said (glass by the pixels, or the only label of its class where labels answer for each other). */
export type LabelScores = Readonly<{ labelId: LabelId; scores: readonly ClassScore[] | null }>;

export type LabelReview = Readonly<{
  labels: readonly LabelScores[];
  /** left-out: each label was scored by all others. trained: whoever scores has seen these labels. by-all: too many to leave each out. */
  how: "left-out" | "trained" | "by-all";
}>;

export type LabellingEngineApi = Readonly<{
  /** Reads places spread over the slide first, where there are too few. Cancel by signal. */
  suggest: Method<SuggestParams, Suggestions, Readonly<{ done: number; total: number }>>;
  /** In the order of `examples`. */
  scoreLabels: Method<
    Readonly<{ examples: readonly Example[]; scorer: Scorer }>,
    LabelReview,
    Readonly<{ done: number; total: number }>
  >;
}>;

export const labellingEngineMethods: Readonly<Record<keyof LabellingEngineApi, true>> = {
  suggest: true,
  scoreLabels: true,
};
