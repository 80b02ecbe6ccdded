// Prompts learned without labels, and features under them. Knows a session, the contrast and the optimiser; no class and no head.
//
// Why: a backbone of natural images spends its features on differences that tissue does not have. Prompts that make views of one patch
// alike and patches unlike turn them towards what differs here; what the labels then learn is a regression (engine/tuning.md).
import { assert, Fault, present } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import type { Patch } from "../domain/patch.ts";
import { elementCount } from "../graph/ir.ts";
import { type Random, randomFor, shuffled } from "../math/random.ts";
import type { WarmPrompts, WarmStartApi, WarmStartSettings } from "../protocol/warm-start-api.ts";
import { alteredView } from "./altered-view.ts";
import { contrast } from "./contrast.ts";
import { batchSize } from "./features.ts";
import { centreOfRows } from "./heads/examples.ts";
import { readPatchTokens } from "./patch-tokens.ts";
import { concatenate, type Prompts, promptedFeatures, stack } from "./prompted.ts";
import { outputOf, scalar, type TensorValue } from "./runtime.ts";
import type { Session } from "./session.ts";
import { startTheta } from "./start-theta.ts";
import { pullPartFor } from "./step-room.ts";
import type { StateValues } from "./train-step.ts";
import { viewOf } from "./views.ts";

/** As settled on `pool` (engine/tuning.md). Fifty steps of some 330 patches. */
export const warmStartDefaults = {
  tokensPerBlock: 10,
  epochs: 5,
  batch: 33,
  learningRate: 0.006,
  temperature: 0.2,
} as const;

/** What a step asks of each picture: once through for its features, and a way there and back, some three times as much, for the gradient. */
export const passesOfStep = 4;
/** Steps in which the rate rises. */
const risingSteps = 5;
/** Patches whose tokens prompts start from. */
const startPatches = 40;
/** Pictures kept as bytes: some 300 MB at 224 px. */
const mostPatches = 2048;

type Hooks = Readonly<{ signal: AbortSignal; onDone: (done: number, total: number) => void }>;

export async function warmStart(
  session: Session,
  patches: readonly Patch[],
  settings: WarmStartSettings,
  { signal, onDone }: Hooks,
): Promise<WarmPrompts> {
  const { depth } = session.model.shape;
  const { tokensPerBlock, epochs, seed } = settings;
  assertSound(settings, patches.length, depth);
  const batch = Math.min(settings.batch, patches.length);
  const perEpoch = Math.floor(patches.length / batch);
  const firstBlock = depth - settings.blocks;
  const random = randomFor(seed, "warm start");
  // In passes of one picture through the backbone, so that the bar goes evenly.
  const total = patches.length + epochs * perEpoch * 2 * batch * passesOfStep;
  let done = 0;
  const told = (passes: number): void => {
    done += passes;
    onDone(done, total);
  };

  const unlabelled = await readUnlabelled(session, patches, firstBlock, random, signal, told);
  const learner = await createLearner(
    session,
    unlabelled,
    settings,
    firstBlock,
    Math.min(batchSize, 2 * batch),
    signal,
  );
  const losses: number[] = [];
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = shuffled(random, [...patches.keys()]);
      let sum = 0;
      for (let b = 0; b < perEpoch; b++) {
        signal.throwIfAborted();
        const own = order.slice(b * batch, (b + 1) * batch);
        const pictures = [...own, ...own].map((i) =>
          alteredView(present(unlabelled.pixels[i], "pixels"), session.model.patchPixels, random),
        );
        sum += await learner.step(pictures, epoch * perEpoch + b, epochs * perEpoch);
        told(2 * batch * passesOfStep);
      }
      losses.push(sum / perEpoch);
    }
    return { firstBlock, tokensPerBlock, values: learner.theta(), losses };
  } finally {
    await learner.release();
  }
}

/** What the patches are without prompts: their bytes, the mean of their features, and the tokens of some, entering the cut. */
type Unlabelled = Readonly<{ pixels: readonly Uint8Array[]; centre: Float32Array; tokens: readonly Float32Array[] }>;

async function readUnlabelled(
  { analyser, model }: Session,
  patches: readonly Patch[],
  firstBlock: number,
  random: Random,
  signal: AbortSignal,
  onRead: (patches: number) => void,
): Promise<Unlabelled> {
  const pixels: Uint8Array[] = [];
  const features: Float32Array[] = [];
  const kept: Float32Array[] = [];
  const chosen = new Set(shuffled(random, [...patches.keys()]).slice(0, startPatches));
  for (let from = 0; from < patches.length; from += batchSize) {
    signal.throwIfAborted();
    const read: Uint8Array[] = [];
    for (const patch of patches.slice(from, from + batchSize)) read.push(await analyser.pixels(patch, signal));
    (await analyser.compute(read, firstBlock, lanePriority.step, signal)).forEach((one, i) => {
      features.push(one.features);
      if (chosen.has(from + i)) kept.push(one.tokens);
    });
    pixels.push(...read);
    onRead(read.length);
  }
  const width = model.shape.featureWidth;
  return { pixels, centre: centreOfRows({ features: concatenate(features), width }), tokens: kept };
}

type Learner = Readonly<{
  /** `pictures` [2n], two views of n patches, the second ones behind the first. The loss before the step. */
  step(pictures: readonly Uint8Array[], made: number, steps: number): Promise<number>;
  theta(): Float32Array;
  release(): Promise<void>;
}>;

async function createLearner(
  session: Session,
  { centre, tokens: known }: Unlabelled,
  { blocks, tokensPerBlock, learningRate, temperature, seed }: WarmStartSettings,
  firstBlock: number,
  mostAtOnce: number,
  signal: AbortSignal,
): Promise<Learner> {
  const { model, analyser, programs, lane, runtime } = session;
  const { width, featureWidth } = model.shape;
  const inLane = <T>(task: () => Promise<T>): Promise<T> => lane.run(lanePriority.step, task, signal);
  const shape = [blocks, tokensPerBlock, width];
  const length = elementCount(shape);
  const entering = {
    features: known,
    tokens: async (of: readonly Readonly<{ example: number }>[]) =>
      of.map(({ example }) => present(known[example], "tokens")),
  };
  const seen = (await readPatchTokens(session, entering, firstBlock, seed, signal)).flatMap((one) => one ?? []);
  const layout = { prompts: { offset: 0, shape }, instance: null, textScale: null, length };
  const { theta, rateScale } = startTheta(layout, seen, seed);

  const wanted = { firstBlock, tokensPerBlock, batch: mostAtOnce };
  const part = pullPartFor(programs.backbone, runtime, wanted);
  const updating = await inLane(() => programs.update(length));
  const releaseUpdate = (): Promise<void> => lane.run(lanePriority.click, () => updating.release());
  const pulling = await inLane(() => programs.pull(firstBlock, tokensPerBlock, part)).catch(async (error: unknown) => {
    await releaseUpdate();
    throw error;
  });
  const flat = (values: Float32Array): TensorValue => ({ dims: [length], data: values });
  let state: StateValues = { theta, m: new Float32Array(length), v: new Float32Array(length) };

  /** The gradient of a loss whose derivative with respect to the features is `pull`. */
  const gradientOf = async (tokens: readonly Float32Array[], pull: Float32Array): Promise<Float32Array> => {
    let gradSum: Float32Array = new Float32Array(length);
    for (let from = 0; from < tokens.length; from += part) {
      const rows = new Float32Array(part * featureWidth);
      rows.set(pull.subarray(from * featureWidth, (from + part) * featureWidth));
      const feeds = {
        tokens: stack(tokens.slice(from, from + part), width, part),
        theta: flat(state.theta),
        pull: { dims: [part, featureWidth], data: rows },
        gradSum: flat(gradSum),
      };
      gradSum = outputOf(await inLane(() => pulling.run(feeds)), "gradSumNext").data;
    }
    return gradSum;
  };
  return {
    async step(pictures, made, steps) {
      const tokens: Float32Array[] = [];
      for (let from = 0; from < pictures.length; from += batchSize) {
        const some = pictures.slice(from, from + batchSize);
        tokens.push(...(await analyser.tokens(some, firstBlock, lanePriority.step, signal)));
      }
      const prompts: Prompts = { firstBlock, value: { dims: shape, data: state.theta } };
      const features = await promptedFeatures(session, prompts, tokens, width, lanePriority.step, signal);
      const { loss, pull } = contrast(features, centre, temperature);
      if (!Number.isFinite(loss)) {
        throw new Fault("runtime", "Learning without labels diverged. Try a lower learning rate.");
      }
      const decay = 0.5 * (1 + Math.cos((Math.PI * made) / steps));
      const feeds = {
        theta: flat(state.theta),
        m: flat(state.m),
        v: flat(state.v),
        gradSum: flat(await gradientOf(tokens, pull)),
        rateScale: flat(rateScale),
        learningRate: scalar(learningRate * Math.min(1, (made + 1) / risingSteps) * decay),
        weightDecay: scalar(0),
        correction1: scalar(1 / (1 - 0.9 ** (made + 1))),
        correction2: scalar(1 / (1 - 0.999 ** (made + 1))),
      };
      const outputs = await inLane(() => updating.run(feeds));
      const next = (name: string): Float32Array => outputOf(outputs, name).data;
      state = { theta: next("thetaNext"), m: next("mNext"), v: next("vNext") };
      return loss;
    },
    theta: () => state.theta,
    release: async () => {
      await releaseUpdate();
      await lane.run(lanePriority.click, () => pulling.release());
    },
  };
}

function assertSound(
  { blocks, tokensPerBlock, epochs, batch, learningRate, temperature }: WarmStartSettings,
  patches: number,
  depth: number,
): void {
  const problems = [
    ...(Number.isInteger(blocks) && blocks >= 1 && blocks <= depth ? [] : [`blocks must be 1 to ${depth}`]),
    ...(Number.isInteger(tokensPerBlock) && tokensPerBlock >= 1 && tokensPerBlock <= 100
      ? []
      : ["tokens per block must be 1 to 100"]),
    ...(Number.isInteger(epochs) && epochs >= 1 ? [] : ["epochs must be a whole number above 0"]),
    ...(Number.isInteger(batch) && batch >= 2 ? [] : ["a step needs two patches"]),
    ...(learningRate > 0 && learningRate <= 1 && temperature > 0 ? [] : ["rate and temperature must be above 0"]),
    ...(patches >= 2 && patches <= mostPatches ? [] : [`2 to ${mostPatches} patches are learned from`]),
  ];
  if (problems.length > 0)
    throw new Fault("invalid", `Learning without labels cannot start: ${problems.join("; ")}.`, { problems });
}

/** As `WarmStartApi.embed`. */
export async function embed(
  session: Session,
  { patches, views, prompts }: Parameters<WarmStartApi["embed"]>[0],
  { signal, onDone }: Hooks,
): Promise<Float32Array> {
  const { model, analyser } = session;
  const { depth, width, featureWidth } = model.shape;
  const side = model.patchPixels;
  const cut = prompts?.firstBlock ?? depth - 1;
  const value = prompts && { dims: [depth - cut, prompts.tokensPerBlock, width], data: prompts.values };
  assert(!value || value.data.length === elementCount(value.dims), "prompts of this backbone");
  const out = new Float32Array(patches.length * views * featureWidth);
  for (const [i, patch] of patches.entries()) {
    signal.throwIfAborted();
    const rgb = await analyser.pixels(patch, signal);
    const laid = Array.from({ length: views }, (_, view) => viewOf(rgb, side, view));
    const rows = value
      ? await promptedFeatures(
          session,
          { firstBlock: cut, value },
          await analyser.tokens(laid, cut, lanePriority.step, signal),
          width,
          lanePriority.step,
          signal,
        )
      : concatenate((await analyser.compute(laid, cut, lanePriority.step, signal)).map(({ features }) => features));
    out.set(rows, i * views * featureWidth);
    onDone(i + 1, patches.length);
  }
  return out;
}
