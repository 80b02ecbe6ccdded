// Prompt set files: same in same out, and every way a file can be wrong is refused with its reason.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { canonicalJson } from "../../src/domain/canonical-json.ts";
import type { PromptSetMetadata } from "../../src/domain/prompt-set.ts";
import {
  parsePromptSet,
  promptSetChecksum,
  promptSetIdOf,
  serializePromptSet,
} from "../../src/domain/prompt-set-file.ts";
import { parseSafetensors, serializeSafetensors } from "../../src/domain/safetensors.ts";

const metadata: PromptSetMetadata = {
  format: "pathotune-prompts/1",
  name: "Glands",
  backbone: { name: "Tiny", weightsDigest: "a".repeat(64) as never },
  preprocessing: {
    patchPixels: 32,
    mpp: 0.5 as never,
    filter: "bicubic",
    edge: "white",
    snap: 0.02,
    normalisation: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  },
  classes: [
    { id: "one" as never, name: "Gland", color: "#aa0000", key: 1 },
    { id: "two" as never, name: "Stroma", color: "#00aa00", key: null },
  ],
  method: { kind: "task-visual-deep", firstBlock: 1, blocks: 2, tokensPerBlock: 3 },
  head: { kind: "cosine", temperature: 10 },
  settings: null,
  labels: { count: 4, digest: "b".repeat(64), perClass: [2, 2], origins: { free: 4 } },
  estimate: { kind: "none", reason: "Label Gland in a second place to get an estimate.", withoutFigure: [] },
  stain: "H&E",
  organ: null,
  onlyOn: null,
  synthetic: false,
  parent: null,
  appVersion: "0.1.0",
  licence: "CC0",
  notice: "Research use only. Not for diagnostic procedures.",
};
const ramp = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => (i + 1) / 16);
const tensors = { prompts: ramp(2 * 3 * 4), headWeight: ramp(8), headCentre: ramp(4) };
const file = serializePromptSet(metadata, tensors);

const computation = {
  imagePixels: 32,
  patchPixels: 8,
  depth: 3,
  width: 4,
  heads: 2,
  tokens: 17,
  prefixTokens: 1,
  readout: "cls",
  featureWidth: 4,
  layerNormEps: 1e-12,
  activation: "gelu",
} as const;

type Loose = { backbone?: unknown; classes: Record<string, unknown>[] };

/** A file with other metadata or tensors than the format allows. */
function broken(
  change: (metadata: Loose) => void,
  shapes: { prompts?: number[]; weight?: number[]; data?: Float32Array } = {},
): Uint8Array {
  const copy = structuredClone(metadata) as never;
  change(copy);
  const prompts = shapes.prompts ?? [2, 3, 4];
  const weight = shapes.weight ?? [2, 4];
  const size = (shape: number[]): number => shape.reduce((a, b) => a * b, 1);
  const list = [
    { name: "prompts.visual", dtype: "F32", shape: prompts, data: shapes.data ?? ramp(size(prompts)) },
    { name: "head.weight", dtype: "F32", shape: weight, data: ramp(size(weight)) },
    { name: "head.centre", dtype: "F32", shape: [4], data: ramp(4) },
  ] as const;
  const pathotune = JSON.stringify(copy);
  const checksum = promptSetChecksum(
    pathotune,
    list.map((tensor) => ({ ...tensor, bytes: new Uint8Array(tensor.data.buffer) })),
  );
  return serializeSafetensors(list, { format: "pathotune-prompts/1", pathotune, checksum });
}

describe("a prompt set file", () => {
  test("reads back as what was written", () => {
    const set = parsePromptSet(file);
    expect(set.metadata).toEqual(metadata);
    expect(set.prompts).toEqual(tensors.prompts);
    expect(set.headWeight).toEqual(tensors.headWeight);
    expect(set.headCentre).toEqual(tensors.headCentre);
    expect(set.id).toBe(promptSetIdOf(file));
  });

  test("says how its backbone computes, and may be older than that", () => {
    for (const record of [
      computation,
      { ...computation, patchPixels: null, prefixTokens: null, readout: null, activation: null },
    ]) {
      const backbone = { ...metadata.backbone, computation: record };
      const set = parsePromptSet(serializePromptSet({ ...metadata, backbone }, tensors));
      expect(set.metadata.backbone).toEqual(backbone);
    }
    expect(Object.keys(parsePromptSet(file).metadata.backbone)).toEqual(["name", "weightsDigest"]);
  });

  test.each([
    ["without its heads", { heads: undefined }, /computation\.heads must be a whole number/],
    ["with heads that are no number", { heads: "2" }, /computation\.heads must be a whole number/],
    ["with an activation that is not known", { activation: "relu" }, /computation\.activation must be "gelu"/],
    ["with a field that is not known", { window: 7 }, /computation\.window must be left out/],
  ])("that says how its backbone computes, %s, is refused", (_what, change, reason) => {
    const record = { ...computation, ...change };
    const bytes = broken((m) => Object.assign(m, { backbone: { ...metadata.backbone, computation: record } }));
    expect(() => parsePromptSet(bytes)).toThrow(reason);
  });

  test("does not depend on the order in which its metadata was built", () => {
    const reversed = Object.fromEntries(Object.entries(metadata).toReversed()) as PromptSetMetadata;
    expect(serializePromptSet(reversed, tensors)).toEqual(file);
  });

  test.each([
    ["metadata of a missing digest", broken((m) => delete m.backbone), /backbone/],
    ["one class only", broken((m) => m.classes.pop()), /classes must be a list of 2/],
    ["two classes of one id", broken((m) => Object.assign(m.classes[0] ?? {}, { id: "two" })), /different ids/],
    ["another number of tokens than stated", broken(() => {}, { prompts: [2, 5, 4] }), /prompts\.visual has shape/],
    ["a head of another class count", broken(() => {}, { weight: [3, 4] }), /head\.weight has shape/],
    ["values that are not finite", broken(() => {}, { data: ramp(24).fill(Number.NaN, 3, 4) }), /not finite/],
    ["another format", broken((m) => Object.assign(m, { format: "pathotune-prompts/9" })), /format/],
    ["no notice", broken((m) => Object.assign(m, { notice: "" })), /notice/],
  ])("with %s is refused with the reason", (_what, bytes, reason) => {
    expect(() => parsePromptSet(bytes)).toThrow(reason);
    expect(() => parsePromptSet(bytes)).toThrow(Fault);
  });

  test("of another kind, or cut short, is refused as a prompt set", () => {
    const foreign = serializeSafetensors([{ name: "w", dtype: "F32", shape: [1], data: ramp(1) }], {});
    for (const bytes of [foreign, file.slice(0, 100), file.slice(0, -4), new Uint8Array(0), new Uint8Array(64)]) {
      expect(() => parsePromptSet(bytes)).toThrow(expect.objectContaining({ kind: "bad-prompt-set" }));
    }
  });

  test("with one bit of a value flipped is refused as damaged: it would answer wrongly and nobody would know", () => {
    const { tensors: written } = parseSafetensors(file, "file");
    for (const { start, bytes } of written.values()) {
      for (const at of [start, start + bytes.length - 1]) {
        const copy = file.slice();
        copy[at] = (copy[at] ?? 0) ^ 1;
        expect(() => parsePromptSet(copy)).toThrow(/damaged: its content does not match its checksum/);
      }
    }
  });

  test("whose figures were rewritten without its checksum is refused", () => {
    const text = new TextDecoder("latin1").decode(file);
    const at = text.indexOf('count\\":4');
    expect(at).toBeGreaterThan(0);
    const copy = file.slice();
    copy[at + 'count\\":'.length] = "9".charCodeAt(0);
    expect(() => parsePromptSet(copy)).toThrow(/checksum/);
  });

  test("garbled anywhere is refused or still whole, never half read", () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), (at, value) => {
        const copy = file.slice();
        copy[at] = value;
        try {
          const set = parsePromptSet(copy);
          expect({ ...set, id: "" }).toEqual({ ...parsePromptSet(file), id: "" });
        } catch (error) {
          expect(error).toMatchObject({ kind: "bad-prompt-set" });
        }
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

test("canonical JSON sorts keys and refuses what JSON would change silently", () => {
  expect(canonicalJson({ b: 1, a: [true, null, "x"], 10: 2 })).toBe('{"10":2,"a":[true,null,"x"],"b":1}');
  expect(() => canonicalJson({ a: Number.NaN })).toThrow();
  expect(() => canonicalJson({ a: undefined })).toThrow();
});
