// Tuning with any subset of the three kinds of prompts on the real runtime: it learns, is written, read back, swapped, gone on with.
import { beforeAll, describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { countNumbers, type TextSettings, textsNeeded } from "../../src/domain/prompt-kinds.ts";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import type { TuningEvent, TuningSettings } from "../../src/domain/run.ts";
import type { TuningCheckpoint } from "../../src/domain/tuning-checkpoint.ts";
import { projectVectors, withTexts } from "../../src/engine/text-vectors.ts";
import { normal, randomFor } from "../../src/math/random.ts";
import type { TuneParams } from "../../src/protocol/engine-api.ts";
import type { TextVectors } from "../../src/protocol/text-encoder.ts";
import { patchAt, placeOf } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine } from "../support/tiny-engine.ts";
import { classesOf, tuneParams } from "../support/tiny-labels.ts";
import { sha256, tinyModel } from "../support/tiny-model.ts";

const folder = tinyModel();
let tiny: TinyEngine;
let other: TinyEngine;
beforeAll(async () => {
  [tiny, other] = [await loadedEngine(folder), await loadedEngine(folder)];
});

/** Vectors as an encoder would give: of length 1, the same for the same text. */
function vectorsOf(texts: readonly string[]): TextVectors {
  const vectors = texts.map((text) => {
    const random = randomFor(1, text);
    const raw = Float32Array.from({ length: 24 }, () => normal(random));
    const length = Math.hypot(...raw);
    return [text, raw.map((x) => x / length)] as const;
  });
  return { encoder: "noise of 24 numbers", width: 24, vectors: new Map(vectors) };
}

const instance = { tokens: 2, hidden: 4 };
const words = { task: "texture", organ: "colon", stain: "H&E", projectionSeed: 1 };
const text: TextSettings = {
  ...words,
  tokens: { template: "{class} of {organ}, {stain}", control: "none" },
  head: null,
};
const inHead = (control: "none" | "random" | "permuted", share = 0.5): TextSettings => ({
  ...words,
  tokens: null,
  head: { template: "{class}", share, control },
});

function params(change: Partial<TuningSettings>, more: Partial<TuneParams> = {}): TuneParams {
  const names = classesOf(2).map((c) => c.name);
  const needed = textsNeeded(change.text, names).texts;
  return tuneParams(2, 3, change, { ...(needed.length > 0 ? { text: vectorsOf(needed) } : {}), ...more });
}

const combinations: readonly (readonly [string, Partial<TuningSettings>])[] = [
  ["instance", { tokensPerBlock: 0, instance }],
  ["textual", { tokensPerBlock: 0, text }],
  ["instance and textual", { tokensPerBlock: 0, instance, text }],
  ["all", { instance, text }],
];

describe.each(combinations)("prompts: %s", (_name, kinds) => {
  test("lower the loss, count their numbers, and answer in another engine from the file alone", async () => {
    const given = params({ epochs: 6, ...kinds });
    const losses: number[] = [];
    const { bytes, summary } = await tiny.engine.tune(given, {
      onProgress: (event) => event.type === "loss" && event.point.fold === 0 && losses.push(event.point.loss),
    });
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    const set = parsePromptSet(bytes);
    expect(set.metadata.format).toBe("pathotune-prompts/3");
    expect(set.metadata.method).toMatchObject({
      kind: "three-kinds",
      tokensPerBlock: given.settings.tokensPerBlock,
      instance: kinds.instance ?? null,
      textual: kinds.text ? { texts: ["Stripes of colon, H&E", "Blobs of colon, H&E"] } : null,
    });
    const shape = { width: 48, featureWidth: 48 };
    const { settings } = given;
    const textTokens = kinds.text ? 2 : 0;
    const { blocks, tokensPerBlock } = settings;
    const kindsOf = { blocks, tokensPerBlock, instance: kinds.instance ?? null, textTokens, classes: 2 };
    const numbers = countNumbers(shape, kindsOf);
    expect(summary.trainedParameters).toBe(numbers.trained);
    expect(summary.bytes).toBeGreaterThan(4 * numbers.stored);
    await other.engine.addPromptSet({ bytes });
    const patch = patchAt(placeOf(1, 17));
    const scorer = { kind: "prompt-set", id: summary.id } as const;
    const answers = [await tiny.engine.classify({ patch, scorer }), await other.engine.classify({ patch, scorer })];
    expect(answers[0]!.kind).toBe("scored");
    expect(answers[1]).toEqual(answers[0]);
  });
});

test("a set of other kinds is swapped without compiling where one of its shape was used before", async () => {
  const first = await tiny.engine.tune(params({ instance, epochs: 1 }));
  const second = await tiny.engine.tune(params({ instance, epochs: 1, seed: 2, tokensPerBlock: 5 }));
  await tiny.engine.warm({ id: first.summary.id });
  expect(await tiny.engine.warm({ id: second.summary.id })).toMatchObject({ compiled: false });
});

test("the same request gives the same bytes, also from a checkpoint in the middle of a training", async () => {
  const given = params({ instance, text, epochs: 3, batch: 2 });
  const checkpoints: TuningCheckpoint[] = [];
  const onProgress = (event: TuningEvent): void => {
    if (event.type === "checkpoint") checkpoints.push(structuredClone(event.checkpoint));
  };
  const whole = await tiny.engine.tune(given, { onProgress });
  const middle = present(
    checkpoints.findLast(({ training }) => training !== null),
    "a checkpoint in a training",
  );
  const again = await tiny.engine.tune({ ...given, resume: middle });
  expect(sha256(again.bytes)).toBe(sha256(whole.bytes));
  const changed = { ...given, resume: middle, text: { ...given.text!, vectors: vectorsOf(["x"]).vectors } };
  await expect(tiny.engine.tune(changed)).rejects.toMatchObject({ kind: "invalid" });
  const otherText = new Map([...given.text!.vectors].map(([key, vector]) => [key, vector.map((x) => -x)]));
  const other = { ...given, resume: middle, text: { ...given.text!, vectors: otherText } };
  await expect(tiny.engine.tune(other)).rejects.toThrow(/of other labels, settings/);
});

test("in parts of a batch the tokens of text and of the module are trained as at once", async () => {
  const given = params({ instance, text, epochs: 1 });
  const [whole, parts] = [await tiny.engine.tune(given), await tiny.engine.tune({ ...given, halvings: 1 })];
  const [a, b] = [parsePromptSet(whole.bytes), parsePromptSet(parts.bytes)];
  for (const [x, y] of [
    [a.prompts, b.prompts],
    [a.instance!.values.upBias, b.instance!.values.upBias],
    [a.textual!, b.textual!],
  ] as const) {
    expect(Math.max(...x.map((value, i) => Math.abs(value - y[i]!)))).toBeLessThan(1e-4);
  }
  expect(whole.gates.map(({ name }) => name)).toContain("finite-differences");
});

describe("text", () => {
  const start = async (settings: TextSettings): Promise<string> =>
    sha256((await tiny.engine.tune(params({ text: settings, epochs: 1 }))).bytes);

  test("makes a difference in the head's start, and so does each control", async () => {
    const plain = sha256((await tiny.engine.tune(params({ epochs: 1 }))).bytes);
    const made = [await start(inHead("none")), await start(inHead("random")), await start(inHead("permuted"))];
    expect(new Set([plain, ...made]).size).toBe(4);
  });

  test("in the head's start is told in the file, whose visual prompts are of the old kind", async () => {
    const { bytes } = await tiny.engine.tune(params({ text: inHead("permuted"), epochs: 1 }));
    const { metadata } = parsePromptSet(bytes);
    expect(metadata.method.kind).toBe("task-visual-deep");
    expect(metadata.head).toMatchObject({
      kind: "logistic",
      text: { texts: ["Stripes", "Blobs"], control: "permuted" },
    });
  });

  test.each([
    ["no embedding", params({ text }, { text: vectorsOf([]) }), /"Stripes of colon, H&E" has no embedding/],
    [
      "a word that is not known",
      params({ text: { ...text, tokens: { template: "{lesion}", control: "none" } } }),
      /names \{lesion\}, which is not known/,
    ],
    ["an organ that is not said", params({ text: { ...text, organ: " " } }), /names \{organ\}, which is empty/],
    ["no prompts at all", params({ tokensPerBlock: 0, text: inHead("none") }), /tokensPerBlock must be/],
  ])("with %s is refused before anything is read", async (_what, given, reason) => {
    await expect(tiny.engine.tune(given)).rejects.toThrow(reason);
  });

  test("keeps the angles between texts on its way to the backbone's width, the same way every time", () => {
    const random = randomFor(3, "angles");
    const vectors = Array.from({ length: 4 }, () => {
      const raw = Float32Array.from({ length: 384 }, () => normal(random) + 1);
      return raw.map((x) => x / Math.hypot(...raw));
    });
    const made = projectVectors(vectors, 768, 1);
    const cosine = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, x, i) => sum + x * b[i]!, 0) / Math.hypot(...a) / Math.hypot(...b);
    for (const i of [1, 2, 3]) {
      expect(Math.abs(cosine(made[0]!, made[i]!) - cosine(vectors[0]!, vectors[i]!))).toBeLessThan(0.1);
      // A vector of length 1 becomes numbers of mean square 1, give or take.
      expect(Math.hypot(...made[i]!) / Math.sqrt(768)).toBeGreaterThan(0.8);
    }
    expect(projectVectors(vectors, 768, 1)).toEqual(made);
    expect(projectVectors(vectors, 768, 2)[0]).not.toEqual(made[0]);
  });

  test("of a share in the head leaves the rows at 0, is their direction at 1, keeps their length, and leaves rows of zeros", () => {
    const weight = Float32Array.of(3, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0);
    const head = { centre: new Float32Array(4), weight };
    const vectors = [Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 0), Float32Array.of(0, 0, 1)];
    const use = { texts: ["a", "b", "c"], vectors };
    expect(withTexts(head, use, 0, 1)).toBe(weight);
    const half = withTexts(head, use, 0.5, 1);
    const all = withTexts(head, use, 1, 1);
    const length = (w: Float32Array, c: number): number => Math.hypot(...w.subarray(4 * c, 4 * c + 4));
    expect(length(half, 0)).toBeCloseTo(3, 5);
    expect(length(all, 1)).toBeCloseTo(2, 5);
    expect([length(half, 2), length(all, 2)]).toEqual([0, 0]);
    // Half is the bisector of the row and the text: both are 3 long.
    const bisector = weight.subarray(0, 4).map((x, i) => x + all[i]!);
    const own = half.subarray(0, 4);
    expect(own.reduce((sum, x, i) => sum + x * bisector[i]!, 0) / Math.hypot(...bisector)).toBeCloseTo(3, 4);
  });
});
