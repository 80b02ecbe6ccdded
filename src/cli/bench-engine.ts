// npm run bench -- engine [--json] [--fast] [--only wasm,native,torch,memory,grad,jaxjs,webgpu] [--model tiny,small | manifest]
//   [--python python3] [--rounds n]
// What a tuning step costs here, beside its floating-point minimum and its peers. Knows which parts there are and in what order.
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { isFault } from "../base/fault.ts";
import { openNodeRuntime } from "../platform/node/ort-runtime.ts";
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
import { loadedSubject, randomSmall, type Subject } from "./bench-engine/subjects.ts";
import { summaries } from "./bench-engine/summaries.ts";
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

async function measureSubject(name: string, parts: ReadonlySet<Part>): Promise<void> {
  const { subject, path } = await openSubject(name);
  figures.push(...flopFigures(subject, batch));
  const isLarge = subject.shape.width > 256;
  const rounds = flags.rounds ? Number(flags.rounds) : flags.fast ? 1 : isLarge ? 3 : 5;
  const options = { parts, batch, rounds, python: flags.python, log };
  if (["wasm", "native", "torch"].some((part) => parts.has(part as Part))) {
    keep(await measureOnProcessor(subject, { ...options, threads: 1 }));
  }
  if (threads > 1 && ["native", "torch"].some((part) => parts.has(part as Part))) {
    keep(await measureOnProcessor(subject, { ...options, threads }));
  }
  if (parts.has("memory")) {
    log(`${subject.id}: memory, in processes of their own`);
    figures.push(...(await measureMemory(subject, path, batch)));
  }
}

async function measureGradients(): Promise<void> {
  const folder = join(root, "test", "fixtures", "vit-corpus");
  const read = async (file: string): Promise<Uint8Array> => new Uint8Array(await readFile(join(folder, file)));
  const names = await corpusNames(read);
  log(`gradients of ${names.length} models against PyTorch's, on WASM`);
  const variants = flags.fast ? names.slice(0, 2) : names;
  const worst = await worstGradientError(async () => openNodeRuntime(), read, variants);
  figures.push(gradientFigure("wasm", worst, `onnxruntime-web 1.30.0, Node ${process.version}`));
}

async function measure(parts: ReadonlySet<Part>, models: readonly string[]): Promise<void> {
  for (const model of models) await measureSubject(model, parts);
  if (parts.has("grad")) await measureGradients();
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
  const models = flags.model.split(",").filter((name) => name !== "");
  log(
    `About ${estimate(parts, models)} minutes on two cores of 2 GHz. A busy machine spoils times: close what you can.`,
  );
  await measure(parts, models);
  printFigures({ figures: [...figures, ...summaries(figures)], leftOut }, flags.json);
  if (!flags.json)
    console.log(
      "\nengine.flop_ratio is the least step_ratio can be. vs_…: the peer's time over ours, above 1 we are faster.",
    );
  if (flags.fast) log("A smoke run (--fast): these figures feed no claim.");
  process.exit(0);
} catch (error) {
  console.error(isFault(error) ? error.message : error);
  process.exit(1);
}
