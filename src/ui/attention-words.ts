// Where the model looked, in words and shares. Pure: knows no screen.
import type { BackboneShape } from "../domain/model.ts";
import type { Attention } from "../protocol/attention-api.ts";
import type { AttentionState } from "../state/session-store.ts";
import { fixed, say } from "../words/say.ts";

type Shown = Extract<AttentionState, { kind: "shown" }>;

/** "12.3 %", "<0.1 %": of all attention. Small shares beside large ones must add up. */
export const percentWords = (share: number): string =>
  share > 0 && share < 0.0005 ? `<${fixed(0.1, 1)} %` : `${fixed(100 * share, 1)} %`;

export type Share = Readonly<{ to: "picture" | "itself" | "others" | "prompts"; share: number; words: string }>;

/** All shares, the picture's first; what a backbone or a set has not is left out. */
export function sharesOf({ reads, patches, itself, others, prompts }: Attention): readonly Share[] {
  const all: readonly Share[] = [
    { to: "picture", share: patches.reduce((a, b) => a + b, 0), words: say("picture") },
    { to: "itself", share: itself ?? 0, words: say("class token") },
    { to: "others", share: others, words: reads === "mean" ? say("tokens that are no patch") : say("registers") },
    { to: "prompts", share: prompts, words: say("prompts") },
  ];
  return all.filter(({ to, share }) => to === "picture" || share > 0);
}

/** Whose attention it is, and where in the backbone. */
export function readerWords(
  { reads, side }: Attention,
  { depth, heads }: Pick<BackboneShape, "depth" | "heads">,
): string {
  const where = say("in the last of {depth} blocks, averaged over its {heads} heads, on {side} × {side} squares", {
    depth,
    heads,
    side,
  });
  switch (reads) {
    case "class":
      return say("The attention of the class token, which is what is read out, {where}.", { where });
    case "mean":
      return say("The features are the mean of all patch tokens: this is the mean of their attention {where}.", {
        where,
      });
    case "class-and-mean":
      return say(
        "The attention of the class token {where}. It is half of what is read out; the other half is the mean of all patch tokens.",
        { where },
      );
    default:
      return reads satisfies never;
  }
}

export const honestWords = (reads: Attention["reads"]): string =>
  reads === "mean"
    ? say(
        "Attention is not an explanation of the answer: it shows which parts these tokens mixed in. The blocks before have mixed the squares already.",
      )
    : say(
        "Attention is not an explanation of the answer: it shows which parts this token mixed in. The blocks before have mixed the squares already.",
      );

/** What else the answer is made of; empty where it is of this alone. */
export function besideWords({ by, under }: Shown): string {
  const words: string[] = [];
  if (by && by.views > 1) {
    words.push(
      say("The answer is the mean over {views} ways to lay the patch; the picture shows it as it lies.", {
        views: by.views,
      }),
    );
  }
  if (by && under && by.frozenShare > 0) {
    words.push(
      say("{share} % of the answer comes from the features without prompts.", {
        share: Math.round(100 * by.frozenShare),
      }),
    );
  }
  return words.join(" ");
}

/** What each picture is of. */
export function captionWords({ by, under }: Shown): Readonly<{ under: string; frozen: string }> {
  const alone = by ? say("“{name}” has no prompts", { name: by.name }) : say("No prompts: the backbone as it is");
  return { under: say("With its prompts"), frozen: under ? say("Without prompts") : alone };
}

/** For those who do not see the picture. */
export function pictureWords({ patches, side }: Attention): string {
  const most = Math.max(...patches);
  const at = patches.indexOf(most);
  const [row, column] = [Math.floor(at / side) + 1, (at % side) + 1];
  return say("Attention over the patch, most in row {row}, column {column} of {side}: {percent}", {
    row,
    column,
    side,
    percent: percentWords(most),
  });
}

/**
 * How clearly a square is seen, 0..1, where `most` is the largest share shown: the root, since a few squares take most of it and the rest
 * would not be told apart.
 */
export const clearness = (share: number, most: number): number =>
  most > 0 ? Math.sqrt(Math.min(1, Math.max(0, share) / most)) : 0;
