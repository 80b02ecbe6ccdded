// A runtime that works until it is told to fail, and the tuning that is gone on with afterwards. Knows no test runner.
import { Fault } from "../../src/base/fault.ts";
import type { TuningEvent } from "../../src/domain/run.ts";
import type { TuningCheckpoint } from "../../src/domain/tuning-checkpoint.ts";
import { createMemoryGateStore } from "../../src/engine/gates/kept-gates.ts";
import type { Runtime } from "../../src/engine/runtime.ts";
import type { Engine } from "../../src/engine/service.ts";
import type { TuneParams, TuneResult } from "../../src/protocol/engine-api.ts";
import { type TinyEngine, tinyEngine } from "./tiny-engine.ts";
import { type ModelFolder, tinySource } from "./tiny-model.ts";

/** Names of the programs in the order they were run since `start`. */
export type RunLog = { runs: string[]; failAt: number };

/** Run number `log.failAt` (from 1) and everything after it throws `fault`, as on a device that is gone. */
export function failingAt(log: RunLog, fault: () => Fault): (runtime: Runtime) => Runtime {
  return (runtime) => ({
    ...runtime,
    async compile(graph, weights, options) {
      const program = await runtime.compile(graph, weights, options);
      return {
        ...program,
        async run(feeds) {
          log.runs.push(options.name.replace(/@.*/, ""));
          if (log.runs.length >= log.failAt) throw fault();
          return program.run(feeds);
        },
      };
    },
  });
}

/** What was found out on this device before: a tuning in a second engine does not find it out again. */
const gates = createMemoryGateStore();

/** The gradient gate has passed once, so that runs counted from here on are a tuning's own. */
export async function passGates(folder: ModelFolder, params: TuneParams): Promise<void> {
  const { tiny } = await startFailing(folder, Number.POSITIVE_INFINITY, () => new Fault("runtime", "never"));
  await tiny.engine.tune({ ...params, settings: { ...params.settings, epochs: 1 } });
}

export async function startFailing(
  folder: ModelFolder,
  failAt: number,
  fault: () => Fault,
): Promise<Readonly<{ tiny: TinyEngine; log: RunLog }>> {
  const log: RunLog = { runs: [], failAt: Number.POSITIVE_INFINITY };
  const tiny = tinyEngine(folder, failingAt(log, fault), undefined, gates);
  await tiny.engine.load({ source: tinySource, prefer: "wasm" });
  log.runs = [];
  log.failAt = failAt;
  return { tiny, log };
}

export type Watched = Readonly<{
  result: TuneResult | null;
  error: unknown;
  checkpoints: readonly TuningCheckpoint[];
  events: readonly TuningEvent[];
}>;

/** Tunes and keeps what it said; checkpoints cross a border, as they do between page and worker. */
export async function watch(
  engine: Engine,
  params: TuneParams,
  onEvent: (event: TuningEvent) => void = () => {},
): Promise<Watched> {
  const checkpoints: TuningCheckpoint[] = [];
  const events: TuningEvent[] = [];
  const onProgress = (event: TuningEvent): void => {
    events.push(event);
    if (event.type === "checkpoint") checkpoints.push(structuredClone(event.checkpoint));
    onEvent(event);
  };
  try {
    return { result: await engine.tune(params, { onProgress }), error: null, checkpoints, events };
  } catch (error) {
    return { result: null, error, checkpoints, events };
  }
}
