// The part of the engine's api that asks a person's labels about themselves: would more of them help, which kinds of prompts pay.
// Knows no store and no screen.
import type { Ablation, LabelCurve, PromptKindsOn, StudyProgress } from "../domain/label-study.ts";
import type { Method } from "./call.ts";
import type { TuneParams } from "./engine-api.ts";

/** The labels and settings a tuning would have; nothing is made of them but figures. */
export type StudiedLabels = Omit<TuneParams, "resume" | "parent" | "name">;

export type StudyApi = Readonly<{
  /**
   * Balanced accuracy over the number of labels a class. `tunedDraws` 0: frozen features only, which takes seconds. Cancel by signal; clicks
   * go first. Faults: too-few-labels, invalid, and whatever slides and the runtime throw.
   */
  labelCurve: Method<StudiedLabels & Readonly<{ tunedDraws: number }>, LabelCurve, StudyProgress>;
  /** Every one of `kinds` tuned on the same folds; frozen features beside them for nothing. As above. */
  ablation: Method<StudiedLabels & Readonly<{ kinds: readonly PromptKindsOn[] }>, Ablation, StudyProgress>;
}>;

export const studyMethods: Readonly<Record<keyof StudyApi, true>> = { labelCurve: true, ablation: true };
