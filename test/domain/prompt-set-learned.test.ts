// Sets whose prompts were learned without labels: before there is a head, with one, and without the prompts. Read back whole, or refused by name.
import { describe, expect, test } from "vitest";
import type { SlideId } from "../../src/base/brand.ts";
import type { PromptSetMetadata } from "../../src/domain/prompt-set.ts";
import {
  formatFor,
  type PromptTensors,
  parsePromptSet,
  serializePromptSet,
  waitsForLabels,
} from "../../src/domain/prompt-set-file.ts";
import { summary } from "../support/sample-project.ts";

const features = 5;
const ramp = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => (i + 1) / 16);
const lower = (scale: number): Float32Array =>
  Float32Array.from({ length: features ** 2 }, (_, i) => (i % features <= Math.floor(i / features) ? scale : 0));

const waiting: PromptSetMetadata = {
  ...summary("a".repeat(64) as never).metadata,
  format: "pathotune-prompts/4",
  head: { kind: "none" },
  classes: [],
  labels: { count: 0, digest: "b".repeat(64), perClass: [], origins: {} },
  settings: null,
  method: { kind: "task-visual-deep", firstBlock: 1, blocks: 2, tokensPerBlock: 3 },
  learned: {
    patches: 330,
    slides: ["c".repeat(64) as SlideId],
    epochs: 5,
    batch: 33,
    learningRate: 0.006,
    temperature: 0.2,
    seed: 1,
  },
};
const none = new Float32Array();
const shown: PromptTensors = {
  prompts: ramp(2 * 3 * 4),
  headCentre: ramp(features),
  headWhitening: lower(1),
  frozen: { weight: none, bias: none, centre: ramp(features), whitening: lower(2) },
};

const { metadata: usual } = summary("a".repeat(64) as never);
const count = usual.classes.length;
const tuned: PromptSetMetadata = {
  ...waiting,
  head: { kind: "whitened" },
  classes: usual.classes,
  labels: usual.labels,
  answer: { views: 8, temperature: 0.7, frozen: { share: 0.5, temperature: 0.6 } },
};
const fitted: PromptTensors = {
  ...shown,
  headWeight: ramp(count * features),
  headBias: ramp(count),
  frozen: { weight: ramp(count * features), bias: ramp(count), centre: ramp(features), whitening: lower(2) },
};

describe("a set learned without labels", () => {
  test("reads back with what its patches say of features, and waits for labels", () => {
    const set = parsePromptSet(serializePromptSet(waiting, shown));
    expect(set.metadata).toEqual(waiting);
    expect(waitsForLabels(set.metadata)).toBe(true);
    expect(set.headWhitening).toEqual(shown.headWhitening);
    expect(set.frozen).toEqual(shown.frozen);
    expect(set.headWeight).toHaveLength(0);
  });

  test("has a head once labels came, and a frozen part of its own", () => {
    const set = parsePromptSet(serializePromptSet(tuned, fitted));
    expect(set.metadata).toEqual(tuned);
    expect(waitsForLabels(set.metadata)).toBe(false);
    expect(set.frozen).toEqual(fitted.frozen);
  });

  test("may be frozen features alone, whitened", () => {
    const bare: PromptSetMetadata = {
      ...tuned,
      method: { kind: "none", firstBlock: 12, blocks: 0, tokensPerBlock: 0 },
      answer: { views: 8, temperature: 1, frozen: null },
    };
    const { prompts: _, frozen: __, ...head } = fitted;
    const set = parsePromptSet(serializePromptSet(bare, head));
    expect(set.frozen).toBeNull();
    expect(set.prompts).toHaveLength(0);
  });

  test("a matrix that is no lower triangle with a diagonal above 0 is refused by its name", () => {
    const above = lower(1);
    above[1] = 0.5;
    const zero = lower(1);
    zero[features + 1] = 0;
    for (const headWhitening of [above, zero]) {
      expect(() => parsePromptSet(serializePromptSet(waiting, { ...shown, headWhitening }))).toThrow(
        /head\.whitening is not lower triangular/,
      );
    }
  });

  test("another head on learned prompts, and learned prompts of an older format, are refused", () => {
    const linear = { ...tuned, head: { kind: "linear" } } as PromptSetMetadata;
    expect(() => parsePromptSet(serializePromptSet(linear, fitted))).toThrow(/head must be whitened, or none/);
    expect(formatFor(tuned)).toBe("pathotune-prompts/4");
    const { learned: _, ...unlearned } = tuned;
    expect(() => parsePromptSet(serializePromptSet(unlearned, fitted))).toThrow(/learned/);
  });
});
