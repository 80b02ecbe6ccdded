// Labels -> a prompt set with its held-out estimate. Knows folds, trainings and where it stands; knows no screen, and no way to choose
// anything by looking at held-out answers: every fold and the final training use the same constants.
import { Fault } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import type { Estimate } from "../domain/estimate.ts";
import type { HeldOutLabel } from "../domain/held-out.ts";
import type { Label } from "../domain/label.ts";
import type { PromptSet } from "../domain/prompt-set.ts";
import type { TuningEvent } from "../domain/run.ts";
import type { HeldOutAnswer, TrainingState, TuningCheckpoint } from "../domain/tuning-checkpoint.ts";
import { type ThetaLayout, thetaLayout } from "../graph/vit/train-graph.ts";
import { randomFor } from "../math/random.ts";
import type { GateResult, TuneParams } from "../protocol/engine-api.ts";
import { transfer } from "../protocol/rpc.ts";
import { calibrationOf } from "./estimate/calibration.ts";
import { differenceOf } from "./estimate/difference.ts";
import { estimateFrom } from "./estimate/figure.ts";
import { type Fold, type FoldPlan, planFolds } from "./estimate/folds.ts";
import { answersOf } from "./evaluation/scores.ts";
import { batchSize } from "./features.ts";
import { frozenAnswers } from "./frozen-baseline.ts";
import type { StepShape } from "./gates/gradient-gates.ts";
import { checkpointOf, requestDigest } from "./going-on.ts";
import { type CosineHead, cosineScores, fitCentroids } from "./heads/centroid.ts";
import { heldOutLabels } from "./held-out-labels.ts";
import type { PartsProgram, TrainProgram, TrainShape } from "./model-programs.ts";
import { concatenate, type Prompts, promptedFeatures, promptsOfTheta } from "./prompted.ts";
import type { Session } from "./session.ts";
import { startTheta } from "./start-theta.ts";
import { partFor } from "./step-room.ts";
import { headFromText, textTokens } from "./text-vectors.ts";
import { evenBatch, stepsPerEpoch, type Trained, trainPrompts } from "./train-loop.ts";
import { checkTuneRequest, type TuneRequest } from "./tune-request.ts";
import { noEstimateReason, splitTheta, writeTunedSet } from "./tuned-set.ts";
import { readTuningExamples, type TuningExamples } from "./tuning-examples.ts";
import { createTuningClock, type TuningClock } from "./tuning-progress.ts";

export type Tuned = Readonly<{
  set: PromptSet;
  bytes: Uint8Array<ArrayBuffer>;
  estimate: Estimate;
  heldOut: readonly HeldOutLabel[];
  ended: Trained["ended"];
  /** Mean seconds of one step of `batch` images; null where fewer than two were made. */
  secondsPerStep: number | null;
  batch: number;
  gates: readonly GateResult[];
}>;

export type TuneHooks = Readonly<{
  signal: AbortSignal;
  emit: (event: TuningEvent) => void;
  finishEarly: () => boolean;
  /** The gates before this very step may be made here. Rejects with Fault `self-test`. */
  checkGradient: (step: StepShape) => Promise<readonly GateResult[]>;
}>;

/** Faults: too-few-labels, invalid, and whatever slides and the runtime throw. Rejects with AbortError when cancelled. */
export async function tune(session: Session, params: TuneParams, hooks: TuneHooks): Promise<Tuned> {
  const { settings } = params;
  const request = checkTuneRequest(params, session.model);
  const { classes, labels } = request;
  const plan = planOf(params, request);
  const folds = plan.kind === "folds" ? plan.folds : [];
  const batch = evenBatch(labels.length, settings.batch);
  const stepsOf = (examples: number): number => settings.epochs * stepsPerEpoch(examples, batch);
  const allSteps = folds.reduce((sum, fold) => sum + stepsOf(fold.training.length), stepsOf(labels.length));
  const firstBlock = session.model.shape.depth - settings.blocks;
  const { tokensPerBlock, instance = null } = settings;
  const textTokens = request.text?.tokens?.texts.length ?? 0;
  const shape: TrainShape = { firstBlock, tokensPerBlock, batch, classes: classes.length, instance, textTokens };
  const belongsTo = requestDigest(params, request, session);
  const layout = thetaLayout(session.programs.backbone.structure, shape);
  const resumed = checkpointOf(params, { belongsTo, request, folds, batch, length: layout.length });
  const part = partFor(session.programs.backbone, session.runtime, shape, params.halvings);
  const gates = await hooks.checkGradient({ ...shape, inParts: part < batch });
  const clock = createTuningClock(hooks.emit, session.now, allSteps, resumed?.stepsMade ?? 0);

  clock.features(0, labels.length);
  const examples = await readTuningExamples(session, request.patches, firstBlock, hooks.signal, (done) =>
    clock.features(done, labels.length),
  );
  try {
    const trained = await trainAll(session, params, hooks, {
      request,
      folds,
      shape,
      layout,
      part,
      belongsTo,
      resumed,
      examples,
      clock,
    });
    const { ended } = trained;
    const estimate: Estimate =
      ended === "complete"
        ? calibrated(plan, labels, trained.answers, settings.seed)
        : { kind: "none", reason: noEstimateReason(ended), withoutFigure: plan.withoutFigure };
    const made = { estimate, epochs: trained.epochs };
    const { set, bytes } = writeTunedSet(session, params, request, trained.parts, trained.centre, made);
    const heldOut = estimate.kind === "figure" ? heldOutLabels(plan, labels, trained.answers) : [];
    return { set, bytes, estimate, heldOut, ended, secondsPerStep: clock.secondsPerStep(), batch, gates };
  } finally {
    examples.release();
  }
}

function planOf({ cases, settings, estimate }: TuneParams, { labels, classes }: TuneRequest): FoldPlan {
  if (estimate === false) return { kind: "none", reason: "No estimate was asked for.", withoutFigure: [] };
  return planFolds(labels, { classes, cases, seed: settings.seed });
}

function calibrated(
  plan: FoldPlan,
  labels: readonly Label[],
  answers: readonly HeldOutAnswer[],
  seed: number,
): Estimate {
  const estimate = estimateFrom(plan, labels, answers, seed);
  if (plan.kind === "none" || estimate.kind === "none") return estimate;
  const calibration = calibrationOf(plan, labels, answers, seed);
  return { ...estimate, difference: differenceOf(plan, labels, answers), ...(calibration ? { calibration } : {}) };
}

type Work = Readonly<{
  request: TuneRequest;
  folds: readonly Fold[];
  shape: TrainShape;
  layout: ThetaLayout;
  /** Samples of a batch in one run. */
  part: number;
  belongsTo: string;
  resumed: TuningCheckpoint | null;
  examples: TuningExamples;
  clock: TuningClock;
}>;

type TrainedAll = Readonly<{
  answers: readonly HeldOutAnswer[];
  parts: ReturnType<typeof splitTheta>;
  centre: Float32Array;
  ended: Trained["ended"];
  epochs: number;
}>;

/** Every fold with its held-out answers, then all labels; from the checkpoint on where there is one. */
async function trainAll(session: Session, params: TuneParams, hooks: TuneHooks, work: Work): Promise<TrainedAll> {
  const { programs, lane } = session;
  const { settings, runId } = params;
  const { signal } = hooks;
  const { request, folds, shape, layout, part, belongsTo, resumed, examples, clock } = work;
  const { firstBlock, batch } = shape;
  const { classes, labels, targets } = request;
  const { width } = session.model.shape;
  const { temperature } = settings;
  const inLane = <T>(task: () => Promise<T>): Promise<T> => lane.run(lanePriority.step, task, signal);
  const featuresUnder = async (prompts: Prompts, of: readonly number[]): Promise<Float32Array> => {
    const parts: Float32Array[] = [];
    for (let from = 0; from < of.length; from += batchSize) {
      const tokens = await examples.tokens(of.slice(from, from + batchSize));
      parts.push(await promptedFeatures(session, prompts, tokens, width, lanePriority.step, signal));
    }
    return concatenate(parts);
  };
  const { projectionSeed = 0 } = settings.text ?? {};
  const texts = request.text?.tokens ? textTokens(request.text.tokens, width, projectionSeed) : null;
  const start = startTheta(layout, settings.seed);
  const everyLabel = labels.map((_, i) => i);
  const startFeatures = await featuresUnder(promptsOfTheta(layout, start, firstBlock, texts), everyLabel);
  const featureWidth = startFeatures.length / labels.length;
  const startHead = (of: readonly number[]): CosineHead => {
    const rows = new Float32Array(of.length * featureWidth);
    of.forEach((i, row) => {
      rows.set(startFeatures.subarray(i * featureWidth, (i + 1) * featureWidth), row * featureWidth);
    });
    const own = of.map((i) => targets[i]!);
    const classCount = classes.length;
    const head = fitCentroids({ features: rows, width: featureWidth, targets: own, classes: classCount }, temperature);
    const { head: ofClasses = null } = request.text ?? {};
    return ofClasses ? headFromText(head, ofClasses, settings.text?.head?.share ?? 0, projectionSeed) : head;
  };
  // Said now, not after minutes of training by the file that cannot be written.
  assertApart(startHead(everyLabel), request);
  const train = await inLane<TrainProgram | PartsProgram>(() =>
    part < batch ? programs.trainInParts(shape, part) : programs.train(shape),
  );

  const answers: HeldOutAnswer[] = [...(resumed?.answers ?? [])];
  let epochsReached = resumed?.epochsReached ?? 0;
  let cutShort = resumed?.cutShort ?? false;
  /** Of the first training only: it goes on, those after it start. */
  let unfinished = resumed?.training ?? null;

  const standAt = (fold: number | null, training: TrainingState | null): void => {
    const stepsMade = clock.made();
    const checkpoint = { runId, belongsTo, answers: [...answers], fold, epochsReached, cutShort, stepsMade, training };
    const vectors = training ? [training.theta, training.m, training.v, training.lastGood] : [];
    const event: TuningEvent = { type: "checkpoint", checkpoint };
    hooks.emit(
      transfer(
        event,
        vectors.map((vector) => vector.buffer),
      ),
    );
  };

  /** `fold` null: the final training. */
  const trainOn = async (
    of: readonly number[],
    fold: number | null,
    epochs: number,
    mayFinish: boolean,
  ): Promise<Readonly<{ trained: Trained; centre: Float32Array }>> => {
    const head = startHead(of);
    const theta = start.slice();
    theta.set(head.weight, layout.headWeight.offset);
    const from = unfinished;
    unfinished = null;
    clock.training(fold, folds.length, epochs);
    if (!from) standAt(fold, null);
    const trained = await trainPrompts(
      train,
      {
        tokens: (chosen) => examples.tokens(chosen.map((i) => of[i]!)),
        width,
        targets: of.map((i) => targets[i]!),
        classes: classes.length,
      },
      { theta, centre: head.centre, textual: texts },
      from,
      { ...settings, epochs },
      randomFor(settings.seed, fold === null ? "final" : `fold ${fold}`),
      {
        inLane,
        onStep: (epoch) => clock.step(epoch),
        onEpoch: (epoch, loss) =>
          hooks.emit({ type: "loss", point: { fold: fold === null ? 0 : fold + 1, epoch, loss } }),
        onCheckpoint: (training) => standAt(fold, training),
        finishEarly: () => mayFinish && hooks.finishEarly(),
        now: session.now,
      },
    );
    return { trained, centre: head.centre };
  };

  const answer = async (fold: Fold, theta: Float32Array, centre: Float32Array): Promise<void> => {
    const { prompts, weight } = splitTheta({ layout }, theta, firstBlock, texts);
    // A class that the guard left without training examples is never answered: a head row of zeros.
    const present = new Set(fold.training.map((i) => targets[i]!));
    for (let c = 0; c < classes.length; c++) {
      if (!present.has(c)) weight.fill(0, c * featureWidth, (c + 1) * featureWidth);
    }
    const features = await featuresUnder(prompts, fold.heldOut);
    const scores = cosineScores({ centre, weight, temperature }, features);
    const tuned = answersOf(scores, classes.length);
    const frozen = frozenAnswers({ labels, classes, features: examples.features }, fold.training, fold.heldOut, {
      cases: params.cases,
      seed: settings.seed,
    });
    fold.heldOut.forEach((label, i) => {
      const own = [...scores.subarray(i * classes.length, (i + 1) * classes.length)];
      answers.push({ label, tuned: classes[tuned[i]!]!.id, frozen: frozen[i]!, scores: own });
    });
  };

  if (resumed?.fold !== null) {
    for (let f = resumed?.fold ?? 0; f < folds.length; f++) {
      const fold = folds[f]!;
      const { trained, centre } = await trainOn(fold.training, f, settings.epochs, true);
      epochsReached = Math.max(epochsReached, trained.epochs);
      if (hooks.finishEarly()) break;
      await answer(fold, trained.theta, centre);
    }
    // Finished early during the folds: one training as long as the longest fold so far, then done.
    cutShort = hooks.finishEarly();
  }
  const epochs = cutShort ? Math.max(1, epochsReached) : settings.epochs;
  if (cutShort) {
    const perEpoch = stepsPerEpoch(labels.length, batch);
    clock.leave(epochs * perEpoch - (unfinished ? unfinished.epoch * perEpoch + unfinished.step : 0));
  }
  const { trained, centre } = await trainOn(everyLabel, null, epochs, !cutShort);
  const ended = cutShort && trained.ended === "complete" ? "early" : trained.ended;
  return {
    answers,
    parts: splitTheta({ layout }, trained.theta, firstBlock, texts),
    centre,
    ended,
    epochs: trained.epochs,
  };
}

/** Throws Fault `too-few-labels` where a class has no direction of its own: its labels lie on the very places of the others. */
function assertApart({ weight, centre }: CosineHead, { classes }: TuneRequest): void {
  const alike = classes.filter((_, c) =>
    weight.subarray(c * centre.length, (c + 1) * centre.length).every((value) => value === 0),
  );
  if (alike.length === 0) return;
  throw new Fault(
    "too-few-labels",
    `The labels of ${alike.map((c) => c.name).join(" and ")} lie on the same places as those of other classes, so nothing tells them apart. ` +
      "Label other places, or take one of two labels on a place away.",
  );
}
