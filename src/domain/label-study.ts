// What a person's own labels say about themselves: the curve over labels a class, and which kinds of prompts pay. Data and the one rule
// of the verdict; computed in engine/studies, put into words in label-study-words.ts.
import type { ClassId } from "../base/brand.ts";
import type { Mean, UnitKind } from "./estimate.ts";
import type { TuningSettings } from "./run.ts";

/** Balanced accuracy with so many labels a class to learn from, always on labels of places that were held out. */
export type CurvePoint = Mean & Readonly<{ labelsAClass: number }>;

export type LearningCurve = Readonly<{
  /** 1, 2, 4, ... labels a class, as far as the labels go. */
  points: readonly CurvePoint[];
  /** From half of the most labels to the most, on the same draws and the same answers; null where there is one point only. */
  lastGain: (Mean & Readonly<{ from: number; to: number }>) | null;
  /** One each; the draws of a curve with fewer are the first of one with more. */
  seeds: readonly number[];
}>;

export type LabelCurve =
  | Readonly<{
      kind: "curve";
      unit: UnitKind;
      units: number;
      /** Labels that are answered in every draw. */
      answered: number;
      classIds: readonly ClassId[];
      withoutFigure: readonly ClassId[];
      frozen: LearningCurve;
      /** null: was not asked for. */
      tuned: LearningCurve | null;
    }>
  /** `reason` says what to do. */
  | Readonly<{ kind: "none"; reason: string; withoutFigure: readonly ClassId[] }>;

/** Three points of balanced accuracy: a doubling of the labels that surely gains less is not worth a person's afternoon. */
export const worthwhileGain = 0.03;

export type CurveVerdict = "more-help" | "more-help-little" | "cannot-tell";

/**
 * By the last doubling of the labels, since curves flatten: what the next doubling brings is at most about what the last one brought.
 * With G its paired gain and [low, high] the 95 % interval of G over draws and whole places together:
 *   no interval (fewer than ten places), or one point only -> cannot tell
 *   high < 3 points                                          -> more labels would probably not help much, be it above 0 or not
 *   low > 0                                                  -> more labels would probably help
 *   else the interval holds both                             -> cannot tell
 */
export function verdictOf({ lastGain }: Pick<LearningCurve, "lastGain">): CurveVerdict {
  const interval = lastGain?.interval ?? null;
  if (!interval) return "cannot-tell";
  if (interval.high < worthwhileGain) return "more-help-little";
  return interval.low > 0 ? "more-help" : "cannot-tell";
}

/** Which kinds of prompts are on. None: frozen features. */
export type PromptKindsOn = Readonly<{ visual: boolean; instance: boolean; text: boolean }>;

/** All eight, none first, task visual prompts before the others. */
export const everyKinds: readonly PromptKindsOn[] = Array.from({ length: 8 }, (_, bits) => ({
  visual: (bits & 1) !== 0,
  instance: (bits & 2) !== 0,
  text: (bits & 4) !== 0,
}));

export const isNoKind = ({ visual, instance, text }: PromptKindsOn): boolean => !visual && !instance && !text;

/**
 * As Tune, but for its choice of how much of the answer is the prompts': a choice has trainings of its own in every fold, four times the
 * work, and where it chose frozen features nothing would be compared. The constant share of Tune stands instead.
 */
export function studiedSettings(settings: TuningSettings): TuningSettings {
  return settings.frozen === "choose" ? { ...settings, frozen: "constant" } : settings;
}

/** The settings with these kinds on and no others. Class texts in the head's start are no prompts and stay as they are. */
export function settingsWith(settings: TuningSettings, kinds: PromptKindsOn): TuningSettings {
  const { instance, text, ...rest } = settings;
  const texts = text && { ...text, tokens: kinds.text ? text.tokens : null };
  return {
    ...rest,
    tokensPerBlock: kinds.visual ? settings.tokensPerBlock : 0,
    ...(kinds.instance && instance ? { instance } : {}),
    ...(texts?.tokens || texts?.head ? { text: texts } : {}),
  };
}

export type AblationRow = Readonly<{
  kinds: PromptKindsOn;
  balancedAccuracy: Mean;
  /** To frozen features, on the same held-out labels; null for frozen features themselves. */
  difference: Mean | null;
  /** Numbers that were trained; 0 for frozen features. */
  trained: number;
}>;

export type Ablation =
  | Readonly<{
      kind: "table";
      unit: UnitKind;
      units: number;
      answered: number;
      folds: number;
      seed: number;
      classIds: readonly ClassId[];
      withoutFigure: readonly ClassId[];
      rows: readonly AblationRow[];
    }>
  | Readonly<{ kind: "none"; reason: string; withoutFigure: readonly ClassId[] }>;

export type StudyProgress = Readonly<{
  what: "reading" | "frozen" | "tuned";
  /** Over everything, 0..1. */
  done: number;
  secondsLeft: number | null;
}>;
