// What is kept of each example between the steps of a tuning: its tokens, its pixels, or nothing. Knows bytes and a budget, no model.

/** How many examples are kept as tokens, as pixels, and not at all, in that order of the examples. */
export type ExamplePlan = Readonly<{ tokens: number; pixels: number; nothing: number }>;

/**
 * Tokens cost nothing to use again; from pixels the part below the cut is computed again, and what is not kept is also read from the
 * slide again. All as tokens where they fit; else each in the smaller of its two forms, and as many of those that fit as tokens
 * all the same; else nothing of the rest.
 */
export function planExamples(
  count: number,
  bytes: Readonly<{ tokens: number; pixels: number }>,
  budget: number,
): ExamplePlan {
  const { tokens, pixels } = bytes;
  if (tokens <= pixels) {
    const kept = Math.min(count, Math.floor(budget / tokens));
    return { tokens: kept, pixels: 0, nothing: count - kept };
  }
  const left = budget - count * pixels;
  if (left < 0) {
    const kept = Math.floor(budget / pixels);
    return { tokens: 0, pixels: kept, nothing: count - kept };
  }
  const asTokens = Math.min(count, Math.floor(left / (tokens - pixels)));
  return { tokens: asTokens, pixels: count - asTokens, nothing: 0 };
}
