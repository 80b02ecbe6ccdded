// One step of the optimiser: a batch through the training graph, at once or in parts, and the state it leaves, which may stay where the
// graph runs.
// Knows theta as one flat vector; no epochs and no schedule.
import type { PartsProgram, TrainProgram } from "./model-programs.ts";
import { type Feed, isResident, outputOf, type RunOutputs, residentOf, scalar, type TensorValue } from "./runtime.ts";

/** theta and AdamW's moments, [P] each. */
export type OptimiserState = Readonly<{ theta: Feed; m: Feed; v: Feed }>;

export type StateValues = Readonly<{ theta: Float32Array; m: Float32Array; v: Float32Array }>;

/** Samples of a batch, as the graphs take them. */
export type SampleFeeds = Readonly<{ tokens: TensorValue; targets: TensorValue; sampleWeight: TensorValue }>;

/** What a step takes beside its samples and the state: inputs of forward and loss, and those of the optimiser. */
export type StepInputs = Readonly<{
  forward: Readonly<{ centre: TensorValue; textual?: TensorValue }>;
  optimiser: Readonly<
    Record<"rateScale" | "learningRate" | "weightDecay" | "correction1" | "correction2", TensorValue>
  >;
}>;

type Run = () => Promise<RunOutputs>;

/**
 * The state is released once there is a new one; the loss is that of the old. `samples`: where each run's samples begin in the batch
 * and how many rows the run takes; those beyond the batch's end are padding of weight 0. `weightTotal`: of the whole batch.
 */
export async function runStep(
  train: TrainProgram | PartsProgram,
  batch: Readonly<{
    size: number;
    weightTotal: number;
    samples: (from: number, rows: number) => Promise<SampleFeeds>;
  }>,
  { forward, optimiser }: StepInputs,
  state: OptimiserState,
  inLane: (run: Run) => Promise<RunOutputs>,
): Promise<Readonly<{ loss: number; state: OptimiserState }>> {
  if (train.kind === "whole") {
    const samples = await batch.samples(0, train.batch);
    const outputs = await inLane(() => train.program.run({ ...samples, ...forward, ...optimiser, ...state }));
    const next = nextState(outputs);
    releaseState(state);
    return { loss: outputOf(outputs, "loss").data[0] ?? Number.NaN, state: next };
  }
  const weightTotal = scalar(batch.weightTotal);
  const { length } = train.layout;
  let gradSum: Feed = { dims: [length], data: new Float32Array(length) };
  let lossSum: Feed = scalar(0);
  try {
    for (let from = 0; from < batch.size; from += train.part) {
      const samples = await batch.samples(from, train.part);
      const feeds = { ...samples, ...forward, theta: state.theta, weightTotal, gradSum, lossSum };
      const outputs = await inLane(() => train.gradient.run(feeds));
      releaseFeeds([gradSum, lossSum]);
      [gradSum, lossSum] = [take(outputs, "gradSumNext"), take(outputs, "lossSumNext")];
    }
    const loss = (await readFeed(lossSum))[0] ?? Number.NaN;
    const summed = gradSum;
    const outputs = await inLane(() => train.update.run({ ...state, ...optimiser, gradSum: summed }));
    const next = nextState(outputs);
    releaseState(state);
    return { loss, state: next };
  } finally {
    releaseFeeds([gradSum, lossSum]);
  }
}

export function stateOf({ theta, m, v }: StateValues): OptimiserState {
  const feed = (values: Float32Array): TensorValue => ({ dims: [values.length], data: values });
  return { theta: feed(theta), m: feed(m), v: feed(v) };
}

const take = (outputs: RunOutputs, name: string): Feed =>
  outputs.residents[name] ? residentOf(outputs, name) : outputOf(outputs, name);

function nextState(outputs: RunOutputs): OptimiserState {
  return { theta: take(outputs, "thetaNext"), m: take(outputs, "mNext"), v: take(outputs, "vNext") };
}

export function releaseState({ theta, m, v }: OptimiserState): void {
  releaseFeeds([theta, m, v]);
}

function releaseFeeds(feeds: readonly Feed[]): void {
  for (const feed of feeds) if (isResident(feed)) feed.release();
}

export async function readFeed(feed: Feed): Promise<Float32Array> {
  return isResident(feed) ? (await feed.read()).data : feed.data;
}
