// npm run bench -- engine [--json] [--fast] [--only wasm,native,torch,memory,grad,jaxjs,webgpu] [--model tiny,small | manifest]
//   [--python python3] [--rounds n]
// What a tuning step costs here, beside its floating-point minimum and its peers. Knows which parts there are and in what order.
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { isFault } from "../base/fault.ts";
import { openNodeRuntime } from "../platform/node/ort-runtime.ts";
import { attempt } from "./bench-engine/attempt.ts";
import { corpusNames } from "./bench-engine/corpus.ts";
import { worstGradientError } from "./bench-engine/grad-error.ts";
import {
  countOnWebGpu,
  gradientFigure,
  gradientsOnWebGpu,
  measureJaxJs,
  timeOnWebGpu,
} from "./bench-engine/in-browser.ts";
import { measureMemory } from "./bench-engine/memory.ts";
import { flopFigures, measureOnProcessor } from "./bench-engine/on-processor.ts";
import { parseRounds } from "./bench-engine/race.ts";
import { loadedSubject, randomSmall, type Subject } from "./bench-engine/subjects.ts";
import { summaries } from "./bench-engine/summaries.ts";
import { versioned } from "./bench-engine/versions.ts";
import { variants } from "./bench-engine/workload.ts";
import { type Figure, type LeftOut, type Measured, printFigures } from "./figure.ts";

/** Minutes on two cores of 2 GHz, of the part for a ViT-Tiny (a ViT-S takes four times as long) or as a whole. Said, never a figure. */
const minutes = {
  perModel: { wasm: 0.75, native: 0.55, torch: 0.45, memory: 0.35 },
  once: { grad: 0.6, jaxjs: 1.5, webgpu: 2 },
} as const;
type Part = keyof typeof minutes.perModel | keyof typeof minutes.once;
const partMinutes: Readonly<Record<Part, number>> = { ...minutes.perModel, ...minutes.once };
const allParts = Object.keys(partMinutes) as Part[];

function estimate(parts: ReadonlySet<Part>, models: readonly string[]): number {
  const asTiny = models.reduce((sum, name) => sum + (name === "small" ? 4 : 1), 0);
  const all = [...parts].reduce((sum, part) => sum + partMinutes[part] * (part in minutes.perModel ? asTiny : 1), 0);
  return Math.ceil(flags.fast ? all / 3 : all);
}

const { values: flags } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    fast: { type: "boolean", default: false },
    only: { type: "string", default: allParts.join(",") },
    model: { type: "string", default: "tiny,small" },
    python: { type: "string", default: "python3" },
    rounds: { type: "string" },
  },
});
/** Progress goes to stderr, so that --json leaves nothing but figures on stdout. */
const log = (line: string): void => console.error(line);
const root = resolve(import.meta.dirname, "..", "..");
const batch = 16;
const threads = Math.min(4, cpus().length);

function chosenParts(): ReadonlySet<Part> {
  const named = flags.only.split(",").filter((name) => name !== "");
  const unknown = named.filter((name) => !(name in partMinutes));
  if (unknown.length > 0) throw new Error(`--only knows ${allParts.join(", ")}; not ${unknown.join(", ")}`);
  return new Set(named as Part[]);
}

/** A model as --model names it, and as a process of its own finds it. */
async function openSubject(name: string): Promise<Readonly<{ subject: Subject; path: string }>> {
  if (name === "small") return { subject: randomSmall(), path: "vit-s16" };
  const path = name === "tiny" ? join(root, "models", "pathotune-tiny", "manifest.json") : resolve(name);
  return { subject: await loadedSubject(path), path };
}

const figures: Figure[] = [];
const leftOut: LeftOut[] = [];
function keep(measured: Measured): void {
  figures.push(...measured.figures);
  leftOut.push(...measured.leftOut);
}

async function measureSubject(name: string, parts: ReadonlySet<Part>, askedRounds: number | null): Promise<void> {
  const { subject, path } = await openSubject(name);
  figures.push(...flopFigures(subject, batch));
  const { id } = subject;
  const isLarge = subject.shape.width > 256;
  const rounds = askedRounds ?? (flags.fast ? 1 : isLarge ? 3 : 5);
  const onProcessor = async (count: number): Promise<void> => {
    const options = { parts, batch, rounds, threads: count, python: flags.python, log };
    keep(await attempt(`processor (${id}, ${count} threads)`, () => measureOnProcessor(subject, options)));
  };
  if (["wasm", "native", "torch"].some((part) => parts.has(part as Part))) await onProcessor(1);
  if (threads > 1 && ["native", "torch"].some((part) => parts.has(part as Part))) await onProcessor(threads);
  if (parts.has("memory")) {
    log(`${id}: memory, in processes of their own`);
    for (const variant of variants) {
      keep(await attempt(`engine.peak_mib.${variant}.${id}.*`, () => measureMemory(subject, path, batch, variant)));
    }
  }
}

async function measureGradients(): Promise<Measured> {
  const folder = join(root, "test", "fixtures", "vit-corpus");
  const read = async (file: string): Promise<Uint8Array> => new Uint8Array(await readFile(join(folder, file)));
  const names = await corpusNames(read);
  log(`gradients of ${names.length} models against PyTorch's, on WASM`);
  const some = flags.fast ? names.slice(0, 2) : names;
  const worst = await worstGradientError(async () => openNodeRuntime(), read, some);
  const on = `${versioned("onnxruntime-web")}, Node ${process.version}`;
  return { figures: [gradientFigure("wasm", worst, on)], leftOut: [] };
}

/** Whatever fails leaves out its own figures only. */
async function measure(parts: ReadonlySet<Part>, models: readonly string[], rounds: number | null): Promise<void> {
  for (const model of models) {
    const left = await attempt(`engine.*.${model}.*`, async () => {
      await measureSubject(model, parts, rounds);
      return { figures: [], leftOut: [] };
    });
    keep(left);
  }
  if (parts.has("grad")) keep(await attempt("engine.grad_error.wasm", measureGradients));
  if (parts.has("jaxjs")) {
    keep(await measureJaxJs("wasm", 1, { ...flags, log }));
    if (threads > 1 && !flags.fast) keep(await measureJaxJs("wasm", threads, { ...flags, log }));
    keep(await measureJaxJs("webgpu", 1, { ...flags, log }));
  }
  if (parts.has("webgpu")) {
    keep(await countOnWebGpu({ ...flags, log }));
    keep(await gradientsOnWebGpu({ ...flags, log }));
    for (const model of ["vit-tiny", "vit-s16"] as const) keep(await timeOnWebGpu(model, batch, { ...flags, log }));
  }
}

try {
  const parts = chosenParts();
  const rounds = parseRounds(flags.rounds);
  const models = flags.model.split(",").filter((name) => name !== "");
  log(
    `About ${estimate(parts, models)} minutes on two cores of 2 GHz. A busy machine spoils times: close what you can.`,
  );
  await measure(parts, models, rounds);
  printFigures({ figures: [...figures, ...summaries(figures)], leftOut }, flags.json);
  if (!flags.json)
    console.log(
      "\nengine.flop_ratio is the least step_ratio can be. vs_…: the peer's time over ours, above 1 we are faster.",
    );
  if (flags.fast) log("A smoke run (--fast): these figures feed no claim.");
  process.exit(figures.length > 0 ? 0 : 1);
} catch (error) {
  console.error(isFault(error) ? error.message : error);
  process.exit(1);
}
