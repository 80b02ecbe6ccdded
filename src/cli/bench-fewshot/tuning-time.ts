// How long one whole tuning takes here, held-out folds and all, by onnxruntime's own kernels and by those the browser runs. Knows the
// clock and the engine; judges no answers.
import { join } from "node:path";
import { present } from "../../base/fault.ts";
import { drawSupport, smallestClass } from "../../engine/evaluation/draws.ts";
import type { NamedModel } from "../../platform/node/model-files.ts";
import { attempt } from "../bench-engine/attempt.ts";
import { figure, type Measured } from "../figure.ts";
import { openFolderEngine } from "../folder-engine.ts";
import type { FolderParts } from "./folder-data.ts";

const wantedPatches = 80;
const kernels = [
  ["native", "onnxruntime-node"],
  ["wasm", "wasm"],
] as const;

export async function measureTuningTime(
  named: NamedModel,
  { pool }: FolderParts,
  classes: readonly string[],
  options: Readonly<{
    folder: string;
    seed: number;
    fast: boolean;
    threads: number;
    epochs: number | null;
    blocks: number | null;
    now: () => number;
    on: string;
  }>,
  signal: AbortSignal,
): Promise<Measured> {
  const k = Math.min(Math.ceil(wantedPatches / classes.length), smallestClass(pool, classes.length));
  const support = drawSupport(pool, classes.length, k, options.seed).slice(0, wantedPatches);
  const pictures = support.map((i) => {
    const { path, classIndex, group } = present(pool[i], "a drawn patch");
    return { path: join(options.folder, path), classIndex, group };
  });
  if (pictures.length < wantedPatches && !options.fast) {
    const why = `there are ${pictures.length} patches to tune on, and the figure is of ${wantedPatches}`;
    return { figures: [], leftOut: [{ name: `fewshot.${named.id}.tune_s.*`, why }] };
  }
  const all: Measured[] = [];
  for (const [kind, words] of kernels) {
    const name = `fewshot.${named.id}.tune_s.${words}`;
    const time = async (): Promise<Measured> => {
      const threads = kind === "wasm" ? 1 : options.threads;
      const opened = await openFolderEngine(named, { threads, kernels: kind, stain: false }, signal);
      try {
        const { defaults } = opened.status;
        const blocks = options.blocks ?? opened.status.tunable.blocks;
        const settings = { ...defaults, blocks, epochs: options.epochs ?? defaults.epochs, seed: options.seed };
        const before = options.now();
        await opened.tune({ name: "timed", classes, pictures, settings }, signal);
        const seconds = (options.now() - before) / 1000;
        const on = `${options.on}, ${words}, ${threads} thread(s), ${pictures.length} patches, ${blocks} blocks, ${settings.epochs} epochs, with held-out folds`;
        return { figures: [figure(name, [seconds], "s", on)], leftOut: [] };
      } finally {
        await opened.release();
      }
    };
    all.push(await attempt(name, time));
  }
  return { figures: all.flatMap(({ figures }) => figures), leftOut: all.flatMap(({ leftOut }) => leftOut) };
}
