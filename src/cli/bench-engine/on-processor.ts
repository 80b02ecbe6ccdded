// The processor's part of the suite: forward and steps on WASM, on onnxruntime-node and by PyTorch, all in one race per thread count.
// Knows names of figures; every ratio is taken within a round.
import { cpus } from "node:os";
import { performance } from "node:perf_hooks";
import { Fault, isFault } from "../../base/fault.ts";
import { outputOf, type Program, type Runtime } from "../../engine/runtime.ts";
import { openNativeRuntime } from "../../platform/node/ort-native-runtime.ts";
import { openNodeRuntime } from "../../platform/node/ort-runtime.ts";
import { type Figure, figure, type LeftOut, type Measured, ratios } from "../figure.ts";
import { type Contender, race, type Times } from "./race.ts";
import type { Subject } from "./subjects.ts";
import { openTorch } from "./torch-peer.ts";
import { versioned } from "./versions.ts";
import {
  type Feeds,
  forwardWork,
  type StepWork,
  stepWork,
  tokensPerBlock,
  type Variant,
  variants,
  type Work,
} from "./workload.ts";

export type Parts = ReadonlySet<string>;

export type ProcessorOptions = Readonly<{
  parts: Parts;
  /** Images in a batch. */
  batch: number;
  rounds: number;
  threads: number;
  python: string;
  log: (line: string) => void;
}>;

/** How far a peer's loss may be from ours: beyond that it computes something else, and its time says nothing. */
export const lossTolerance = 1e-4;

type Works = Readonly<{ forward: Work; steps: Readonly<Record<Variant, StepWork>> }>;
type Opened = Readonly<{ contenders: readonly Contender[]; words: string; close(): Promise<void> }>;

const machine = `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`;

export function sizesOf({ id, shape }: Subject, batch: number): string {
  return `${id} (${shape.depth} blocks, width ${shape.width}), batch ${batch}, ${tokensPerBlock} tokens a block`;
}

/** Runs once with `threads` on everything that is asked for; WASM in Node has one thread, so it takes part only there. */
export async function measureOnProcessor(subject: Subject, options: ProcessorOptions): Promise<Measured> {
  const { parts, batch, threads, log, rounds } = options;
  const { backbone, id } = subject;
  const works: Works = {
    forward: forwardWork(backbone, batch),
    steps: { all: stepWork(backbone, "all", batch), last4: stepWork(backbone, "last4", batch) },
  };
  const leftOut: LeftOut[] = [];
  const opened: Opened[] = [];
  const sameLoss = createSameLoss(log);
  const open = async (name: string, make: () => Promise<Opened>): Promise<void> => {
    try {
      opened.push(await make());
    } catch (error) {
      if (!isFault(error)) throw error;
      leftOut.push({ name: `${name} (${id}, ${threads} threads)`, why: error.message });
    }
  };
  log(`${sizesOf(subject, batch)}, ${threads} ${threads === 1 ? "thread" : "threads"}: preparing`);
  if (parts.has("wasm") && threads === 1) {
    await open("wasm", () => openRuntime("wasm", openNodeRuntime(), subject, works, sameLoss));
  }
  if (parts.has("native")) {
    await open("onnxruntime-node", async () =>
      openRuntime("native", await openNativeRuntime(threads), subject, works, sameLoss),
    );
  }
  if (parts.has("torch")) {
    await open("engine.vs_torch.cpu", () => openPeer(subject, works, sameLoss, options));
  }
  // Opening ran each once.
  const times = await race(
    opened.flatMap(({ contenders }) => contenders),
    { rounds, warm: false },
    log,
  ).finally(async () => {
    for (const { close } of opened) await close();
  });
  const words = opened.map((one) => one.words).join(", ");
  const on = `${machine}; ${words}; ${threads} ${threads === 1 ? "thread" : "threads"}; ${sizesOf(subject, batch)}`;
  return { figures: figuresOf(times, id, threads, on), leftOut };
}

/** Ratios by floating-point operations: the least a step can cost. */
export function flopFigures(subject: Subject, batch: number): readonly Figure[] {
  const forward = forwardWork(subject.backbone, batch).flops;
  return variants.map((variant) => {
    const share = stepWork(subject.backbone, variant, batch).flops / forward;
    return figure(`engine.flop_ratio.${variant}.${subject.id}`, [share], "1", `counted; ${sizesOf(subject, batch)}`);
  });
}

function figuresOf(times: Times, id: string, threads: number, on: string): readonly Figure[] {
  const figures: Figure[] = [];
  const add = (name: string, values: readonly number[] | null, unit: string): void => {
    if (values && values.length > 0) figures.push(figure(name, values, unit, on));
  };
  const pair = (a: string, b: string): readonly number[] | null => {
    const [x, y] = [times.get(a), times.get(b)];
    return x && y ? ratios(x, y) : null;
  };
  for (const [runtime, provider] of [
    ["wasm", "wasm"],
    ["native", `onnxruntime-node.t${threads}`],
  ] as const) {
    add(`engine.forward_ms.${id}.${provider}`, times.get(`${runtime}.forward`) ?? null, "ms");
    for (const variant of variants) {
      const step = `${runtime}.${variant}`;
      add(`engine.step_ratio.${variant}.${id}.${provider}`, pair(step, `${runtime}.forward`), "1");
    }
  }
  for (const variant of variants) {
    add(`engine.vs_onnxruntime-node.${variant}.${id}.wasm`, pair(`native.${variant}`, `wasm.${variant}`), "1");
    add(`engine.vs_torch.cpu.${variant}.${id}.t${threads}`, pair(`torch.${variant}`, `native.${variant}`), "1");
  }
  return figures;
}

async function timed(program: Program, feeds: Feeds): Promise<number> {
  const before = performance.now();
  await program.run(feeds);
  return performance.now() - before;
}

/** Opens what can be opened; what was opened before a failure is closed again. */
async function openAll(words: string, fill: (owned: Owned) => Promise<void>): Promise<Opened> {
  const releases: (() => Promise<void>)[] = [];
  const contenders: Contender[] = [];
  const close = async (): Promise<void> => {
    for (const release of releases.toReversed()) await release();
  };
  try {
    await fill({ contenders, owns: (release) => void releases.push(release) });
  } catch (error) {
    await close();
    throw error;
  }
  return { contenders, words, close };
}

type Owned = Readonly<{ contenders: Contender[]; owns(release: () => Promise<void>): void }>;

function openRuntime(
  name: "wasm" | "native",
  runtime: Runtime,
  { backbone, id }: Subject,
  { forward, steps }: Works,
  sameLoss: SameLoss,
): Promise<Opened> {
  const words = name === "wasm" ? `${versioned("onnxruntime-web")} WASM` : versioned("onnxruntime-node");
  return openAll(words, async (owned) => {
    owned.owns(() => runtime.release());
    const add = async (part: string, { graph, feeds }: Work): Promise<Program> => {
      const program = await runtime.compile(graph, backbone.weights, { name: `${id} ${part}` });
      owned.owns(() => program.release());
      owned.contenders.push({ name: `${name}.${part}`, run: () => timed(program, feeds) });
      return program;
    };
    await (await add("forward", forward)).run(forward.feeds);
    for (const variant of variants) {
      const program = await add(variant, steps[variant]);
      const outputs = await program.run(steps[variant].feeds);
      sameLoss(variant, outputOf(outputs, "loss").data[0] ?? Number.NaN, name);
    }
  });
}

async function openPeer(
  { shape, weightsFile }: Subject,
  { steps }: Works,
  sameLoss: SameLoss,
  { python, threads }: ProcessorOptions,
): Promise<Opened> {
  const weights = await weightsFile();
  return openAll("PyTorch eager", async (owned) => {
    for (const variant of variants) {
      const peer = await openTorch(python, shape, weights, variant, steps[variant]);
      owned.owns(async () => peer.close());
      await peer.threads(threads);
      sameLoss(variant, (await peer.step()).loss, `PyTorch ${peer.version}`);
      owned.contenders.push({ name: `torch.${variant}`, run: async () => (await peer.step()).ms });
    }
  });
}

type SameLoss = (variant: Variant, loss: number, who: string) => void;

/** The first loss of each variant is the one the others must have. Fault `runtime` where one has not. */
function createSameLoss(log: (line: string) => void): SameLoss {
  const first = new Map<Variant, Readonly<{ loss: number; who: string }>>();
  return (variant, loss, who) => {
    const known = first.get(variant) ?? { loss, who };
    first.set(variant, known);
    log(`  ${who} ${variant}: loss ${loss.toFixed(6)}`);
    const apart = Math.abs(loss - known.loss) / Math.abs(known.loss);
    if (apart <= lossTolerance) return;
    throw new Fault("runtime", `its loss is ${loss} where ${known.who} has ${known.loss}: not the same computation`);
  };
}
