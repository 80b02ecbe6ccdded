// A batch in parts: gradient and loss add up to those of the whole, and the step after the last part is the step of the whole batch.
import { describe, expect, test } from "vitest";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { countFlops } from "../../src/graph/flops.ts";
import type { Graph } from "../../src/graph/ir.ts";
import type { Tensor } from "../../src/graph/ops/op-rule.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { baseGraph } from "../../src/graph/vit/cut.ts";
import { accumulateGraph, trainGraph, updateGraph } from "../../src/graph/vit/train-graph.ts";
import { weightsOf } from "../../src/graph/weight-file.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { compileWasm } from "./run-wasm.ts";
import {
  caseName,
  cases,
  expected,
  readWeight,
  relativeError,
  startTheta,
  stepFeeds,
  vitShape,
} from "./vit-fixture.ts";

const plain = buildVit(vitShape);
const structure = analyseVit(plain);
const pixels = expected("pixels");

type Feeds = Readonly<Record<string, Tensor>>;
type Run = (graph: Graph, feeds: Feeds) => Promise<Readonly<Record<string, ArrayLike<number>>>>;
type Stepped = Readonly<Record<"theta" | "m" | "v" | "loss", ArrayLike<number>>>;

/** What a step of four samples starts from: theta of the fixture, moments that are not 0, and a sample that counts for little. */
function start(c: (typeof cases)[number], length: number): Feeds {
  const random = createRandom(6);
  const noise = (size: number, shift: number): Tensor =>
    tensorOf(
      [length],
      Float64Array.from({ length }, () => shift + size * normal(random)),
    );
  return {
    ...stepFeeds(length, 3),
    tokens: evaluate(baseGraph(plain, structure, c.firstBlock), { pixels }, readWeight).tokens!,
    sampleWeight: tensorOf([4], [1, 0.25, 2, 0.5]),
    theta: startTheta(caseName(c)),
    m: noise(1e-3, 0),
    v: tensorOf(
      [length],
      noise(1e-3, 0).data.map((x) => x * x),
    ),
  };
}

const rows = ({ shape, data }: Tensor, from: number, to: number): Tensor => {
  const size = data.length / (shape[0] ?? 1);
  return tensorOf([to - from, ...shape.slice(1)], data.subarray(from * size, to * size));
};

async function whole(c: (typeof cases)[number], run: Run): Promise<Stepped> {
  const { graph, layout } = trainGraph(plain, structure, { ...c, batch: 4, classes: 3 });
  const out = await run(graph, start(c, layout.length));
  return { theta: out.thetaNext!, m: out.mNext!, v: out.vNext!, loss: out.loss! };
}

/** Parts of three samples: the second is filled up with a sample that counts for nothing. */
async function inParts(c: (typeof cases)[number], run: Run): Promise<Stepped> {
  const { graph, layout } = accumulateGraph(plain, structure, { ...c, batch: 3, classes: 3 });
  const feeds = start(c, layout.length);
  const weights = feeds.sampleWeight!.data;
  const weightTotal = tensorOf([1], [weights.reduce((a, b) => a + b, 0)]);
  let gradSum: ArrayLike<number> = new Float64Array(layout.length);
  let lossSum: ArrayLike<number> = [0];
  for (const [from, to, own] of [
    [0, 3, [...weights.subarray(0, 3)]],
    [1, 4, [0, 0, weights[3] ?? 0]],
  ] as const) {
    const out = await run(graph, {
      ...feeds,
      tokens: rows(feeds.tokens!, from, to),
      targets: rows(feeds.targets!, from, to),
      sampleWeight: tensorOf([3], own),
      weightTotal,
      gradSum: tensorOf([layout.length], gradSum),
      lossSum: tensorOf([1], lossSum),
    });
    [gradSum, lossSum] = [out.gradSumNext!, out.lossSumNext!];
  }
  const out = await run(updateGraph(layout), { ...feeds, gradSum: tensorOf([layout.length], gradSum) });
  return { theta: out.thetaNext!, m: out.mNext!, v: out.vNext!, loss: lossSum };
}

describe.each(cases)("parts of a batch, first block $firstBlock, $tokensPerBlock tokens", (c) => {
  const compare = async (run: Run, tolerance: number): Promise<void> => {
    const [a, b] = [await whole(c, run), await inParts(c, run)];
    for (const name of ["theta", "m", "v", "loss"] as const) {
      expect(relativeError(b[name], a[name]), name).toBeLessThan(tolerance);
    }
    // What the step moves is compared by itself: theta alone is mostly what it was.
    const from = startTheta(caseName(c)).data;
    const [x, y] = [a, b].map(({ theta }) => from.map((value, i) => (theta[i] ?? Number.NaN) - value));
    expect(relativeError(y!, x!)).toBeLessThan(1e3 * tolerance);
  };

  test("give the step of the whole batch in float64 to 1e-12", async () => {
    const run: Run = async (graph, feeds) => {
      const own = Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]!]));
      const out = evaluate(graph, own, readWeight);
      return Object.fromEntries(Object.entries(out).map(([name, { data }]) => [name, data]));
    };
    await compare(run, 1e-12);
  });

  test("give the step of the whole batch on WASM to 1e-6", async () => {
    const run: Run = async (graph, feeds) => {
      const program = await compileWasm(graph, readWeight);
      const out = await program.run(feeds);
      const kept = Object.fromEntries(Object.entries(out).map(([name, data]) => [name, Float32Array.from(data)]));
      await program.release();
      return kept;
    };
    await compare(run, 1e-6);
  });
});

describe("the graphs of a batch in parts", () => {
  const options = { firstBlock: 1, tokensPerBlock: 5, batch: 4, classes: 3 };
  const part = accumulateGraph(plain, structure, options);
  const update = updateGraph(part.layout);

  test("have the inputs and outputs that are promised, of static shapes, and none that nobody reads", () => {
    const names = (list: Graph["inputs"]): string[] => list.map(({ name }) => name);
    const P = part.layout.length;
    expect(names(part.graph.inputs)).toEqual(
      "tokens targets sampleWeight centre temperature theta weightTotal gradSum lossSum".split(" "),
    );
    expect(part.graph.outputs.map(({ name, shape }) => [name, ...shape])).toEqual([
      ["gradSumNext", P],
      ["lossSumNext", 1],
      ["logits", 4, 3],
    ]);
    expect(names(update.inputs)).toEqual(
      "theta gradSum m v rateScale learningRate weightDecay correction1 correction2".split(" "),
    );
    expect(names(update.outputs)).toEqual(["thetaNext", "mNext", "vNext"]);
    expect(weightsOf(update)).toEqual([]);
    for (const { nodes, inputs } of [part.graph, update]) {
      const read = new Set(nodes.flatMap((node) => node.inputs));
      expect(inputs.filter(({ name }) => !read.has(name))).toEqual([]);
      expect(nodes.filter((node) => node.op === "Shape" || node.op === "Log" || node.op === "Cast")).toEqual([]);
    }
  });

  test("cost what the one step costs", () => {
    const { graph } = trainGraph(plain, structure, options);
    expect(countFlops(part.graph)).toBe(countFlops(graph));
    expect(countFlops(update)).toBe(0);
  });

  test("add nothing for a part whose samples all count for nothing", () => {
    const { length } = part.layout;
    const random = createRandom(2);
    const feeds = Object.fromEntries(
      part.graph.inputs.map(({ name, shape }) => {
        const sizes = shape.map(Number);
        const size = sizes.reduce((a, b) => a * b, 1);
        return [
          name,
          tensorOf(
            sizes,
            Float64Array.from({ length: size }, () => (name === "sampleWeight" ? 0 : normal(random))),
          ),
        ];
      }),
    );
    const { gradSumNext, lossSumNext } = evaluate(part.graph, feeds, readWeight);
    expect([...gradSumNext!.data]).toEqual([...feeds.gradSum!.data]);
    expect([...lossSumNext!.data]).toEqual([...feeds.lossSum!.data]);
    expect(gradSumNext!.shape).toEqual([length]);
  });
});
