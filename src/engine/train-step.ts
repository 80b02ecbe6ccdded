// One step of the optimiser: a batch through the training graph, and the state it leaves, which may stay where the graph runs.
// Knows theta as one flat vector; no epochs and no schedule.
import type { TrainProgram } from "./model-programs.ts";
import { type Feed, isResident, outputOf, type RunOutputs, residentOf, type TensorValue } from "./runtime.ts";

/** theta and AdamW's moments, [P] each. */
export type OptimiserState = Readonly<{ theta: Feed; m: Feed; v: Feed }>;

export type StateValues = Readonly<{ theta: Float32Array; m: Float32Array; v: Float32Array }>;

/** `inputs`: everything the training graph takes beside the batch and the state. The old state is released. */
export async function runStep(
  train: TrainProgram,
  batch: Readonly<Record<string, Feed>>,
  inputs: Readonly<Record<string, Feed>>,
  state: OptimiserState,
  inLane: (run: () => Promise<RunOutputs>) => Promise<RunOutputs>,
): Promise<Readonly<{ loss: number; state: OptimiserState }>> {
  const outputs = await inLane(() => train.program.run({ ...batch, ...inputs, ...state }));
  const next = nextState(outputs);
  releaseState(state);
  return { loss: outputOf(outputs, "loss").data[0] ?? Number.NaN, state: next };
}

export function stateOf({ theta, m, v }: StateValues): OptimiserState {
  const feed = (values: Float32Array): TensorValue => ({ dims: [values.length], data: values });
  return { theta: feed(theta), m: feed(m), v: feed(v) };
}

function nextState(outputs: RunOutputs): OptimiserState {
  const take = (name: string): Feed => (outputs.residents[name] ? residentOf(outputs, name) : outputOf(outputs, name));
  return { theta: take("thetaNext"), m: take("mNext"), v: take("vNext") };
}

export function releaseState(state: OptimiserState): void {
  for (const feed of [state.theta, state.m, state.v]) if (isResident(feed)) feed.release();
}

export async function readFeed(feed: Feed): Promise<Float32Array> {
  return isResident(feed) ? (await feed.read()).data : feed.data;
}
