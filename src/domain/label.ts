// What the person says about tissue, and what the app answers. Knows no model and no screen.
import type { ClassId, LabelId, Mpp, PromptSetId, SlideId } from "../base/brand.ts";
import type { Region } from "./geometry.ts";

/** `color` is `#rrggbb`; `key` is the number key 0..9 that labels with it, null beyond ten classes. */
export type TissueClass = Readonly<{ id: ClassId; name: string; color: string; key: number | null }>;

/**
 * How a label came to be; kept for ever, the held-out estimate states the mix. `suggested`: a place the app proposed, another class than it
 * said; `accepted`: with the class it said; `ready`: came with the embedded slide, nobody looked;
 * `checked`: said blind, at a place drawn at random.
 */
export const labelOrigins = ["free", "suggested", "accepted", "imported", "ready", "checked"] as const;
export type LabelOrigin = (typeof labelOrigins)[number];

export type Label = Readonly<{
  id: LabelId;
  slideId: SlideId;
  classId: ClassId;
  /** Level-0 pixels of the labelled patch. */
  region: Region;
  /** um/px of the slide when it was labelled: two labels' distance in um needs it. */
  slideMpp: Mpp;
  origin: LabelOrigin;
  /** Labels from one stroke, box or import share a group and are never split between folds. */
  group: string;
}>;

/** Scores sum to 1 over `classes`; they are scores, not probabilities, until calibrated. */
export type ClassScore = Readonly<{ classId: ClassId; name: string; color: string; score: number }>;

export type SimilarPlace = Readonly<{ region: Region; similarity: number }>;

/** What a click answers. */
export type Prediction =
  | Readonly<{ kind: "no-tissue"; tissue: number }>
  | Readonly<{
      kind: "scored";
      /** Which set scored: a tuned set, or the instant frozen-feature head of the person's labels. */
      by: Readonly<{ kind: "prompt-set"; id: PromptSetId }> | Readonly<{ kind: "frozen-preview"; labels: number }>;
      scores: readonly ClassScore[];
      tissue: number;
    }>
  /** No classes to score: a backbone has none of its own. */
  | Readonly<{
      kind: "unscored";
      tissue: number;
      similar: readonly SimilarPlace[];
      /** Why there are no scores, for the person: "These classes name drawings: the set works on its own slide only." */
      why?: string;
    }>;
