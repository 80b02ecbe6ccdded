// Prompts learned without labels, and features under them. Knows a session, the contrast and the optimiser; no class and no head.
//
// Why: a backbone of natural images spends its features on differences that tissue does not have. Prompts that make views of one patch
// alike and patches unlike turn them towards what differs here; what the labels then learn is a regression (engine/tuning.md).
import { assert, Fault, present } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import type { Patch } from "../domain/patch.ts";
import { elementCount } from "../graph/ir.ts";
import { randomFor, shuffled } from "../math/random.ts";
import type { WarmPrompts, WarmStartApi, WarmStartSettings } from "../protocol/warm-start-api.ts";
import { alteredView } from "./altered-view.ts";
import { contrast } from "./contrast.ts";
import { batchSize } from "./features.ts";
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
  const { model, analyser, programs, lane, runtime } = session;
  const { depth, width, featureWidth } = model.shape;
  const { blocks, tokensPerBlock, epochs, seed, temperature } = settings;
  const batch = Math.min(settings.batch, patches.length);
  assertSound(settings, patches.length, depth);
  const firstBlock = depth - blocks;
  const side = model.patchPixels;
  const inLane = <T>(task: () => Promise<T>): Promise<T> => lane.run(lanePriority.step, task, signal);

  const pixels: Uint8Array[] = [];
  const frozen: Float32Array[] = [];
  const random = randomFor(seed, "warm start");
  const chosen = new Set(shuffled(random, [...patches.keys()]).slice(0, startPatches));
  const tokensOf: Float32Array[] = [];
  const steps = epochs * Math.floor(patches.length / batch);
  const total = steps + Math.ceil(patches.length / batchSize);
  let done = 0;
  const told = (): void => onDone(++done, total);
  for (let from = 0; from < patches.length; from += batchSize) {
    signal.throwIfAborted();
    const read: Uint8Array[] = [];
    for (const patch of patches.slice(from, from + batchSize)) read.push(await analyser.pixels(patch, signal));
    (await analyser.compute(read, firstBlock, lanePriority.step, signal)).forEach(({ features, tokens }, i) => {
      frozen.push(features);
      if (chosen.has(from + i)) tokensOf.push(tokens);
    });
    pixels.push(...read);
    told();
  }
  const centre = meanOf(frozen);

  const shape = [blocks, tokensPerBlock, width];
  const length = elementCount(shape);
  const layout = { prompts: { offset: 0, shape }, instance: null, textScale: null, length };
  const entering = {
    features: tokensOf,
    tokens: async (of: readonly Readonly<{ example: number }>[]) =>
      of.map(({ example }) => present(tokensOf[example], "tokens")),
  };
  const seen = (await readPatchTokens(session, entering, firstBlock, seed, signal)).flatMap((one) => one ?? []);
  const { theta, rateScale } = startTheta(layout, seen, seed);

  const part = pullPartFor(programs.backbone, runtime, {
    firstBlock,
    tokensPerBlock,
    batch: Math.min(batchSize, 2 * batch),
  });
  const pulling = await inLane(() => programs.pull(firstBlock, tokensPerBlock, part));
  const updating = await inLane(() => programs.update(length));
  const flat = (values: Float32Array): TensorValue => ({ dims: [length], data: values });
  let state: StateValues = { theta, m: new Float32Array(length), v: new Float32Array(length) };
  const losses: number[] = [];
  try {
    for (let epoch = 0, step = 0; epoch < epochs; epoch++) {
      const order = shuffled(random, [...patches.keys()]);
      let sum = 0;
      const perEpoch = Math.floor(patches.length / batch);
      for (let b = 0; b < perEpoch; b++, step++) {
        signal.throwIfAborted();
        const own = order.slice(b * batch, (b + 1) * batch);
        const pictures = [...own, ...own].map((i) => alteredView(present(pixels[i], "pixels"), side, random));
        const tokens: Float32Array[] = [];
        for (let from = 0; from < pictures.length; from += batchSize) {
          const some = pictures.slice(from, from + batchSize);
          tokens.push(...(await analyser.tokens(some, firstBlock, lanePriority.step, signal)));
        }
        const prompts: Prompts = { firstBlock, value: { dims: shape, data: state.theta } };
        const features = await promptedFeatures(session, prompts, tokens, width, lanePriority.step, signal);
        const { loss, pull } = contrast(features, centre, temperature);
        if (!Number.isFinite(loss))
          throw new Fault("runtime", "Learning without labels diverged. Try a lower learning rate.");
        sum += loss;
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
        const feeds = {
          theta: flat(state.theta),
          m: flat(state.m),
          v: flat(state.v),
          gradSum: flat(gradSum),
          rateScale: flat(rateScale),
          learningRate: scalar(settings.learningRate * rise(step) * 0.5 * (1 + Math.cos((Math.PI * step) / steps))),
          weightDecay: scalar(0),
          correction1: scalar(1 / (1 - 0.9 ** (step + 1))),
          correction2: scalar(1 / (1 - 0.999 ** (step + 1))),
        };
        const outputs = await inLane(() => updating.run(feeds));
        const next = (name: string): Float32Array => outputOf(outputs, name).data;
        state = { theta: next("thetaNext"), m: next("mNext"), v: next("vNext") };
        told();
      }
      losses.push(sum / perEpoch);
    }
  } finally {
    await lane.run(lanePriority.click, async () => {
      await pulling.release();
      await updating.release();
    });
  }
  return { firstBlock, tokensPerBlock, values: state.theta, losses };
}

const rise = (step: number): number => Math.min(1, (step + 1) / risingSteps);

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

function meanOf(rows: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) {
    row.forEach((value, i) => {
      sum[i]! += value / rows.length;
    });
  }
  return Float32Array.from(sum);
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
