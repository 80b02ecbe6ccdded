// Runs on a device that is destroyed at a given moment: how each of them ends. Knows the runtime port; no model and no engine.
import { isFault } from "../../../src/base/fault.ts";
import type { Resident } from "../../../src/engine/runtime.ts";
import { createBuilder } from "../../../src/graph/builder.ts";
import { createRuntimes } from "../../../src/platform/worker/ort-runtime.ts";

let captured: GPUDevice | null = null;
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (...asked) {
  captured = await requestDevice.apply(this, asked);
  return captured;
};

const side = 256;

/** "value <number>", or kind and words of how it failed; "hangs" after 20 seconds. */
async function endOf(promise: Promise<Readonly<{ data: Float32Array }>>): Promise<string> {
  const hangs = new Promise<string>((resolve) => setTimeout(() => resolve("hangs"), 20_000));
  const ended = promise.then(
    ({ data }) => `value ${data[0]}`,
    (error: unknown) => (isFault(error) ? `${error.kind}: ${error.message}` : String(error)),
  );
  return Promise.race([ended, hangs]);
}

export type LossReport = Readonly<{
  /** The run before, the one under way when the device went, one waiting behind it, one after. */
  runs: readonly string[];
  resident: string;
  compiling: string;
  lost: string;
}>;

/** The device is destroyed `delay` milliseconds after the second run was begun. */
async function loseAfter(delay: number): Promise<LossReport> {
  const opened = await createRuntimes().webgpu("accept");
  if ("why" in opened) throw new Error(opened.why);
  const { runtime } = opened;
  const b = createBuilder();
  const x = b.input("x", "float32", [side, side]);
  let y = x;
  for (let i = 0; i < 8; i++) y = b.op("MatMul", [y, x]);
  const graph = b.finish({ sum: b.op("ReduceMean", [y, b.vector([0, 1])]), kept: y });
  const weights = { read: async () => new Float32Array() };
  const program = await runtime.compile(graph, weights, { name: "chain", resident: ["kept"] });
  // Each element of x is 1/side: so is each of every product of it.
  const feeds = { x: { dims: [side, side], data: new Float32Array(side * side).fill(1 / side) } };
  let kept: Resident | undefined;
  const run = async () => {
    const { values, residents } = await program.run(feeds);
    kept ??= residents.kept;
    return values.sum ?? { dims: [], data: new Float32Array() };
  };
  const before = await endOf(run());
  const underWay = endOf(run());
  const waiting = endOf(run());
  setTimeout(() => captured?.destroy(), delay);
  const runs = [before, await underWay, await waiting];
  const lost = await Promise.race([
    runtime.lost?.then((fault) => fault.kind) ?? "never",
    new Promise<string>((resolve) => setTimeout(() => resolve("never"), 5_000)),
  ]);
  runs.push(await endOf(run()));
  const resident = kept ? await endOf(kept.read()) : "none";
  const again = runtime.compile(graph, weights, { name: "again" }).then(() => ({ data: Float32Array.of(1) }));
  return { runs, resident, compiling: await endOf(again), lost };
}

/** Whether letting go of a runtime counts as a loss. */
async function letGo(): Promise<string> {
  const opened = await createRuntimes().webgpu("accept");
  if ("why" in opened) throw new Error(opened.why);
  const { runtime } = opened;
  await runtime.release();
  const quiet = new Promise<string>((resolve) => setTimeout(() => resolve("quiet"), 1_000));
  return Promise.race([runtime.lost?.then((fault) => fault.kind) ?? quiet, quiet]);
}

declare global {
  interface Window {
    loseAfter: typeof loseAfter;
    letGo: typeof letGo;
  }
}
Object.assign(window, { loseAfter, letGo });
