// The two ways a curve's labels are learned from: logistic regression on frozen features, and a tuning. Knows a session and the labels of
// one request; who is held out is the curve's to say.

import { present } from "../../base/fault.ts";
import { lanePriority } from "../../base/lane.ts";
import type { StudiedLabels } from "../../protocol/study-api.ts";
import { answersOf } from "../evaluation/scores.ts";
import type { PatchAnalysis } from "../features.ts";
import { fitLogistic, logisticDefaults, logisticScores } from "../heads/logistic.ts";
import { concatenate } from "../prompted.ts";
import type { Session } from "../session.ts";
import { featuresOfSet, needsOfSet, scoresOfFeatures } from "../set-answer.ts";
import { type TuneHooks, tune } from "../tune.ts";
import type { TuneRequest } from "../tune-request.ts";
import type { Learner, Turn } from "./curve.ts";

/** `features` [F] of each label. The stated baseline: C = 10, classes weighing inversely to their counts. */
export function frozenLearner(
  features: readonly Float32Array[],
  targets: readonly number[],
  classes: number,
  turn: Turn,
): Learner {
  const width = present(features[0], "features").length;
  const rows = (of: readonly number[]): Float32Array => concatenate(of.map((i) => present(features[i], "features")));
  return (support, asked) =>
    turn(() => {
      const own = support.map((i) => present(targets[i], "a label's class"));
      const head = fitLogistic({ features: rows(support), width, targets: own, classes }, logisticDefaults);
      return answersOf(logisticScores(head, rows(asked)), classes);
    });
}

/** What the app's Tune would make of the support, asked about patches it never saw. */
export function tunedLearner(
  session: Session,
  params: StudiedLabels,
  { labels, patches, classes }: TuneRequest,
  hooks: TuneHooks,
): Learner {
  const exampleOf = new Map(params.examples.map((example) => [example.labelId, example]));
  return async (support, asked, seed) => {
    const own = support.map((i) => present(labels[i], "a label"));
    const examples = own.map(({ id }) => present(exampleOf.get(id), "a label's patch"));
    const settings = { ...params.settings, seed };
    const lesson = { ...params, settings, name: "", parent: null, resume: null, labels: own, examples };
    const { set } = await tune(session, { ...lesson, estimate: false }, hooks);
    const { cut, views } = needsOfSet(set, session.model.shape);
    const rows: Omit<PatchAnalysis, "tissue">[] = [];
    for (const i of asked) {
      const patch = present(patches[i], "a patch");
      rows.push(...(await session.analyser.views(patch, views, cut, lanePriority.step, hooks.signal)));
    }
    const features = await featuresOfSet(session, set, rows, lanePriority.step, hooks.signal);
    const scores = present(scoresOfFeatures(set, features), "the head of a tuned set");
    return answersOf(scores, set.metadata.classes.length).map((c) => {
      const answer = present(set.metadata.classes[c], "an answered class");
      return classes.findIndex(({ id }) => id === answer.id);
    });
  };
}
