// All trainings of one tuning, stage by stage, from the checkpoint on where there is one. Knows stages, heads and the training loop; plans
// nothing, writes no file, and chooses nothing by looking at answers that are reported.
import { present } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import type { TuningEvent } from "../domain/run.ts";
import type { HeldOutAnswer, InnerAnswer, TrainingState, TuningCheckpoint } from "../domain/tuning-checkpoint.ts";
import type { ThetaLayout } from "../graph/vit/train-graph.ts";
import { randomFor } from "../math/random.ts";
import type { TuneParams } from "../protocol/engine-api.ts";
import { transfer } from "../protocol/rpc.ts";
import { featuresUnder } from "./example-features.ts";
import { frozenAnswers } from "./frozen-baseline.ts";
import { chooseShare, constantChoice, constantShare, type ShareChoice } from "./heads/choose-share.ts";
import { logisticScores } from "./heads/logistic.ts";
import { blended } from "./heads/of-set.ts";
import { withTemperature } from "./heads/temperature.ts";
import { heldOutAnswers } from "./held-out-answers.ts";
import type { PartsProgram, TrainProgram, TrainShape } from "./model-programs.ts";
import { readPatchTokens } from "./patch-tokens.ts";
import { concatenate } from "./prompted.ts";
import type { Session } from "./session.ts";
import { startTheta } from "./start-theta.ts";
import { textTokens } from "./text-vectors.ts";
import { stepsPerEpoch, type Trained, trainPrompts } from "./train-loop.ts";
import type { TuneHooks } from "./tune.ts";
import type { TuneRequest } from "./tune-request.ts";
import { splitTheta, type TunedParts } from "./tuned-set.ts";
import type { TuningExamples } from "./tuning-examples.ts";
import type { RegressionHead, TuningHeads } from "./tuning-heads.ts";
import type { TuningClock } from "./tuning-progress.ts";
import { type Part, type Stage, stepsOf } from "./tuning-stages.ts";

export type TuningWork = Readonly<{
  request: TuneRequest;
  /** The last is that of all labels. */
  stages: readonly Stage[];
  shape: TrainShape;
  layout: ThetaLayout;
  /** Samples of a batch in one run. */
  part: number;
  belongsTo: string;
  resumed: TuningCheckpoint | null;
  examples: TuningExamples;
  heads: TuningHeads;
  clock: TuningClock;
}>;

export type TrainedAll = Readonly<{
  answers: readonly HeldOutAnswer[];
  choice: ShareChoice;
  /** Null where frozen features alone were chosen and nobody wanted the prompts all the same. */
  own: TunedParts | null;
  frozen: RegressionHead;
  ended: Trained["ended"];
  epochs: number;
}>;

/** Instead of minus infinity in a graph: a class without examples stays as good as impossible, and its share of the loss a number. */
const impossibleBias = -30;

type Made = Readonly<{ trained: Trained; centre: Float32Array }>;

export async function trainAll(
  session: Session,
  params: TuneParams,
  hooks: TuneHooks,
  work: TuningWork,
): Promise<TrainedAll> {
  const { programs, lane } = session;
  const { settings, runId } = params;
  const { signal } = hooks;
  const { request, stages, shape, layout, part, belongsTo, resumed, examples, heads, clock } = work;
  const { firstBlock, batch } = shape;
  const { classes, labels, targets } = request;
  const { width } = session.model.shape;
  const inLane = <T>(task: () => Promise<T>): Promise<T> => lane.run(lanePriority.step, task, signal);
  const { projectionSeed = 0 } = settings.text ?? {};
  const texts = request.text?.tokens ? textTokens(request.text.tokens, width, projectionSeed) : null;
  const patches = await readPatchTokens(session, examples, firstBlock, settings.seed, signal);
  const train = await inLane<TrainProgram | PartsProgram>(() =>
    part < batch ? programs.trainInParts(shape, part) : programs.train(shape),
  );

  const answers: HeldOutAnswer[] = [...(resumed?.answers ?? [])];
  let innerAnswers: InnerAnswer[] = [...(resumed?.innerAnswers ?? [])];
  let epochsReached = resumed?.epochsReached ?? 0;
  let cutShort = resumed?.cutShort ?? false;
  /** Of the first training only: it goes on, those after it start. */
  let unfinished = resumed?.training ?? null;

  const standAt = (fold: number | null, inner: number | null, training: TrainingState | null): void => {
    const where = { fold, inner, innerAnswers: [...innerAnswers], epochsReached, cutShort, stepsMade: clock.made() };
    const checkpoint = { runId, belongsTo, answers: [...answers], ...where, training };
    const vectors = training ? [training.theta, training.m, training.v, training.lastGood] : [];
    const event: TuningEvent = { type: "checkpoint", checkpoint };
    hooks.emit(
      transfer(
        event,
        vectors.map((vector) => vector.buffer),
      ),
    );
  };

  /** `inner` null: the training whose answers count. */
  const trainOn = async (
    { training: of }: Part,
    { fold }: Stage,
    inner: number | null,
    epochs: number,
    mayFinish: boolean,
  ): Promise<Made> => {
    const head = heads.start(of);
    const seen = of.flatMap((label) => patches[label] ?? []);
    const { theta, rateScale } = startTheta(layout, seen, settings.seed);
    theta.set(head.weight, layout.headWeight.offset);
    theta.set(
      head.bias.map((bias) => Math.max(bias, impossibleBias)),
      present(layout.headBias, "a logistic head").offset,
    );
    const from = unfinished;
    unfinished = null;
    clock.training(fold, stages.length - 1, epochs);
    if (!from) standAt(fold, inner, null);
    const name = fold === null ? "final" : `fold ${fold}`;
    const trained = await trainPrompts(
      train,
      {
        tokens: (chosen) =>
          examples.tokens(chosen.map(({ example, view }) => ({ example: present(of[example], "a label"), view }))),
        views: examples.views,
        width,
        targets: of.map((i) => present(targets[i], "a class")),
        classes: classes.length,
      },
      { theta, rateScale, centre: head.centre, textual: texts },
      from,
      { ...settings, epochs },
      randomFor(settings.seed, inner === null ? name : `${name} inner ${inner}`),
      {
        inLane,
        onStep: (epoch) => clock.step(epoch),
        onEpoch: (epoch, loss) => {
          // The curve shows trainings whose answers count.
          if (inner === null) hooks.emit({ type: "loss", point: { fold: fold === null ? 0 : fold + 1, epoch, loss } });
        },
        onCheckpoint: (training) => standAt(fold, inner, training),
        finishEarly: () => mayFinish && hooks.finishEarly(),
        now: session.now,
      },
    );
    return { trained, centre: head.centre };
  };

  const ownScores = async ({ trained, centre }: Made, { training, heldOut }: Part): Promise<Float64Array> => {
    const { prompts, head } = splitTheta({ layout }, trained.theta, { firstBlock, centre }, texts);
    // A class that the guard left without training examples is never answered.
    const known = new Set(training.map((i) => targets[i]));
    const bias = head.bias.map((value, c) => (known.has(c) ? value : Number.NEGATIVE_INFINITY));
    return logisticScores({ ...head, bias }, await featuresUnder(session, examples, prompts, heldOut, signal));
  };
  const frozenScores = (head: RegressionHead, of: readonly number[]): Float64Array =>
    logisticScores(head, concatenate(of.map((i) => present(examples.features[i], "features"))));

  /** What every training after it is told: how much of the answer is the prompts'. */
  const choose = async (stage: Stage): Promise<ShareChoice | null> => {
    const { inner, fold } = stage;
    if (settings.frozen === "constant") return constantChoice(constantShare, "a constant share, by its settings");
    if (settings.frozen !== "choose") return constantChoice(0, "prompts only, as asked");
    if (inner.kind === "none") return constantChoice(constantShare, inner.why);
    if (cutShort) return constantChoice(constantShare, "constants: finished early, before there was a choice");
    const here = resumed?.fold === fold;
    for (const [i, one] of inner.parts.entries()) {
      if (here && (resumed?.inner ?? inner.parts.length) > i) continue;
      const made = await trainOn(one, stage, i, settings.epochs, true);
      epochsReached = Math.max(epochsReached, made.trained.epochs);
      if (hooks.finishEarly()) return null;
      const [own, frozen] = [await ownScores(made, one), frozenScores(heads.frozen(one.training), one.heldOut)];
      const row = (scores: Float64Array, i: number): readonly number[] => [
        ...scores.subarray(i * classes.length, (i + 1) * classes.length),
      ];
      one.heldOut.forEach((label, i) => {
        innerAnswers.push({ label, own: row(own, i), frozen: row(frozen, i) });
      });
    }
    const held = {
      truth: innerAnswers.map(({ label }) => present(targets[label], "a class")),
      units: innerAnswers.map(({ label }) => present(inner.unitOf[label], "a unit")),
      own: Float64Array.from(innerAnswers.flatMap(({ own }) => own)),
      frozen: Float64Array.from(innerAnswers.flatMap(({ frozen }) => frozen)),
    };
    return chooseShare(held, classes.length);
  };

  const answer = async (stage: Stage, { share, temperatures }: ShareChoice, made: Made | null): Promise<void> => {
    const { training, heldOut } = stage;
    const beside = withTemperature(frozenScores(heads.frozen(training), heldOut), classes.length, temperatures.frozen);
    const own = made && withTemperature(await ownScores(made, stage), classes.length, temperatures.own);
    const scores = own ? blended(own, beside, share) : beside;
    const frozen = frozenAnswers({ labels, classes, features: examples.features }, training, heldOut, {
      cases: params.cases,
      seed: settings.seed,
    });
    answers.push(...heldOutAnswers(classes, heldOut, scores, frozen));
  };

  const from = resumed ? stages.findIndex(({ fold }) => fold === resumed.fold) : 0;
  for (const stage of stages.slice(from)) {
    const { fold, training } = stage;
    const steps = stepsOf(training.length, settings, batch);
    const last = fold === null;
    // Finished early during the folds: one training as long as the longest so far, then done.
    if (hooks.finishEarly() && !(last && resumed?.fold === null)) cutShort = true;
    if (!last && cutShort) continue;
    let choice = await choose(stage);
    if (choice === null) {
      cutShort = true;
      innerAnswers = [];
      if (!last) continue;
      choice = present(await choose(stage), "constants");
    }
    const skips = choice.share === 1 && !(last && params.trainAnyway);
    const epochs = cutShort ? Math.max(1, epochsReached) : settings.epochs;
    if (cutShort) {
      const perEpoch = stepsPerEpoch(training.length, batch);
      clock.leave(epochs * perEpoch - (unfinished ? unfinished.epoch * perEpoch + unfinished.step : 0));
    }
    let made: Made | null = null;
    if (skips) clock.skip(steps);
    else made = await trainOn(stage, stage, null, epochs, !cutShort);
    if (!last) {
      epochsReached = Math.max(epochsReached, made?.trained.epochs ?? 0);
      if (hooks.finishEarly()) continue;
      await answer(stage, choice, made);
      innerAnswers = [];
      continue;
    }
    const trained = made?.trained ?? { ended: "complete" as const, epochs: settings.epochs };
    return {
      answers,
      choice,
      own: made && splitTheta({ layout }, made.trained.theta, { firstBlock, centre: made.centre }, texts),
      frozen: heads.frozen(training),
      ended: cutShort && trained.ended === "complete" ? "early" : trained.ended,
      epochs: trained.epochs,
    };
  }
  throw new Error("assertion failed: the last stage is that of all labels");
}
