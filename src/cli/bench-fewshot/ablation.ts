// Which kinds of prompts pay: the eight combinations and two controls on the same draws, prompts and their head alone. Knows settings and
// the tuner's one call; judges by balanced accuracy like every other row.
import { present } from "../../base/fault.ts";
import { type TextSettings, textsNeeded } from "../../domain/prompt-kinds.ts";
import type { TuningSettings } from "../../domain/run.ts";
import type { TextLibrary } from "../../domain/text-library.ts";
import { type ProtocolData, taskOf } from "../../engine/evaluation/few-shot-draw.ts";
import { reportOn } from "../../engine/evaluation/scores.ts";
import { frozenVariants } from "../../engine/heads/frozen-methods.ts";
import type { TextVectors } from "../../protocol/text-encoder.ts";
import type { LeftOut } from "../figure.ts";
import type { KeptDraws } from "./kept-draws.ts";
import type { AskedDraw, FewLabelTuner } from "./tuned-draw.ts";

export const ablationShots = 8;
const instance = { tokens: 4, hidden: 32 };
const words = { task: "", organ: "", stain: "", projectionSeed: 1 };
const textOf = (control: "none" | "random"): TextSettings => ({
  ...words,
  tokens: { template: "{class}", control },
  head: null,
});
const permuted: TextSettings = {
  ...words,
  tokens: null,
  head: { template: "{class}", share: 0.25, control: "permuted" },
};

/** t: task visual, x: textual, i: instance prompts. The controls have task visual prompts and a text that says nothing, or the wrong thing. */
export const ablationKinds: Readonly<Record<string, Partial<TuningSettings> | null>> = {
  none: null,
  t: {},
  x: { tokensPerBlock: 0, text: textOf("none") },
  i: { tokensPerBlock: 0, instance },
  tx: { text: textOf("none") },
  ti: { instance },
  xi: { tokensPerBlock: 0, text: textOf("none"), instance },
  txi: { text: textOf("none"), instance },
  random_text: { text: textOf("random") },
  permuted_text: { text: permuted },
};

/** Vectors of the class names; or the names the library does not have. */
export function vectorsOfClasses(library: TextLibrary, classes: readonly string[]): TextVectors | readonly string[] {
  const { texts } = textsNeeded(textOf("none"), classes);
  const absent = texts.filter((text) => library.find(text) === null);
  if (absent.length > 0) return absent;
  const vectors = new Map(texts.map((text) => [text, present(library.find(text), text)]));
  return { encoder: library.encoder, width: library.width, vectors };
}

export type Ablation = Readonly<{ values: ReadonlyMap<string, readonly number[]>; leftOut: readonly LeftOut[] }>;

/** Balanced accuracies by kind, one a draw; kinds whose texts have no vectors are left out with the reason. */
export async function makeAblation(
  data: ProtocolData,
  draws: readonly Readonly<{ name: string; support: readonly number[]; asked: AskedDraw }>[],
  text: TextVectors | readonly string[],
  tuner: FewLabelTuner,
  kept: KeptDraws,
  signal: AbortSignal,
): Promise<Ablation> {
  const values = new Map<string, readonly number[]>();
  const leftOut: LeftOut[] = [];
  const vectors = "vectors" in text ? text : null;
  for (const [name, kind] of Object.entries(ablationKinds)) {
    if (kind?.text && !vectors && !("vectors" in text)) {
      const why = `the shipped texts have no vector of ${text.join(", ")} (--class-names names the classes otherwise)`;
      leftOut.push({ name: `ablation.${name}`, why });
      continue;
    }
    const own: number[] = [];
    for (const draw of draws) {
      signal.throwIfAborted();
      const made = await kept.keep(`${name}-${draw.name}`, isFigure, async () => ({
        balanced: await ablate(data, draw.support, draw.asked, kind, vectors, tuner, signal),
      }));
      own.push(made.balanced);
    }
    values.set(name, own);
  }
  return { values, leftOut };
}

const isFigure = (value: unknown): value is Readonly<{ balanced: number }> =>
  typeof (value as { balanced?: unknown } | null)?.balanced === "number";

async function ablate(
  data: ProtocolData,
  support: readonly number[],
  draw: AskedDraw,
  kind: Partial<TuningSettings> | null,
  text: TextVectors | null,
  tuner: FewLabelTuner,
  signal: AbortSignal,
): Promise<number> {
  const { pool, test, classes } = data;
  const truth = test.patches.map(({ classIndex }) => classIndex);
  const scores =
    kind === null
      ? present(frozenVariants.logreg[0], "the default").fit(taskOf(pool, support, classes))(test.rows)
      : await tuner.answerWith(draw, kind, kind.text ? text : null, signal);
  return reportOn(truth, scores, classes).metrics.balanced_accuracy;
}
