// Vision transformers as people export them, against PyTorch (test/fixtures/vit-corpus/make.py): features, logits, gradients.
import { describe, expect, test } from "vitest";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { baseGraph, upperGraph } from "../../src/graph/vit/cut.ts";
import { trainGraph } from "../../src/graph/vit/train-graph.ts";
import { compileWasm } from "./run-wasm.ts";
import { corpusCases, feedsOf, openVariant, promptsOf, trainOptions, variants } from "./vit-corpus-fixture.ts";
import { relativeError } from "./vit-fixture.ts";

describe.each(variants)("%s", (name) => {
  const variant = openVariant(name);
  const { model, expected, pixels } = variant;
  const { graph, structure, read } = model;
  const tokensAt = (block: number) => evaluate(baseGraph(graph, structure, block), { pixels }, read);

  test("is understood", () => {
    const fixed = /p16-mean|reg-dynamo21|gemm|fixed/.test(name);
    expect(model.fixedBatch !== null).toBe(fixed);
    expect(structure.depth).toBe(3);
    expect(structure.heads).toBe(6);
    expect(structure.width).toBe(24);
    const patches = (structure.imagePixels / (structure.patchPixels ?? 0)) ** 2;
    expect(structure.tokens).toBe(patches + (structure.prefixTokens ?? 0));
    expect(structure.prefixTokens).toBe(name.includes("reg") ? 5 : name.includes("pretext") ? 2 : 1);
    const ops = new Set(graph.nodes.map((node) => node.op));
    expect([...ops].filter((op) => op === "Erf" || op === "Sqrt" || op === "Cast" || op === "Shape")).toEqual([]);
  });

  test("gives PyTorch's features without prompts, for one image as for two", () => {
    const { features } = evaluate(graph, { pixels }, read);
    expect(relativeError(features!.data, expected("none.features").data)).toBeLessThan(1e-6);
    const one = tensorOf([1, ...pixels.shape.slice(1)], pixels.data.subarray(0, pixels.data.length / 2));
    const half = features!.data.subarray(0, features!.data.length / 2);
    expect(relativeError(evaluate(graph, { pixels: one }, read).features!.data, half)).toBeLessThan(1e-12);
  });

  test("gives PyTorch's features, logits and gradients with 0, 1 and 20 prompts, deep, shallow and in the last blocks", () => {
    for (const c of corpusCases) {
      const { tokens } = tokensAt(c.firstBlock);
      const train = trainGraph(graph, structure, trainOptions(c));
      const { layout } = train;
      const feeds = { ...feedsOf(variant, c, layout.length), tokens: tokens! };
      const out = evaluate(train.graph, feeds, read);
      expect(relativeError(out.logits!.data, expected(`${c.name}.logits`).data), c.name).toBeLessThan(1e-5);
      const [prompts, head] = [0, 1].map((part) =>
        part === 0
          ? out.gradTheta!.data.subarray(0, layout.headWeight.offset)
          : out.gradTheta!.data.subarray(layout.headWeight.offset),
      );
      expect(relativeError(head!, expected(`${c.name}.gradHead`).data), c.name).toBeLessThan(1e-5);
      if (c.tokensPerBlock === 0) continue;
      expect(relativeError(prompts!, expected(`${c.name}.gradPrompts`).data), c.name).toBeLessThan(1e-5);
      const upper = upperGraph(graph, structure, c.firstBlock, { prompting: c.prompting });
      const given = { tokens: tokens!, prompts: promptsOf(layout.prompts.shape[0]!, c.tokensPerBlock) };
      const { features } = evaluate(upper, given, read);
      expect(relativeError(features!.data, expected(`${c.name}.features`).data), c.name).toBeLessThan(1e-6);
    }
  });

  test("gives the same features when prompts change places", () => {
    const { tokens } = tokensAt(0);
    const prompts = promptsOf(3, 20);
    const turned = prompts.data.map((_, i) => {
      const [block, token, column] = [Math.floor(i / 480), Math.floor(i / 24) % 20, i % 24];
      return prompts.data[block * 480 + ((token + 7) % 20) * 24 + column]!;
    });
    const upper = upperGraph(graph, structure, 0);
    const { features } = evaluate(upper, { tokens: tokens!, prompts: tensorOf(prompts.shape, turned) }, read);
    expect(relativeError(features!.data, expected("deep20.features").data)).toBeLessThan(1e-6);
  });

  test("runs on onnxruntime's WASM: features and gradients equal PyTorch's to 1e-4", async () => {
    const base = await compileWasm(baseGraph(graph, structure, 1), read);
    const { features, tokens } = await base.run({ pixels });
    await base.release();
    expect(relativeError(features!, expected("none.features").data)).toBeLessThan(1e-4);
    const c = corpusCases[6];
    const train = trainGraph(graph, structure, trainOptions(c));
    const program = await compileWasm(train.graph, read);
    const at = tensorOf([2, structure.tokens, structure.width], tokens!);
    const { gradTheta } = await program.run({ ...feedsOf(variant, c, train.layout.length), tokens: at });
    await program.release();
    const split = train.layout.headWeight.offset;
    expect(relativeError(gradTheta!.subarray(0, split), expected("last20.gradPrompts").data)).toBeLessThan(1e-4);
    expect(relativeError(gradTheta!.subarray(split), expected("last20.gradHead").data)).toBeLessThan(1e-4);
  });
});
