// The committed ViT corpus (test/fixtures/vit-corpus) as tuning steps with PyTorch's gradients. Knows its files; knows no host and no
// runtime: whoever calls reads the files and runs the graphs.
import { present } from "../../base/fault.ts";
import { floatsOf, parseSafetensors } from "../../domain/safetensors.ts";
import type { FrozenWeights } from "../../engine/frozen-weights.ts";
import { type Feed, scalar, type TensorValue } from "../../engine/runtime.ts";
import { importOnnx, type Readout } from "../../graph/canonical/import-onnx.ts";
import { elementCount, type Graph } from "../../graph/ir.ts";
import { baseGraph } from "../../graph/vit/cut.ts";
import { trainGraph } from "../../graph/vit/train-graph.ts";

export type ReadFile = (name: string) => Promise<Uint8Array>;

type Told = Readonly<{ image: number; external: string | null; imagePixels?: number; readout?: Readout }>;

/** CASES of make.py that have prompts. */
const cases = [
  { name: "deep1", prompting: "deep", firstBlock: 0, tokensPerBlock: 1 },
  { name: "deep20", prompting: "deep", firstBlock: 0, tokensPerBlock: 20 },
  { name: "shallow1", prompting: "shallow", firstBlock: 0, tokensPerBlock: 1 },
  { name: "shallow20", prompting: "shallow", firstBlock: 0, tokensPerBlock: 20 },
  { name: "last1", prompting: "deep", firstBlock: 1, tokensPerBlock: 1 },
  { name: "last20", prompting: "deep", firstBlock: 1, tokensPerBlock: 20 },
] as const;
export const caseNames: readonly string[] = cases.map(({ name }) => name);

/** A graph and the weights it names: one and the same for all graphs of a model, which a GPU runtime insists on. */
export type Runnable = Readonly<{ graph: Graph; weights: FrozenWeights }>;

export type CorpusStep = Readonly<{
  name: string;
  /** Fed with `pixels`, gives the `tokens` that enter the first prompted block. */
  base: Runnable & Readonly<{ feeds: Readonly<Record<string, Feed>> }>;
  /** Fed with `feeds` and these tokens, gives `gradTheta`. */
  step: Runnable & Readonly<{ feeds: Readonly<Record<string, Feed>> }>;
  /** PyTorch's gradient of each trained tensor, with its place in theta. */
  expected: readonly Readonly<{ tensor: string; offset: number; values: Float32Array }>[];
}>;

export async function corpusNames(read: ReadFile): Promise<readonly string[]> {
  return Object.keys(await readTold(read));
}

async function readTold(read: ReadFile): Promise<Readonly<Record<string, Told>>> {
  return JSON.parse(new TextDecoder().decode(await read("corpus.json"))) as Record<string, Told>;
}

export async function corpusSteps(
  read: ReadFile,
  variant: string,
  wanted: readonly string[],
): Promise<readonly CorpusStep[]> {
  const told = present((await readTold(read))[variant], variant);
  const common = tensorsOf(await read("common.safetensors"), "common.safetensors");
  const reference = tensorsOf(await read(`${variant}.safetensors`), variant);
  const {
    graph,
    structure,
    read: weight,
  } = importOnnx(await read(`${variant}.onnx`), {
    name: variant,
    ...(told.external ? { files: new Map([[told.external, await read(told.external)]]) } : {}),
    ...(told.imagePixels ? { imagePixels: told.imagePixels } : {}),
    ...(told.readout ? { readout: told.readout } : {}),
  });
  const weights: FrozenWeights = { read: async (key) => weight(key) };
  return cases
    .filter(({ name }) => wanted.includes(name))
    .map(({ name, ...c }) => {
      const { graph: step, layout } = trainGraph(graph, structure, { ...c, batch: 2, classes: 3, withGradient: true });
      const columns = (tensor: string): TensorValue => firstColumns(common(tensor), structure.featureWidth);
      const prompts = firstPrompts(common("prompts"), layout.prompts.shape);
      const theta = new Float32Array(layout.length);
      theta.set(prompts, layout.prompts.offset);
      theta.set(columns("head").data, layout.headWeight.offset);
      const zeros = { dims: [layout.length], data: new Float32Array(layout.length) };
      const one = scalar(1);
      return {
        name: `${variant}/${name}`,
        base: {
          graph: baseGraph(graph, structure, c.firstBlock),
          weights,
          feeds: { pixels: common(`pixels${told.image}`) },
        },
        step: {
          graph: step,
          weights,
          feeds: {
            targets: common("targets"),
            sampleWeight: common("sampleWeight"),
            centre: { ...columns("centre"), dims: [structure.featureWidth] },
            temperature: scalar(10),
            theta: { dims: [layout.length], data: theta },
            m: zeros,
            v: zeros,
            rateScale: { dims: [layout.length], data: new Float32Array(layout.length).fill(1) },
            learningRate: one,
            weightDecay: one,
            correction1: one,
            correction2: one,
          },
        },
        expected: [
          { tensor: "prompts", offset: layout.prompts.offset, values: reference(`${name}.gradPrompts`).data },
          { tensor: "head", offset: layout.headWeight.offset, values: reference(`${name}.gradHead`).data },
        ],
      };
    });
}

function tensorsOf(bytes: Uint8Array, name: string): (tensor: string) => TensorValue {
  const { tensors } = parseSafetensors(bytes, name);
  return (key) => {
    const tensor = present(tensors.get(key), `${name}: ${key}`);
    return { dims: tensor.shape, data: floatsOf(tensor) };
  };
}

/** The first `count` numbers of each row. */
function firstColumns({ dims, data }: TensorValue, count: number): TensorValue {
  const width = dims.at(-1) ?? 1;
  return { dims: [...dims.slice(0, -1), count], data: data.filter((_, i) => i % width < count) };
}

/** The first rows' first prompts, flat. */
function firstPrompts({ dims, data }: TensorValue, [rows = 0, count = 0, width = 0]: readonly number[]): Float32Array {
  const row = elementCount(dims.slice(1));
  const values = new Float32Array(rows * count * width);
  for (let i = 0; i < rows; i++) values.set(data.subarray(i * row, i * row + count * width), i * count * width);
  return values;
}
