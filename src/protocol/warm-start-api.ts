// Calls that learn prompts from patches nobody labelled, and that tell features under them. Knows no runtime.
import type { Patch } from "../domain/patch.ts";
import type { Learned } from "../domain/prompt-set.ts";
import type { Method } from "./call.ts";

/** What a person or a benchmark may set: what a set says of how it was learned, and where its prompts enter (the last `blocks` blocks, 1..depth). */
export type WarmStartSettings = Omit<Learned, "patches" | "slides"> &
  Readonly<{ blocks: number; tokensPerBlock: number }>;

/** Deep prompts of the last blocks: `values` [depth-firstBlock, tokensPerBlock, D] row-major. `losses`: mean of each epoch. */
export type WarmPrompts = Readonly<{
  firstBlock: number;
  tokensPerBlock: number;
  values: Float32Array;
  losses: readonly number[];
}>;

export type WarmStartApi = Readonly<{
  /**
   * Deep prompts under which two views of a patch have features alike and unlike those of other patches: the domain's own directions,
   * from patches without a label (engine/warm-start.ts). Faults: invalid, runtime, and whatever slides throw.
   */
  warmStart: Method<
    Readonly<{ patches: readonly Patch[]; settings: WarmStartSettings }>,
    WarmPrompts,
    Readonly<{ done: number; total: number }>
  >;
  /** Features [patches, views, F] in each of the first `views` views (engine/views.ts); `prompts` null: of the plain backbone. */
  embed: Method<
    Readonly<{ patches: readonly Patch[]; views: number; prompts: WarmPrompts | null }>,
    Readonly<{ features: Float32Array }>,
    Readonly<{ done: number; total: number }>
  >;
}>;

export const warmStartMethods: Readonly<Record<keyof WarmStartApi, true>> = { warmStart: true, embed: true };
