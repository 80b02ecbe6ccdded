// What whoever answers now says of the labelled places themselves, so that a person can look where the two disagree. Knows a session.

import { Fault } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import type { ClassScore, TissueClass } from "../domain/label.ts";
import type { PromptSet } from "../domain/prompt-set.ts";
import type { Example, Scorer } from "../protocol/engine-api.ts";
import type { LabelReview, LabelScores } from "../protocol/labelling-api.ts";
import type { PatchAnalysis } from "./features.ts";
import { cosineScores, fitCentroids } from "./heads/centroid.ts";
import { featuresOfExamples, previewTemperature } from "./preview-head.ts";
import { concatenate } from "./prompted.ts";
import type { Session } from "./session.ts";
import { featuresOfSet, needsOfSet, type SetFeatures, scoresOfFeatures } from "./set-answer.ts";

/** Leaving each label out is work that grows with their square; beyond this many all answer for all. */
const mostLeftOut = 600;
const chunk = 8;

export async function scoreLabels(
  session: Session,
  { examples, scorer }: Readonly<{ examples: readonly Example[]; scorer: Scorer }>,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<LabelReview> {
  switch (scorer.kind) {
    case "similar":
      return { labels: examples.map(({ labelId }) => ({ labelId, scores: null })), how: "left-out" };
    case "preview": {
      const features = await featuresOfExamples(session, examples, signal);
      onProgress(examples.length, examples.length);
      return byLabels(scorer.classes, examples, features);
    }
    case "prompt-set": {
      const kept = session.sets.get(scorer.id);
      if (!kept) throw new Fault("bad-prompt-set", "This prompt set is not loaded. Load its file again.");
      const features = await featuresUnder(session, kept.set, examples, signal, onProgress);
      const scores = scoresOfFeatures(kept.set, features);
      if (!scores) return byLabels(scorer.labelled?.classes ?? [], examples, features.own);
      const { classes } = kept.set.metadata;
      const labels = examples.map(({ labelId }, i) => ({ labelId, scores: rowOf(classes, scores, i) }));
      return { labels, how: "trained" };
    }
    default:
      return scorer satisfies never;
  }
}

/** Features of the labelled patches under the set, in all the views it reads. */
async function featuresUnder(
  session: Session,
  set: PromptSet,
  examples: readonly Example[],
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<SetFeatures> {
  const { cut, views } = needsOfSet(set, session.model.shape);
  const parts: SetFeatures[] = [];
  for (let from = 0; from < examples.length; from += chunk) {
    const rows: Omit<PatchAnalysis, "tissue">[] = [];
    for (const { patch } of examples.slice(from, from + chunk)) {
      rows.push(...(await session.analyser.views(patch, views, cut, lanePriority.sweep, signal)));
    }
    parts.push(await featuresOfSet(session, set, rows, lanePriority.sweep, signal));
    onProgress(Math.min(from + chunk, examples.length), examples.length);
  }
  return { own: concatenate(parts.map(({ own }) => own)), plain: concatenate(parts.map(({ plain }) => plain)) };
}

/** Centroids of the labels; each label by those of all the others, as long as that is affordable. */
export function byLabels(
  classes: readonly TissueClass[],
  examples: readonly Example[],
  features: Float32Array,
): LabelReview {
  const labelled = classes.filter((c) => examples.some((example) => example.classId === c.id));
  const width = examples.length === 0 ? 0 : features.length / examples.length;
  const targets = examples.map((example) => labelled.findIndex((c) => c.id === example.classId));
  const unknown = (): LabelReview => ({
    labels: examples.map(({ labelId }) => ({ labelId, scores: null })),
    how: "left-out",
  });
  if (labelled.length < 2 || targets.includes(-1)) return unknown();
  const leaveOut = examples.length <= mostLeftOut;
  const every = fitCentroids({ features, width, targets, classes: labelled.length }, previewTemperature);
  const counts = labelled.map((_, c) => targets.filter((target) => target === c).length);
  const labels = examples.map(({ labelId }, i): LabelScores => {
    const own = features.subarray(i * width, (i + 1) * width);
    if (!leaveOut) return { labelId, scores: rowOf(labelled, cosineScores(every, own), 0) };
    // Without it its class would be empty, and nothing could speak for it.
    if ((counts[targets[i] ?? 0] ?? 0) < 2) return { labelId, scores: null };
    const others = fitCentroids(
      {
        features: concatenate([features.subarray(0, i * width), features.subarray((i + 1) * width)]),
        width,
        targets: targets.toSpliced(i, 1),
        classes: labelled.length,
      },
      previewTemperature,
    );
    return { labelId, scores: rowOf(labelled, cosineScores(others, own), 0) };
  });
  return { labels, how: leaveOut ? "left-out" : "by-all" };
}

function rowOf(classes: readonly TissueClass[], scores: Float64Array, row: number): readonly ClassScore[] {
  return classes.map(({ id, name, color }, c) => ({
    classId: id,
    name,
    color,
    score: scores[row * classes.length + c] ?? 0,
  }));
}
