// The two ways a curve's labels are learned from: logistic regression on frozen features, and a tuning. Knows a session and the labels of
// one request; who is held out is the curve's to say.

import { present } from "../../base/fault.ts";
import { lanePriority } from "../../base/lane.ts";
import type { StudiedLabels } from "../../protocol/study-api.ts";
import { answersOf } from "../evaluation/scores.ts";
import { fitLogistic, logisticDefaults, logisticScores } from "../heads/logistic.ts";
import { scoresOfSet } from "../heads/of-set.ts";
import { concatenate, promptedFeatures, promptsOfSet } from "../prompted.ts";
import type { Session } from "../session.ts";
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
  const { width } = session.model.shape;
  return async (support, asked, seed) => {
    const own = support.map((i) => present(labels[i], "a label"));
    const examples = own.map(({ id }) => present(exampleOf.get(id), "a label's patch"));
    const settings = { ...params.settings, seed };
    const lesson = { ...params, settings, name: "", parent: null, resume: null, labels: own, examples };
    const { set } = await tune(session, { ...lesson, withoutEstimate: true }, hooks);
    const prompts = promptsOfSet(set);
    const of = asked.map((i) => present(patches[i], "a patch"));
    const analyses = await session.analyser.analyse(of, prompts.firstBlock, lanePriority.step, hooks.signal);
    const tokens = analyses.map((analysis) => analysis.tokens);
    const features = await promptedFeatures(session, prompts, tokens, width, lanePriority.step, hooks.signal);
    const scores = present(scoresOfSet(set, features), "the head of a tuned set");
    return answersOf(scores, set.metadata.classes.length).map((c) => {
      const answer = present(set.metadata.classes[c], "an answered class");
      return classes.findIndex(({ id }) => id === answer.id);
    });
  };
}
