// Labels -> a prompt set with its held-out estimate. Knows folds, trainings and the file; knows no screen, and no way to choose
// anything by looking at held-out answers: every fold and the final training use the same constants.
import type { SlideId } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import type { Estimate } from "../domain/estimate.ts";
import type { PromptSet, PromptSetMetadata } from "../domain/prompt-set.ts";
import { promptSetFormat, researchUseNotice } from "../domain/prompt-set.ts";
import { parsePromptSet, serializePromptSet } from "../domain/prompt-set-file.ts";
import type { TuningEvent, TuningSettings } from "../domain/run.ts";
import { normal, randomFor } from "../math/random.ts";
import type { TuneParams } from "../protocol/engine-api.ts";
import { estimateFrom, type HeldOutAnswer } from "./estimate/figure.ts";
import { planFolds } from "./estimate/folds.ts";
import { preprocessingOf } from "./fits-backbone.ts";
import { argmaxRows, frozenAnswers } from "./frozen-baseline.ts";
import { type CosineHead, cosineScores, fitCentroids } from "./heads/centroid.ts";
import type { TrainProgram } from "./model-programs.ts";
import { promptedFeatures, type VisualPrompts } from "./prompted.ts";
import type { Session } from "./session.ts";
import { evenBatch, stepsPerEpoch, type Trained, trainPrompts } from "./train-loop.ts";
import { checkTuneRequest, labelsMetadata, type TuneRequest } from "./tune-request.ts";
import { createTuningClock } from "./tuning-progress.ts";

export type Tuned = Readonly<{
  set: PromptSet;
  bytes: Uint8Array<ArrayBuffer>;
  estimate: Estimate;
  ended: Trained["ended"];
  /** Mean seconds of one step of `batch` images; null where fewer than two were made. */
  secondsPerStep: number | null;
  batch: number;
}>;

export type TuneHooks = Readonly<{
  signal: AbortSignal;
  emit: (event: TuningEvent) => void;
  finishEarly: () => boolean;
}>;

/** Prompts start as small noise: near enough to the unprompted backbone that its class centroids are a good first head. */
const promptDeviation = 0.02;

/** Faults: too-few-labels, invalid, and whatever slides and the runtime throw. Rejects with AbortError when cancelled. */
export async function tune(session: Session, params: TuneParams, hooks: TuneHooks): Promise<Tuned> {
  const { model, programs, lane, analyser } = session;
  const { settings } = params;
  const { signal } = hooks;
  const request = checkTuneRequest(params, model);
  const { classes, labels, targets } = request;
  const firstBlock = model.shape.depth - settings.blocks;
  const { width } = model.shape;
  const { temperature } = settings;
  const plan = planFolds(labels, { classes, cases: params.cases, seed: settings.seed });
  const folds = plan.kind === "folds" ? plan.folds : [];
  const batch = evenBatch(labels.length, settings.batch);
  const stepsOf = (examples: number): number => settings.epochs * stepsPerEpoch(examples, batch);
  const allSteps = folds.reduce((sum, fold) => sum + stepsOf(fold.training.length), stepsOf(labels.length));
  const clock = createTuningClock(hooks.emit, session.now, allSteps);

  clock.features(0, labels.length);
  const analyses = await analyser.analyse(request.patches, firstBlock, lanePriority.step, signal, (done) =>
    clock.features(done, labels.length),
  );
  const tokens = analyses.map((analysis) => analysis.tokens);
  const start = startPrompts(settings, width, firstBlock);
  const inLane = <T>(task: () => Promise<T>): Promise<T> =>
    lane.run(
      lanePriority.step,
      async () => {
        signal.throwIfAborted();
        return task();
      },
      signal,
    );
  const featuresUnder = (prompts: VisualPrompts, of: readonly number[]): Promise<Float32Array> => {
    const chosen = of.map((i) => tokens[i]!);
    return promptedFeatures(session, prompts, chosen, width, lanePriority.step, signal);
  };
  const everyLabel = labels.map((_, i) => i);
  const startFeatures = await featuresUnder(start, everyLabel);
  const featureWidth = startFeatures.length / labels.length;
  const startHead = (of: readonly number[]): CosineHead => {
    const rows = new Float32Array(of.length * featureWidth);
    of.forEach((i, row) => {
      rows.set(startFeatures.subarray(i * featureWidth, (i + 1) * featureWidth), row * featureWidth);
    });
    const own = of.map((i) => targets[i]!);
    return fitCentroids({ features: rows, width: featureWidth, targets: own, classes: classes.length }, temperature);
  };
  // Said now, not after minutes of training by the file that cannot be written.
  assertApart(startHead(everyLabel), request);
  const train = await inLane(() =>
    programs.train({ firstBlock, tokensPerBlock: settings.tokensPerBlock, batch, classes: classes.length }),
  );

  const trainOn = async (
    of: readonly number[],
    purpose: string,
    epochs: number,
    onEpoch: (epoch: number, loss: number) => void,
    mayFinish: boolean,
  ): Promise<Readonly<{ trained: Trained; centre: Float32Array }>> => {
    const own = of.map((i) => targets[i]!);
    const head = startHead(of);
    const theta = new Float32Array(train.layout.length);
    theta.set(start.value.data, train.layout.prompts.offset);
    theta.set(head.weight, train.layout.headWeight.offset);
    const trained = await trainPrompts(
      train,
      { tokens: of.map((i) => tokens[i]!), width, targets: own, classes: classes.length },
      { theta, centre: head.centre },
      { ...settings, epochs },
      randomFor(settings.seed, purpose),
      {
        inLane,
        onStep: (epoch) => clock.step(epoch),
        onEpoch,
        finishEarly: () => mayFinish && hooks.finishEarly(),
      },
    );
    return { trained, centre: head.centre };
  };

  const curveOf =
    (fold: number) =>
    (epoch: number, loss: number): void =>
      hooks.emit({ type: "loss", point: { fold, epoch, loss } });

  const answers: HeldOutAnswer[] = [];
  let epochsReached = 0;
  for (const [f, fold] of folds.entries()) {
    clock.training(f, folds.length, settings.epochs);
    const { trained, centre } = await trainOn(fold.training, `fold ${f}`, settings.epochs, curveOf(f + 1), true);
    epochsReached = Math.max(epochsReached, trained.epochs);
    if (hooks.finishEarly()) break;
    const { prompts, weight } = split(train, trained.theta, firstBlock);
    // A class that the guard left without training examples is never answered: a head row of zeros.
    const present = new Set(fold.training.map((i) => targets[i]!));
    for (let c = 0; c < classes.length; c++) {
      if (!present.has(c)) weight.fill(0, c * featureWidth, (c + 1) * featureWidth);
    }
    const features = await featuresUnder(prompts, fold.heldOut);
    const scores = cosineScores({ centre, weight, temperature }, features);
    const tuned = argmaxRows(scores, classes.length);
    const frozen = frozenAnswers(
      { labels, classes, features: analyses.map((analysis) => analysis.features) },
      fold.training,
      fold.heldOut,
      { cases: params.cases, seed: settings.seed },
      settings.temperature,
    );
    fold.heldOut.forEach((label, i) => {
      answers.push({ label, tuned: classes[tuned[i]!]!.id, frozen: frozen[i]! });
    });
  }

  // Finished early during the folds: one training as long as the longest fold so far, then done.
  const cutShort = hooks.finishEarly();
  const epochs = cutShort ? Math.max(1, epochsReached) : settings.epochs;
  if (cutShort) clock.leave(epochs * stepsPerEpoch(labels.length, batch));
  clock.training(null, folds.length, epochs);
  const { trained, centre } = await trainOn(everyLabel, "final", epochs, curveOf(0), !cutShort);
  const ended = cutShort && trained.ended === "complete" ? "early" : trained.ended;
  const estimate: Estimate =
    ended === "complete"
      ? estimateFrom(plan, labels, answers, settings.seed)
      : { kind: "none", reason: noEstimateReason(ended), withoutFigure: plan.withoutFigure };
  const { prompts, weight } = split(train, trained.theta, firstBlock);
  const metadata = describe(session, params, request, firstBlock, estimate, trained.epochs);
  const bytes = serializePromptSet(metadata, { prompts: prompts.value.data, headWeight: weight, headCentre: centre });
  const set = parsePromptSet(bytes);
  return { set, bytes, estimate, ended, secondsPerStep: clock.secondsPerStep(), batch };
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

function noEstimateReason(ended: "early" | "diverged"): string {
  return ended === "early"
    ? "Finished early: the held-out estimate belongs to a full tuning. Tune again to the end to get one."
    : "The training diverged and its last good state was kept, which no fold has tested. Tune with a lower learning rate to get an estimate.";
}

/** [blocks, tokens, width] of small seeded noise. */
function startPrompts(settings: TuningSettings, width: number, firstBlock: number): VisualPrompts {
  const random = randomFor(settings.seed, "prompts");
  const { blocks, tokensPerBlock } = settings;
  const data = Float32Array.from({ length: blocks * tokensPerBlock * width }, () => promptDeviation * normal(random));
  return { firstBlock, value: { dims: [blocks, tokensPerBlock, width], data } };
}

function split(
  train: TrainProgram,
  theta: Float32Array,
  firstBlock: number,
): Readonly<{ prompts: VisualPrompts; weight: Float32Array }> {
  const { prompts, headWeight } = train.layout;
  const take = (slot: typeof prompts): Float32Array =>
    theta.slice(slot.offset, slot.offset + slot.shape.reduce((a, b) => a * b, 1));
  return { prompts: { firstBlock, value: { dims: prompts.shape, data: take(prompts) } }, weight: take(headWeight) };
}

function describe(
  session: Session,
  params: TuneParams,
  request: TuneRequest,
  firstBlock: number,
  estimate: Estimate,
  epochs: number,
): PromptSetMetadata {
  const { model, digest, computation } = session;
  const { settings } = params;
  const slides = [...new Set(request.labels.map((label): SlideId => label.slideId))];
  const drawn = slides.filter((id) => params.syntheticSlides.includes(id));
  return {
    format: promptSetFormat,
    name: params.name.trim().slice(0, 200) || "Untitled",
    backbone: { name: model.name, weightsDigest: digest, computation },
    preprocessing: preprocessingOf(model),
    classes: request.classes,
    method: {
      kind: "task-visual-deep",
      firstBlock,
      blocks: settings.blocks,
      tokensPerBlock: settings.tokensPerBlock,
    },
    head: { kind: "cosine", temperature: settings.temperature },
    settings: { ...settings, epochs: Math.max(1, epochs) },
    labels: labelsMetadata(request),
    estimate,
    stain: null,
    organ: null,
    // Classes learned on one drawn slide name drawings; on tissue their scores would mean nothing.
    onlyOn: slides.length === 1 && drawn.length === 1 ? (slides[0] ?? null) : null,
    synthetic: drawn.length > 0,
    parent: params.parent,
    appVersion: session.appVersion,
    licence: "The maker of this file holds its rights; its backbone's licence applies to the backbone.",
    notice: researchUseNotice,
  };
}
