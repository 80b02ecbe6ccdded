// npm run bench -- engine [--json] [--fast] [--model path/manifest.json]: what a tuning step costs, with what it ran on.
// Ratios are taken pair by pair within one run, so that a busy machine slows both sides alike; the median is quoted.
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { assert, isFault } from "../base/fault.ts";
import { loadModel } from "../engine/load-model.ts";
import type { LoadedModel } from "../engine/loaded-model.ts";
import type { Feed, Program, Runtime } from "../engine/runtime.ts";
import { scalar } from "../engine/runtime.ts";
import { countFlops } from "../graph/flops.ts";
import type { Graph } from "../graph/ir.ts";
import { trainGraph } from "../graph/vit/train-graph.ts";
import { createRandom, normal } from "../math/random.ts";
import { readModelFile } from "../platform/node/fetch-files.ts";
import { openNodeRuntime } from "../platform/node/ort-runtime.ts";

type Figure = Readonly<{ name: string; value: number; unit: string; n: number; min: number; max: number; on: string }>;

const batch = 16;
const tokensPerBlock = 10;
const classes = 3;

const { values: flags } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    fast: { type: "boolean", default: false },
    model: { type: "string" },
  },
});
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const manifestPath = flags.model ?? join(root, "models", "pathotune-tiny", "manifest.json");
const pairs = flags.fast ? 2 : 9;

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** Noise, so that no kernel meets the special case of zeros. */
function noise(graph: Graph, dims: Readonly<Record<string, number>>): Record<string, Feed> {
  const random = createRandom(1);
  const feeds = graph.inputs.map(({ name, shape }) => {
    const sizes = shape.map((dim) => (typeof dim === "number" ? dim : (dims[dim] ?? 1)));
    const size = sizes.reduce((a, b) => a * b, 1);
    return [name, { dims: sizes, data: Float32Array.from({ length: size }, () => 0.5 * normal(random)) }] as const;
  });
  return Object.fromEntries<Feed>(feeds);
}

function trainFeeds(graph: Graph): Record<string, Feed> {
  const feeds = noise(graph, {});
  const length = graph.inputs.find((input) => input.name === "theta")?.shape[0];
  assert(typeof length === "number", "theta has a length");
  const full = (dims: number[], value: number): Feed => ({
    dims,
    data: new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(value),
  });
  return {
    ...feeds,
    targets: full([batch, classes], 1 / classes),
    sampleWeight: full([batch], 1),
    temperature: scalar(10),
    learningRate: scalar(2e-3),
    weightDecay: scalar(0.01),
    correction1: scalar(10),
    correction2: scalar(1000),
    rateScale: full([length], 1),
    m: full([length], 0),
    v: full([length], 0),
  };
}

async function timed(program: Program, feeds: Record<string, Feed>): Promise<number> {
  const before = performance.now();
  await program.run(feeds);
  return performance.now() - before;
}

async function measure(model: LoadedModel, runtime: Runtime, log: (line: string) => void): Promise<Figure[]> {
  const { graph, structure, weights } = model.backbone;
  const { id } = model.model;
  const variants = [
    ["all", 0],
    ["last4", Math.max(0, structure.depth - 4)],
  ] as const;
  const cpu = cpus()[0]?.model.trim() ?? "unknown processor";
  const on = `${cpu}, ${cpus().length} cores; ${runtime.provider.words}; onnxruntime-web 1.30.0 in Node ${process.version}; ${id}, ${structure.depth} blocks, width ${structure.width}, batch ${batch}, ${tokensPerBlock} tokens a block`;
  log(on);
  const forward = await runtime.compile(graph, weights, { name: "forward" });
  const forwardFeeds = noise(graph, { B: batch });
  const dims = Object.fromEntries(
    graph.inputs.flatMap(({ shape }) => shape.filter((dim) => typeof dim === "string").map((dim) => [dim, batch])),
  );
  const forwardFlops = countFlops(graph, dims);
  const figures: Figure[] = [];
  const forwards: number[] = [];
  for (const [name, firstBlock] of variants) {
    const made = trainGraph(graph, structure, { firstBlock, tokensPerBlock, batch, classes });
    const step = await runtime.compile(made.graph, weights, { name: `step ${name}` });
    const feeds = trainFeeds(made.graph);
    await timed(forward, forwardFeeds);
    await timed(step, feeds);
    const ratios: number[] = [];
    for (let i = 0; i < pairs; i++) {
      const base = await timed(forward, forwardFeeds);
      const whole = await timed(step, feeds);
      forwards.push(base);
      ratios.push(whole / base);
      log(`${name} ${i + 1}/${pairs}: forward ${base.toFixed(0)} ms, step ${whole.toFixed(0)} ms`);
    }
    await step.release();
    const flops = countFlops(made.graph) / forwardFlops;
    figures.push(
      figure(`engine.step_ratio.${name}.${id}.wasm`, ratios, "1", on),
      figure(`engine.flop_ratio.${name}.${id}`, [flops], "1", on),
    );
  }
  await forward.release();
  return [figure(`engine.forward_ms.${id}.wasm`, forwards, "ms", on), ...figures];
}

function figure(name: string, values: readonly number[], unit: string, on: string): Figure {
  return {
    name,
    value: median(values),
    unit,
    n: values.length,
    min: Math.min(...values),
    max: Math.max(...values),
    on,
  };
}

try {
  // Progress goes to stderr, so that --json leaves nothing but figures on stdout.
  const log = (line: string): void => console.error(line);
  const model = await loadModel(manifestPath, readModelFile, new AbortController().signal, () => {});
  const figures = await measure(model, openNodeRuntime(), log);
  if (flags.json) for (const line of figures) console.log(JSON.stringify(line));
  else {
    const width = Math.max(...figures.map((line) => line.name.length));
    for (const { name, value, unit, n, min, max } of figures) {
      const spread = n > 1 ? `  (n ${n}, ${min.toPrecision(4)} to ${max.toPrecision(4)})` : "";
      console.log(`${name.padEnd(width)}  ${value.toPrecision(4)}${unit === "1" ? "" : ` ${unit}`}${spread}`);
    }
    console.log("\nSmallest possible step: engine.flop_ratio, the same ratio in floating-point operations.");
    if (flags.fast) console.log("A smoke run (--fast): these figures feed no claim.");
  }
  process.exit(0);
} catch (error) {
  console.error(isFault(error) ? error.message : error);
  process.exit(1);
}
