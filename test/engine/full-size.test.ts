// Backbones of published sizes, end to end on WASM in Node, against PyTorch in float64 (test/fixtures/vit-full-size/make.py).
import { expect, test } from "vitest";
import { createModelPrograms, type ModelPrograms } from "../../src/engine/model-programs.ts";
import { outputOf, scalar, type TensorValue } from "../../src/engine/runtime.ts";
import { openNodeRuntime } from "../../src/platform/node/ort-runtime.ts";
import { relativeError } from "../graph/vit-fixture.ts";
import { expectedOf, type FullSize, fullSizes, hashed, hashedBackbone } from "../support/hashed-vit.ts";

const isLong = process.env.PATHOTUNE_LONG === "1";
const [batch, classes, tokensPerBlock] = [2, 3, 2];

const pixelsOf = (count: number): TensorValue => hashed("pixels", [count, 3, 224, 224], Math.sqrt(12));
const filled = (count: number, value: number): TensorValue => ({
  dims: [count],
  data: new Float32Array(count).fill(value),
});

/** |m| after one step from zero is a tenth of the gradient: AdamW's beta1 is 0.9. */
async function gradientOf(programs: ModelPrograms, size: FullSize, tokens: TensorValue) {
  const { width, depth } = fullSizes[size];
  const { program, layout } = await programs.train({ firstBlock: 0, tokensPerBlock, batch, classes });
  const theta = new Float32Array(layout.length);
  theta.set(hashed("prompts", [depth, tokensPerBlock, width], 1).data, layout.prompts.offset);
  theta.set(hashed("head", [classes, width], 1).data, layout.headWeight.offset);
  const outputs = await program.run({
    tokens,
    targets: { dims: [batch, classes], data: Float32Array.of(1, 0, 0, 0, 1, 0) },
    sampleWeight: filled(batch, 1),
    centre: hashed("centre", [width], 0.2),
    temperature: scalar(10),
    theta: { dims: [layout.length], data: theta },
    m: filled(layout.length, 0),
    v: filled(layout.length, 0),
    rateScale: filled(layout.length, 1),
    learningRate: scalar(2e-3),
    weightDecay: scalar(0.01),
    correction1: scalar(10),
    correction2: scalar(1000),
  });
  const gradient = outputOf(outputs, "mNext").data.map((value) => 10 * value);
  const { offset } = layout.headWeight;
  return {
    loss: outputOf(outputs, "loss").data,
    logits: outputOf(outputs, "logits").data,
    prompts: gradient.subarray(0, offset),
    head: gradient.subarray(offset),
    moved: outputOf(outputs, "thetaNext").data.filter((value, i) => value !== theta[i]).length / layout.length,
  };
}

/** The larger ones take minutes and gigabytes: npm run test:long. */
const isNow = (size: FullSize): boolean => isLong || size === "vit-s16";

for (const size of ["vit-s16", "vit-s14-reg4", "vit-b16"] as const) {
  test.skipIf(!isNow(size))(
    `${size} with random weights gives PyTorch's features with and without prompts, its loss and its gradients on WASM`,
    { timeout: 600_000 },
    async () => {
      const runtime = openNodeRuntime();
      const programs = createModelPrograms(hashedBackbone(size), runtime);
      const base = await (await programs.base(0)).run({ pixels: pixelsOf(batch) });
      expect(relativeError(outputOf(base, "features").data, expectedOf(size, "features"))).toBeLessThan(1e-4);

      const { width, depth } = fullSizes[size];
      const tokens = outputOf(base, "tokens");
      const prompts = hashed("prompts", [depth, tokensPerBlock, width], 1);
      const prompted = await (await programs.upper(0)).run({ tokens, prompts });
      expect(relativeError(outputOf(prompted, "features").data, expectedOf(size, "prompted"))).toBeLessThan(1e-4);

      const step = await gradientOf(programs, size, tokens);
      expect(relativeError(step.loss, expectedOf(size, "loss"))).toBeLessThan(1e-4);
      expect(relativeError(step.logits, expectedOf(size, "logits"))).toBeLessThan(1e-4);
      expect(relativeError(step.prompts, expectedOf(size, "gradPrompts"))).toBeLessThan(1e-4);
      expect(relativeError(step.head, expectedOf(size, "gradHead"))).toBeLessThan(1e-4);
      expect(step.moved).toBeGreaterThan(0.99);
      await programs.release();
      await runtime.release();
    },
  );
}

test.skipIf(!isLong)(
  "vit-l14 with random weights gives PyTorch's features on WASM, within its 4 GiB (npm run test:long)",
  { timeout: 900_000 },
  async () => {
    const runtime = openNodeRuntime();
    const programs = createModelPrograms(hashedBackbone("vit-l14"), runtime);
    const { values } = await (await programs.base(0)).run({ pixels: pixelsOf(1) });
    expect(relativeError(values.features?.data ?? [], expectedOf("vit-l14", "features"))).toBeLessThan(1e-4);
    await programs.release();
    await runtime.release();
  },
);
