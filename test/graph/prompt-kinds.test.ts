// Task visual, instance and textual prompts in every combination against PyTorch (test/fixtures/prompt-kinds/make.py).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { floatsOf, parseSafetensors } from "../../src/domain/safetensors.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import type { Tensor } from "../../src/graph/ops/op-rule.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { type InstanceShape, instanceParts } from "../../src/graph/vit/carried-tokens.ts";
import { baseGraph, upperGraph } from "../../src/graph/vit/cut.ts";
import {
  accumulateGraph,
  type Slot,
  type ThetaLayout,
  type TrainOptions,
  trainGraph,
  updateGraph,
} from "../../src/graph/vit/train-graph.ts";
import { compileWasm } from "./run-wasm.ts";
import { expected as common, readWeight, relativeError, stepFeeds, vitShape } from "./vit-fixture.ts";

const path = join(import.meta.dirname, "..", "fixtures", "prompt-kinds", "kinds.safetensors");
const { tensors } = parseSafetensors(new Uint8Array(readFileSync(path)), "kinds.safetensors");
const expected = (name: string): Tensor => {
  const tensor = present(tensors.get(name), name);
  return tensorOf(tensor.shape, floatsOf(tensor));
};

const plain = buildVit(vitShape);
const structure = analyseVit(plain);
const pixels = common("pixels");
const tokensAt = [0, 1].map((cut) =>
  present(evaluate(baseGraph(plain, structure, cut), { pixels }, readWeight).tokens, "tokens"),
);
/** The whole thing: every combination from the first block on, too. */
const long = process.env.PATHOTUNE_LONG === "1";
const instance: InstanceShape = { tokens: 2, hidden: 8 };

type Case = Readonly<{
  name: string;
  firstBlock: number;
  visual: boolean;
  instance: InstanceShape | null;
  textTokens: number;
}>;
const cases: readonly Case[] = [0, 1].flatMap((firstBlock) =>
  (firstBlock === 1 || long ? ["v", "i", "t", "vi", "vt", "it", "vit"] : ["vit"]).map((kinds) => ({
    name: `first${firstBlock}.${kinds}`,
    firstBlock,
    visual: kinds.includes("v"),
    instance: kinds.includes("i") ? instance : null,
    textTokens: kinds.includes("t") ? 2 : 0,
  })),
);
const optionsOf = (c: Case, batch = 4): TrainOptions => {
  const { firstBlock, instance: module, textTokens } = c;
  return { firstBlock, tokensPerBlock: c.visual ? 3 : 0, batch, classes: 3, instance: module, textTokens };
};

/** Every slot of theta with what the fixture calls it. */
function slotsOf({
  prompts,
  instance: module,
  textScale,
  headWeight,
}: ThetaLayout): readonly (readonly [string, Slot])[] {
  return [
    ...(prompts.shape.includes(0) ? [] : [["prompts", prompts] as const]),
    ...(module ? instanceParts.map((part) => [part, module[part]] as const) : []),
    ...(textScale ? [["textScale", textScale] as const] : []),
    ["head", headWeight],
  ];
}

function thetaOf(c: Case, layout: ThetaLayout): Tensor {
  const theta = new Float64Array(layout.length);
  for (const [name, { offset }] of slotsOf(layout)) {
    const source =
      name === "head" ? common("head") : expected(name === "prompts" ? `first${c.firstBlock}.prompts` : name);
    theta.set(source.data, offset);
  }
  return tensorOf([layout.length], theta);
}

function feedsOf(c: Case, layout: ThetaLayout): Readonly<Record<string, Tensor>> {
  const zero = tensorOf([layout.length], new Float64Array(layout.length));
  const text = c.textTokens > 0 ? { textual: expected("textual") } : {};
  const state = { theta: thetaOf(c, layout), m: zero, v: zero };
  return { ...stepFeeds(layout.length, 1), ...text, ...state, tokens: tokensAt[c.firstBlock]! };
}

function upperFeeds(c: Case): Readonly<Record<string, Tensor>> {
  const scaled = expected("textual");
  const scale = expected("textScale").data;
  const textual = tensorOf(
    [1, 2, 48],
    scaled.data.map((x, i) => x * scale[Math.floor(i / 48)]!),
  );
  return {
    tokens: tokensAt[c.firstBlock]!,
    ...(c.visual ? { prompts: expected(`first${c.firstBlock}.prompts`) } : {}),
    ...(c.textTokens > 0 ? { textual } : {}),
    ...(c.instance ? Object.fromEntries(instanceParts.map((part) => [part, expected(part)])) : {}),
  };
}

describe.each(cases)("prompts $name", (c) => {
  test("give the features PyTorch gives, read out of the class token and of the mean", async () => {
    for (const readout of ["cls", "mean"] as const) {
      const graph = buildVit({ ...vitShape, readout });
      const upper = upperGraph(graph, analyseVit(graph), c.firstBlock, c);
      const wanted = expected(`${c.name}.features${readout === "cls" ? "" : ".mean"}`).data;
      const { features } = evaluate(upper, upperFeeds(c), readWeight);
      expect(relativeError(features!.data, wanted), readout).toBeLessThan(1e-6);
      if (readout === "mean" || (c.visual && !(c.instance && c.textTokens > 0))) continue;
      const program = await compileWasm(upper, readWeight);
      expect(relativeError((await program.run(upperFeeds(c))).features!, wanted), readout).toBeLessThan(1e-5);
      await program.release();
    }
  });

  test("have the gradients PyTorch finds, tensor by tensor, in float64 and on WASM", async () => {
    const { graph, layout } = trainGraph(plain, structure, { ...optionsOf(c), withGradient: true });
    const feeds = feedsOf(c, layout);
    const program = await compileWasm(graph, readWeight);
    const onWasm = await program.run(feeds);
    const { loss: exactLoss, gradTheta } = evaluate(graph, feeds, readWeight);
    const runs = [
      { limit: 1e-6, loss: exactLoss!.data, grad: gradTheta!.data },
      { limit: 1e-4, loss: onWasm.loss!, grad: onWasm.gradTheta! },
    ];
    for (const { limit, loss, grad } of runs) {
      expect(relativeError(loss, expected(`${c.name}.loss`).data)).toBeLessThan(limit);
      for (const [name, { offset, shape }] of slotsOf(layout)) {
        const own = Float64Array.from(grad).subarray(offset, offset + shape.reduce((a, b) => a * b, 1));
        expect(relativeError(own, expected(`${c.name}.grad.${name}`).data), name).toBeLessThan(limit);
      }
    }
    await program.release();
  });
});

describe.each(cases.filter((c) => c.firstBlock === 1))("prompts $name", (c) => {
  test("take the same step in parts of a batch", () => {
    const whole = trainGraph(plain, structure, optionsOf(c));
    const feeds = feedsOf(c, whole.layout);
    const wanted = evaluate(whole.graph, feeds, readWeight).thetaNext!;
    const { graph, layout } = accumulateGraph(plain, structure, optionsOf(c, 2));
    const weights = feeds.sampleWeight!.data;
    let sums = {
      gradSum: tensorOf([layout.length], new Float64Array(layout.length)),
      lossSum: tensorOf([1], [0]),
    };
    for (const from of [0, 2]) {
      const part = ({ shape, data }: Tensor): Tensor => {
        const size = data.length / 4;
        return tensorOf([2, ...shape.slice(1)], data.subarray(from * size, (from + 2) * size));
      };
      const given = {
        ...feeds,
        ...sums,
        tokens: part(feeds.tokens!),
        targets: part(feeds.targets!),
        sampleWeight: part(feeds.sampleWeight!),
        weightTotal: tensorOf([1], [weights.reduce((a, b) => a + b, 0)]),
      };
      const own = Object.fromEntries(
        graph.inputs.map(({ name }) => [name, present(Reflect.get(given, name) as Tensor, name)]),
      );
      const out = evaluate(graph, own, readWeight);
      sums = { gradSum: out.gradSumNext!, lossSum: out.lossSumNext! };
    }
    const step = updateGraph(layout);
    const given: Readonly<Record<string, Tensor>> = { ...feeds, gradSum: sums.gradSum };
    const { thetaNext } = evaluate(
      step,
      Object.fromEntries(step.inputs.map(({ name }) => [name, given[name]!])),
      readWeight,
    );
    expect(relativeError(thetaNext!.data, wanted.data)).toBeLessThan(1e-12);
  });
});

test("the training graph of all kinds needs no operator without a kernel on the GPU", () => {
  const { graph } = trainGraph(plain, structure, optionsOf(present(cases.at(-1), "a case")));
  const without = new Set(["Shape", "Log", "Cast"]);
  expect(graph.nodes.filter((node) => without.has(node.op))).toEqual([]);
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  expect(graph.inputs.filter(({ name }) => !read.has(name))).toEqual([]);
});
