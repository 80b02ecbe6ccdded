// The part of the engine's api that shows what the read-out token mixed in. Knows no store and no screen.
import type { PromptSetId } from "../base/brand.ts";
import type { Patch } from "../domain/patch.ts";
import type { Method } from "./call.ts";

/**
 * The attention of the read-out token in the last block, averaged over heads; of all shares together 1. `reads`: what the features are,
 * and so whose attention it is: the class token's, the mean of those of the patch tokens whose mean is read, or, where both are read side
 * by side, the class token's.
 */
export type Attention = Readonly<{
  reads: "class" | "mean" | "class-and-mean";
  /** Patch tokens on a side of the patch. */
  side: number;
  /** [side*side], row by row: the shares of the squares the patch is cut into. */
  patches: readonly number[];
  /** The share of the class token, where it is the one that looks; null where others do. */
  itself: number | null;
  /** The share of the other tokens that are no part of the picture: registers and the like. */
  others: number;
  /** The share of prompt tokens of every kind. */
  prompts: number;
}>;

export type AttentionEngineApi = Readonly<{
  /**
   * Of the patch as it lies, under the set's prompts; null: without any, as of a set that has none. Behind clicks. Faults: unsupported
   * where the backbone gives none (the status says so beforehand), bad-prompt-set, invalid; those of the slide pass through.
   */
  attention: Method<Readonly<{ patch: Patch; set: PromptSetId | null }>, Attention>;
}>;

export const attentionEngineMethods: Readonly<Record<keyof AttentionEngineApi, true>> = { attention: true };
