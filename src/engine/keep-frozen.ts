// The frozen baseline as a set to keep: the regression on all labels, judged by folds as a tuning is. Knows labels and features; trains nothing.
import { present } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import type { HeldOutAnswer } from "../domain/tuning-checkpoint.ts";
import type { TuneParams } from "../protocol/engine-api.ts";
import { estimateWhole } from "./estimate/estimate-whole.ts";
import { planFolds } from "./estimate/folds.ts";
import { frozenAnswers } from "./frozen-baseline.ts";
import { frozenFeatures } from "./frozen-features.ts";
import { constantChoice } from "./heads/choose-share.ts";
import { logisticScores } from "./heads/logistic.ts";
import { heldOutAnswers } from "./held-out-answers.ts";
import { concatenate } from "./prompted.ts";
import type { Session } from "./session.ts";
import type { WrittenSet } from "./tune.ts";
import { checkTuneRequest } from "./tune-request.ts";
import { writeFrozenSet } from "./tuned-set.ts";
import { createTuningHeads } from "./tuning-heads.ts";

/** Faults: too-few-labels, invalid, and whatever slides and the runtime throw. */
export async function keepFrozen(session: Session, params: TuneParams, signal: AbortSignal): Promise<WrittenSet> {
  const { settings, cases } = params;
  const request = checkTuneRequest(params, session.model);
  const { labels, classes, patches } = request;
  const features = await frozenFeatures(session, patches, settings.views ?? 1, lanePriority.step, signal);
  const heads = createTuningHeads(features, request, settings, undefined);
  const plan = planFolds(labels, { classes, cases, seed: settings.seed });
  const answers: HeldOutAnswer[] = [];
  for (const { training, heldOut } of plan.kind === "folds" ? plan.folds : []) {
    const asked = concatenate(heldOut.map((i) => present(features[i], "features")));
    const scores = logisticScores(heads.frozen(training), asked);
    const frozen = frozenAnswers({ labels, classes, features }, training, heldOut, { cases, seed: settings.seed });
    answers.push(...heldOutAnswers(classes, heldOut, scores, frozen));
  }
  const estimate = estimateWhole(plan, labels, answers, settings.seed);
  const choice = constantChoice(1, "frozen features only, as asked");
  return writeFrozenSet(session, params, request, heads.frozen(labels.map((_, i) => i)), {
    estimate,
    epochs: 1,
    choice,
  });
}
