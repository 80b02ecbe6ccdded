// Where the model looked, in words and shares. Pure: knows no screen.
import type { BackboneShape } from "../domain/model.ts";
import type { Attention } from "../protocol/attention-api.ts";
import type { AttentionState } from "../state/session-store.ts";

type Shown = Extract<AttentionState, { kind: "shown" }>;

/** "12.3 %", "<0.1 %": of all attention. Small shares beside large ones must add up. */
export const percentWords = (share: number): string =>
  share > 0 && share < 0.0005 ? "<0.1 %" : `${(100 * share).toFixed(1)} %`;

export type Share = Readonly<{ to: "picture" | "itself" | "others" | "prompts"; share: number; words: string }>;

/** All shares, the picture's first; what a backbone or a set has not is left out. */
export function sharesOf({ reads, patches, itself, others, prompts }: Attention): readonly Share[] {
  const all: readonly Share[] = [
    { to: "picture", share: patches.reduce((a, b) => a + b, 0), words: "picture" },
    { to: "itself", share: itself ?? 0, words: "class token" },
    { to: "others", share: others, words: reads === "mean" ? "tokens that are no patch" : "registers" },
    { to: "prompts", share: prompts, words: "prompts" },
  ];
  return all.filter(({ to, share }) => to === "picture" || share > 0);
}

/** Whose attention it is, and where in the backbone. */
export function readerWords(
  { reads, side }: Attention,
  { depth, heads }: Pick<BackboneShape, "depth" | "heads">,
): string {
  const where = `in the last of ${depth} blocks, averaged over its ${heads} heads, on ${side} × ${side} squares`;
  switch (reads) {
    case "class":
      return `The attention of the class token, which is what is read out, ${where}.`;
    case "mean":
      return `The features are the mean of all patch tokens: this is the mean of their attention ${where}.`;
    case "class-and-mean":
      return `The attention of the class token ${where}. It is half of what is read out; the other half is the mean of all patch tokens.`;
    default:
      return reads satisfies never;
  }
}

export const honestWords = (reads: Attention["reads"]): string =>
  `Attention is not an explanation of the answer: it shows which parts ${
    reads === "mean" ? "these tokens" : "this token"
  } mixed in. The blocks before have mixed the squares already.`;

/** What else the answer is made of; empty where it is of this alone. */
export function besideWords({ by, under }: Shown): string {
  const words: string[] = [];
  if (by && by.views > 1) {
    words.push(`The answer is the mean over ${by.views} ways to lay the patch; the picture shows it as it lies.`);
  }
  if (by && under && by.frozenShare > 0) {
    words.push(`${Math.round(100 * by.frozenShare)} % of the answer comes from the features without prompts.`);
  }
  return words.join(" ");
}

/** What each picture is of. */
export function captionWords({ by, under }: Shown): Readonly<{ under: string; frozen: string }> {
  const alone = by ? `“${by.name}” has no prompts` : "No prompts: the backbone as it is";
  return { under: "With its prompts", frozen: under ? "Without prompts" : alone };
}

/** For those who do not see the picture. */
export function pictureWords({ patches, side }: Attention): string {
  const most = Math.max(...patches);
  const at = patches.indexOf(most);
  const [row, column] = [Math.floor(at / side) + 1, (at % side) + 1];
  return `Attention over the patch, most in row ${row}, column ${column} of ${side}: ${percentWords(most)}`;
}

/**
 * How clearly a square is seen, 0..1, where `most` is the largest share shown: the root, since a few squares take most of it and the rest
 * would not be told apart.
 */
export const clearness = (share: number, most: number): number =>
  most > 0 ? Math.sqrt(Math.min(1, Math.max(0, share) / most)) : 0;
