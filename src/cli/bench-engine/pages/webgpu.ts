// Counts in the page what tuning asks of WebGPU (dispatches of a step, bytes of weights on the device) and compares gradients with
// PyTorch's. Counts hold on a software adapter as on a real one; times do not, and none are taken here.
import { present } from "../../../base/fault.ts";
import { createModelPrograms, type ModelPrograms } from "../../../engine/model-programs.ts";
import type { Runtime } from "../../../engine/runtime.ts";
import { elementCount } from "../../../graph/ir.ts";
import type { CarriedShape } from "../../../graph/vit/carried-tokens.ts";
import { weightBytes, weightsOf } from "../../../graph/weight-file.ts";
import { createRuntimes } from "../../../platform/worker/ort-runtime.ts";
import { backboneOf, randomTensors, vitNarrow } from "../backbones.ts";
import { type GradientError, worstGradientError } from "../grad-error.ts";
import { allKinds, classes, firstBlockOf, noise, stepWork, tokensPerBlock } from "../workload.ts";
import { buffersBySize, bytesAlive, dispatchesByKernel, forgetDispatches, watchGpu } from "./gpu-ledger.ts";
import { offer } from "./page-call.ts";

watchGpu();

async function openGpu(): Promise<Runtime> {
  const opened = await createRuntimes().webgpu("accept");
  if ("why" in opened) throw new Error(opened.why);
  return opened.runtime;
}

const backbone = backboneOf(vitNarrow, randomTensors(vitNarrow, 3), "12 blocks of width 96");
const batch = 1;

export type Counts = Readonly<{
  adapter: string;
  /** Of one step that is not the first, by kernel. */
  dispatches: Readonly<Record<string, number>>;
  /** The same with instance and textual prompts beside the task visual ones. */
  dispatchesOfAllKinds: number;
  /** Of the frozen weights, each counted once. */
  weightBytes: number;
  /** Of all buffers alive after every graph was compiled and none was run. */
  compiledBytes: number;
  /** Of the buffers alive after every graph ran whose size is that of a weight matrix and of nothing else. */
  matrixBytes: number;
  /** What `matrixBytes` is with one copy. */
  matrixBytesOnce: number;
}>;

/** Base, upper and train graphs for two first blocks, as the app compiles them when a person tunes and swaps. */
async function count(): Promise<Counts> {
  const runtime = await openGpu();
  const programs = createModelPrograms(backbone, runtime);
  const cuts = [firstBlockOf("last4", vitNarrow.depth), 4];
  for (const firstBlock of cuts) {
    await programs.base(firstBlock);
    await programs.upper(firstBlock);
    await programs.train({ firstBlock, tokensPerBlock, batch, classes });
  }
  const compiledBytes = bytesAlive();
  const dispatches = await dispatchesOfStep(programs, {});
  const full = await dispatchesOfStep(programs, allKinds);
  for (const firstBlock of cuts) await runForward(programs, firstBlock);
  const once = matrixSizes();
  const alive = buffersBySize();
  const matrixBytes = [...once.keys()].reduce((sum, size) => sum + size * (alive.get(size) ?? 0), 0);
  const matrixBytesOnce = [...once].reduce((sum, [size, n]) => sum + size * n, 0);
  await programs.release();
  await runtime.release();
  return {
    adapter: runtime.provider.words,
    dispatches,
    dispatchesOfAllKinds: Object.values(full).reduce((sum, n) => sum + n, 0),
    weightBytes: weightBytes(backbone.graph),
    compiledBytes,
    matrixBytes,
    matrixBytesOnce,
  };
}

/** The second step of two: the first compiles pipelines. Training state stays on the device, as in the app. */
async function dispatchesOfStep(programs: ModelPrograms, carried: CarriedShape): Promise<Counts["dispatches"]> {
  const { feeds } = stepWork(backbone, "last4", batch, carried);
  const firstBlock = firstBlockOf("last4", vitNarrow.depth);
  const { program } = await programs.train({ firstBlock, tokensPerBlock, batch, classes, ...carried });
  const first = await program.run(feeds);
  const { thetaNext, mNext, vNext } = first.residents;
  const state = { theta: thetaNext, m: mNext, v: vNext };
  forgetDispatches();
  const second = await program.run({ ...feeds, ...withoutHoles(state) });
  const counts = Object.fromEntries(dispatchesByKernel());
  for (const { residents } of [first, second]) for (const one of Object.values(residents)) one.release();
  return counts;
}

function withoutHoles<T>(values: Readonly<Record<string, T | undefined>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, present(value, name)]));
}

async function runForward(programs: ModelPrograms, firstBlock: number): Promise<void> {
  const side = vitNarrow.imagePixels;
  const base = await programs.base(firstBlock);
  const { values } = await base.run({ pixels: noise([batch, 3, side, side], "pixels") });
  const prompts = noise([vitNarrow.depth - firstBlock, tokensPerBlock, vitNarrow.width], "prompts");
  const upper = await programs.upper(firstBlock);
  await upper.run({ tokens: present(values.tokens, "tokens"), prompts });
}

/** Sizes in bytes of the weight matrices, with how many there are; vectors are left out: activations have their sizes too. */
function matrixSizes(): ReadonlyMap<number, number> {
  const sizes = new Map<number, number>();
  for (const { shape } of weightsOf(backbone.graph)) {
    const bytes = 4 * elementCount(shape);
    if (shape.length > 1 && bytes >= 4 * vitNarrow.width ** 2) sizes.set(bytes, (sizes.get(bytes) ?? 0) + 1);
  }
  return sizes;
}

export type GpuGradients = Readonly<{ worst: GradientError; adapter: string }>;

async function gradients(
  argument: Readonly<{ variants: readonly string[]; cases: readonly string[] }>,
): Promise<GpuGradients> {
  let adapter = "";
  const open = async (): Promise<Runtime> => {
    const runtime = await openGpu();
    adapter = runtime.provider.words;
    return runtime;
  };
  const read = async (name: string): Promise<Uint8Array> => {
    const response = await fetch(`/test/fixtures/vit-corpus/${name}`);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
  const worst = await worstGradientError(open, read, argument.variants, argument.cases);
  return { worst, adapter };
}

offer({ count, gradients });
