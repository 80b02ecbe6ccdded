// Which prompt set may be used with which backbone: the same weights run otherwise are told apart, in words.
import { expect, test } from "vitest";
import type { PromptSetId } from "../../src/base/brand.ts";
import { isFault } from "../../src/base/fault.ts";
import type { BackboneComputation, PromptSet } from "../../src/domain/prompt-set.ts";
import { computationOf } from "../../src/engine/computation.ts";
import { assertFits, preprocessingOf } from "../../src/engine/fits-backbone.ts";
import { model, summary, weightsDigest } from "../support/sample-project.ts";

const shape = {
  imagePixels: 224,
  patchPixels: 16,
  width: 192,
  depth: 12,
  heads: 3,
  mlpWidth: 768,
  layerNormEps: 1e-6,
  prefixTokens: 1,
  readout: "cls",
} as const;
const own = computationOf(shape);

function setFor(computation: BackboneComputation | null): PromptSet {
  const { metadata } = summary("a".repeat(64) as PromptSetId);
  const { depth, width } = shape;
  const backbone = { ...metadata.backbone, ...(computation ? { computation } : {}) };
  const method = { kind: "task-visual-deep", firstBlock: depth - 1, blocks: 1, tokensPerBlock: 2 } as const;
  return {
    id: "a".repeat(64) as PromptSetId,
    metadata: { ...metadata, backbone, method, preprocessing: preprocessingOf(model) },
    prompts: new Float32Array(2 * width),
    instance: null,
    textual: null,
    width,
    headBias: new Float32Array(),
    headWhitening: new Float32Array(),
    headWeight: new Float32Array(2 * width),
    headCentre: new Float32Array(width),
    frozen: null,
  };
}

function reasons(set: PromptSet, loaded = own): readonly string[] {
  try {
    assertFits(set, model, weightsDigest, loaded);
    return [];
  } catch (error) {
    if (!isFault(error, "bad-prompt-set")) throw error;
    return error.detail.reasons as readonly string[];
  }
}

test("the record says what an architecture leaves out, and its counts are those of the model", () => {
  expect(own).toEqual({ ...model.shape, readout: "cls", layerNormEps: 1e-6, activation: "gelu" });
  const both = computationOf({ ...shape, readout: "cls+mean", prefixTokens: 5, registers: 4 });
  expect(both).toMatchObject({ featureWidth: 2 * 192, tokens: 201, prefixTokens: 5 });
});

test("a set of this computation fits, and so does one that is older than the record", () => {
  expect(reasons(setFor(own))).toEqual([]);
  expect(reasons(setFor(null))).toEqual([]);
});

test("what a person brought is not taken to compute as a set without the record means it", () => {
  const older = setFor(null);
  const imported = { ...model, origin: "imported" } as const;
  expect(() => assertFits(older, imported, weightsDigest, own)).toThrow(/does not say how its backbone computes/);
  expect(() => assertFits(setFor(own), imported, weightsDigest, own)).not.toThrow();
});

test.each([
  [{ heads: 2 * own.heads }, /attention heads: \d+, and the backbone computes with \d+/],
  [{ layerNormEps: 1e-5 }, /epsilon of the layer norms: 0.00001, and the backbone computes with 0.000001/],
  [{ activation: "quick-gelu" }, /activation: quick-gelu, and the backbone computes with gelu/],
  [{ readout: "mean" }, /read-out: mean, and the backbone computes with cls/],
  [{ imagePixels: 448, tokens: 785 }, /pixels a side of the image: 448/],
  [{ prefixTokens: 5 }, /tokens before the patches: 5/],
] as const)("the same weights with another computation are refused: %o", (change, reason) => {
  const found = reasons(setFor({ ...own, ...change }));
  expect(found).toHaveLength(Object.keys(change).length);
  expect(found[0]).toMatch(reason);
});

test("an epsilon that went through fp16 is the same, and what one side does not know is not compared", () => {
  expect(reasons(setFor({ ...own, layerNormEps: 17 * 2 ** -24 }))).toEqual([]);
  expect(reasons(setFor({ ...own, layerNormEps: null, activation: null, readout: null }))).toEqual([]);
  expect(reasons(setFor(own), { ...own, activation: null, prefixTokens: null })).toEqual([]);
});

test("the loaded backbone is compared by its own record", () => {
  expect(reasons(setFor(own), { ...own, heads: own.heads * 2 })).toHaveLength(1);
});

test("of another backbone's set the digest alone is named", () => {
  const set = setFor({ ...own, heads: own.heads * 2 });
  const backbone = { ...set.metadata.backbone, weightsDigest: "b".repeat(64) as typeof weightsDigest };
  const found = reasons({ ...set, metadata: { ...set.metadata, backbone } });
  expect(found).toEqual([expect.stringMatching(/made for another backbone/)]);
});
