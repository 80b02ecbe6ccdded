// Calls that learn prompts from a slide's own tissue, without labels. Knows no runtime.
import type { Mpp, RunId, SlideId } from "../base/brand.ts";
import type { LearnedPlace } from "../domain/learned-places.ts";
import type { PromptSetSummary } from "../domain/prompt-set.ts";
import type { Method } from "./call.ts";

export type LearnParams = Readonly<{
  runId: RunId;
  name: string;
  /** Open slides whose tissue is learned from, as evenly as it goes. */
  slides: readonly SlideId[];
  /** Of the field that is used, where it is not the backbone's own. */
  mpp?: Mpp;
  /** Labels' places, whatever their class: nothing within the guard of one is learned from, so that every one can be held out. */
  avoid: readonly LearnedPlace[];
  /** Slides among them that are drawn by a program. */
  syntheticSlides: readonly SlideId[];
  seed: number;
}>;

export type LearnResult = Readonly<{
  bytes: Uint8Array;
  /** Of a set without a head. */
  summary: PromptSetSummary;
  /** What was learned from; kept by the project, never in the file. A label near one cannot be held out. */
  places: readonly LearnedPlace[];
}>;

export type LearnApi = Readonly<{
  /**
   * Prompts under which two views of a patch have features alike and unlike those of other patches (engine/learn.ts), as a set to tune on.
   * Cancel by signal. Faults: too-few-labels where there is too little tissue away from labels, limit, invalid, runtime, and whatever
   * slides throw.
   */
  learn: Method<LearnParams, LearnResult, Readonly<{ done: number; total: number }>>;
  /** Seconds `learn` will take here; null before anything was measured. */
  learnForecast: Method<Readonly<Record<string, never>>, Readonly<{ seconds: number | null }>>;
}>;

export const learnMethods: Readonly<Record<keyof LearnApi, true>> = { learn: true, learnForecast: true };
