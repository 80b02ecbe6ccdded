// The graph of a ViT against PyTorch (test/fixtures/vit-small/make.py): features, prompts, gradients, AdamW.
import { describe, expect, test } from "vitest";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { countFlops } from "../../src/graph/flops.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit, type VitShape } from "../../src/graph/vit/build-vit.ts";
import { baseGraph, upperGraph } from "../../src/graph/vit/cut.ts";
import { trainGraph } from "../../src/graph/vit/train-graph.ts";
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
const tokensAt = (block: number) => evaluate(baseGraph(plain, structure, block), { pixels }, readWeight).tokens!;
const readouts: readonly VitShape["readout"][] = ["cls", "mean", "cls+mean"];

describe("the reference evaluator equals PyTorch in float64", () => {
  test.each(readouts)("on the plain features, read-out %s", (readout) => {
    const { features } = evaluate(buildVit({ ...vitShape, readout }), { pixels }, readWeight);
    expect(relativeError(features!.data, expected(`features.${readout}`).data)).toBeLessThan(1e-12);
  });

  test.each(cases)("on prompted features, first block $firstBlock, $tokensPerBlock tokens", (c) => {
    const name = caseName(c);
    for (const readout of readouts) {
      const graph = buildVit({ ...vitShape, readout });
      const upper = upperGraph(graph, analyseVit(graph), c.firstBlock);
      const feeds = { tokens: tokensAt(c.firstBlock), prompts: expected(`${name}.prompts`) };
      const { features } = evaluate(upper, feeds, readWeight);
      const wanted = expected(readout === "cls" ? `${name}.features` : `${name}.features.${readout}`);
      expect(relativeError(features!.data, wanted.data)).toBeLessThan(1e-12);
    }
  });

  test.each(cases)(
    "on loss, logits, gradients and three AdamW steps, first block $firstBlock, $tokensPerBlock tokens",
    (c) => {
      const name = caseName(c);
      const { graph, layout } = trainGraph(plain, structure, { ...c, batch: 4, classes: 3, withGradient: true });
      const tokens = tokensAt(c.firstBlock);
      let theta = startTheta(name);
      let m = tensorOf([layout.length], new Float64Array(layout.length));
      let v = m;
      for (const step of [1, 2, 3]) {
        const out = evaluate(graph, { ...stepFeeds(layout.length, step), tokens, theta, m, v }, readWeight);
        if (step === 1) {
          const wanted = [...expected(`${name}.gradPrompts`).data, ...expected(`${name}.gradHead`).data];
          expect(relativeError(out.gradTheta!.data, wanted)).toBeLessThan(1e-10);
          expect(relativeError(out.loss!.data, expected(`${name}.loss`).data)).toBeLessThan(1e-10);
          expect(relativeError(out.logits!.data, expected(`${name}.logits`).data)).toBeLessThan(1e-10);
        }
        [theta, m, v] = [out.thetaNext!, out.mNext!, out.vNext!];
        if (step !== 2) expect(relativeError(theta.data, expected(`${name}.theta${step}`).data)).toBeLessThan(1e-10);
      }
    },
  );
});

describe("onnxruntime-web on WASM equals PyTorch", () => {
  test("on the features without prompts, and on those of base and upper joined", async () => {
    const base = await compileWasm(baseGraph(plain, structure, 1), readWeight);
    const { features } = await base.run({ pixels });
    expect(relativeError(features!, expected("features.cls").data)).toBeLessThan(1e-5);
    await base.release();
  });

  test("on features for any number of prompts and any batch, in one session", async () => {
    const upper = await compileWasm(upperGraph(plain, structure, 1), readWeight);
    for (const c of cases.filter((one) => one.firstBlock === 1)) {
      const prompts = expected(`${caseName(c)}.prompts`);
      const tokens = tokensAt(1);
      const wanted = expected(`${caseName(c)}.features`).data;
      expect(relativeError((await upper.run({ tokens, prompts })).features!, wanted)).toBeLessThan(1e-5);
      const one = tensorOf([1, 17, 48], tokens.data.subarray(0, 17 * 48));
      const { features } = await upper.run({ tokens: one, prompts });
      expect(relativeError(features!, wanted.subarray(0, 48))).toBeLessThan(1e-5);
    }
    await upper.release();
  });

  test.each(cases)(
    "on gradients of prompts and head to 1e-5, and on AdamW, first block $firstBlock, $tokensPerBlock tokens",
    async (c) => {
      const name = caseName(c);
      const { graph, layout } = trainGraph(plain, structure, { ...c, batch: 4, classes: 3, withGradient: true });
      const program = await compileWasm(graph, readWeight);
      const tokens = tokensAt(c.firstBlock);
      let theta = startTheta(name);
      let m = tensorOf([layout.length], new Float64Array(layout.length));
      let v = m;
      for (const step of [1, 2, 3]) {
        const out = await program.run({ ...stepFeeds(layout.length, step), tokens, theta, m, v });
        if (step === 1) {
          const promptCount = layout.headWeight.offset;
          const [prompts, head] = [out.gradTheta!.subarray(0, promptCount), out.gradTheta!.subarray(promptCount)];
          expect(relativeError(prompts, expected(`${name}.gradPrompts`).data)).toBeLessThan(1e-5);
          expect(relativeError(head, expected(`${name}.gradHead`).data)).toBeLessThan(1e-5);
          expect(relativeError(prompts, expected(`${name}.gradPrompts32`).data)).toBeLessThan(1e-5);
          expect(relativeError(out.loss!, expected(`${name}.loss`).data)).toBeLessThan(1e-5);
        }
        [theta, m, v] = [out.thetaNext!, out.mNext!, out.vNext!].map((x) => tensorOf([x.length], x)) as [
          typeof theta,
          typeof m,
          typeof v,
        ];
        if (step !== 2) expect(relativeError(theta.data, expected(`${name}.theta${step}`).data)).toBeLessThan(1e-5);
      }
      await program.release();
    },
  );
});

describe("prompts", () => {
  test("in another order give the same features", () => {
    const upper = upperGraph(plain, structure, 1);
    const prompts = expected("first1.n5.prompts");
    const turned = tensorOf(
      prompts.shape,
      prompts.data.map((_, i) => {
        const [block, token, column] = [Math.floor(i / 240), Math.floor(i / 48) % 5, i % 48];
        return prompts.data[block * 240 + ((token + 2) % 5) * 48 + column]!;
      }),
    );
    const tokens = tokensAt(1);
    const [a, b] = [prompts, turned].map((p) => evaluate(upper, { tokens, prompts: p }, readWeight).features!.data);
    expect(relativeError(a!, b!)).toBeLessThan(1e-13);
  });

  test("absent, the upper part on the base's tokens gives the plain features, at every cut", () => {
    for (const cut of [0, 1, 2]) {
      const { graph } = trainGraph(plain, structure, { firstBlock: cut, tokensPerBlock: 0, batch: 4, classes: 3 });
      const feeds = { ...stepFeeds(144, 1), tokens: tokensAt(cut), theta: expected("head") };
      const flat = tensorOf([144], feeds.theta.data);
      const zero = tensorOf([144], new Float64Array(144));
      const { features } = evaluate(graph, { ...feeds, theta: flat, m: zero, v: zero }, readWeight, ["features"]);
      expect(relativeError(features!.data, expected("features.cls").data)).toBeLessThan(1e-12);
    }
  });

  test("of a sample that pads the batch leave the loss and the gradient alone", () => {
    const c = { firstBlock: 1, tokensPerBlock: 1 } as const;
    const { graph, layout } = trainGraph(plain, structure, { ...c, batch: 4, classes: 3, withGradient: true });
    const zero = tensorOf([layout.length], new Float64Array(layout.length));
    const feeds = { ...stepFeeds(layout.length, 1), theta: startTheta(caseName(c)), m: zero, v: zero };
    const sampleWeight = tensorOf([4], [1, 1, 0, 0]);
    const [a, b] = [0, 1].map((other) => {
      const tokens = tokensAt(1);
      const mixed = tensorOf(
        tokens.shape,
        tokens.data.map((x, i) => (i < 2 * 17 * 48 ? x : x * other)),
      );
      return evaluate(graph, { ...feeds, sampleWeight, tokens: mixed }, readWeight);
    });
    expect(relativeError(a!.loss!.data, b!.loss!.data)).toBeLessThan(1e-14);
    expect(relativeError(a!.gradTheta!.data, b!.gradTheta!.data)).toBeLessThan(1e-12);
  });
});

test("the class token alone goes through the last block where only it is read", () => {
  // Keys and values of T+N tokens, two products of one row with them, and the rest for one token: 2 FLOP per multiply-add.
  const [tokens, width, mlp] = [17 + 3, 48, 96];
  const wanted = 2 * (2 * tokens * width * width + 2 * tokens * width + 2 * width * width + 2 * width * mlp);
  expect(countFlops(upperGraph(plain, structure, 2), { B: 1, N: 3 })).toBe(wanted);
});
