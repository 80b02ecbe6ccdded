// Prompt files of others (test/fixtures/promptstate/make.py): read as torch wrote them, declared, exported; everything else refused.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { WeightsDigest } from "../../src/base/brand.ts";
import { Fault, isFault } from "../../src/base/fault.ts";
import { type DeclaredBackbone, declarePromptSet } from "../../src/domain/declare-prompt-set.ts";
import { npyArray } from "../../src/domain/npy-file.ts";
import { promptSetAsNpz } from "../../src/domain/npz.ts";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { parsePromptState } from "../../src/domain/promptstate.ts";
import { floatsOf, parseSafetensors } from "../../src/domain/safetensors.ts";

const folder = join(import.meta.dirname, "..", "fixtures", "promptstate");
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
const { tensors } = parseSafetensors(read("values.safetensors"), "values");
const [prompts, weight, bias] = ["Prompt_Tokens", "weight", "bias"].map((name) => floatsOf(tensors.get(name)!));

const backbone: DeclaredBackbone = {
  name: "ViT of the test",
  weightsDigest: "c".repeat(64) as WeightsDigest,
  computation: {
    imagePixels: 32,
    patchPixels: 8,
    depth: 3,
    width: 48,
    heads: 3,
    tokens: 17,
    prefixTokens: 1,
    featureWidth: 48,
    readout: "cls",
    layerNormEps: 1e-6,
    activation: "gelu",
  },
  preprocessing: {
    patchPixels: 32,
    mpp: 0.5 as never,
    filter: "bicubic",
    edge: "white",
    snap: 0,
    normalisation: { mean: [0, 0, 0], std: [1, 1, 1] },
  },
  depth: 3,
  width: 48,
  featureWidth: 48,
};
const declare = (name: string, to = backbone) =>
  parsePromptSet(declarePromptSet(parsePromptState(read(name), name), name, to, "0.1.0"));

describe("a promptstate", () => {
  test("holds the numbers torch saved, prompts and head", () => {
    const state = parsePromptState(read("fits.pth"), "fits.pth");
    expect(state.prompts.shape).toEqual([3, 4, 48]);
    expect(state.prompts.data).toEqual(prompts);
    expect(state.head?.weight.data).toEqual(weight);
    expect(state.head?.bias.data).toEqual(bias);
    expect(state.notes).toEqual([]);
  });

  test("is read in half precision, and out of any order of memory", () => {
    const half = parsePromptState(read("half.pth"), "half.pth").prompts.data;
    expect(Math.max(...half.map((x, i) => Math.abs(x - prompts![i]!)))).toBeLessThan(1e-3);
    expect(parsePromptState(read("strided.pth"), "strided.pth").prompts.data).toEqual(prompts);
  });

  test("becomes a set that is declared, not verified, with the head where it fits", () => {
    const set = declare("fits.pth");
    expect(set.metadata.declared).toMatchObject({ source: "promptstate", notes: [] });
    expect(set.metadata).toMatchObject({
      name: "fits",
      backbone: { name: "ViT of the test", weightsDigest: backbone.weightsDigest },
      preprocessing: backbone.preprocessing,
      method: { kind: "task-visual-deep", firstBlock: 0, blocks: 3, tokensPerBlock: 4 },
      head: { kind: "linear" },
      estimate: null,
    });
    expect(set.metadata.classes.map((c) => c.name)).toEqual(["Output 0", "Output 1", "Output 2"]);
    expect([set.prompts, set.headWeight, set.headBias]).toEqual([prompts, weight, bias]);
  });

  test("whose head does not fit loses it, and says so", () => {
    const set = declare("strided.pth");
    expect(set.metadata.head).toEqual({ kind: "none" });
    expect(set.metadata.classes).toEqual([]);
    expect(set.metadata.declared?.notes.join(" ")).toMatch(/reads 32 features, and the backbone gives 48/);
    expect(declare("half.pth").metadata.declared?.notes.join(" ")).toMatch(/no head/);
  });

  test("of another width or depth is refused for this backbone", () => {
    expect(() => declare("fits.pth", { ...backbone, width: 64 })).toThrow(/48 wide, and the backbone's tokens 64/);
    expect(() => declare("shallow.pth")).toThrow(/prompts of 1 blocks, and the backbone has 3/);
  });

  test.each([
    ["evil.pth", "unsupported", /names "posix\.system".*nothing was executed/],
    ["instruction.pth", "unsupported", /pickle instruction 0x69/],
    ["legacy.pth", "unsupported", /older than torch 1\.6/],
    ["big-endian.pth", "unsupported", /another byte order/],
    ["short.pth", "damaged", /storage 0 are not all there/],
    ["other.pth", "bad-prompt-set", /no Prompt_Tokens/],
  ])("%s is refused as %s", (name, kind, reason) => {
    try {
      parsePromptState(read(name), name);
      expect.unreachable();
    } catch (error) {
      if (!isFault(error)) throw error;
      expect([error.kind, error.message]).toEqual([kind, expect.stringMatching(reason)]);
    }
  });

  test("with bytes changed is read or refused with a Fault, never anything else", () => {
    const file = read("fits.pth");
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), (edits) => {
        const changed = file.slice();
        for (const [at, value] of edits) changed[at] = value;
        try {
          parsePromptState(changed, "changed");
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
        }
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  test("whose pickle is made of any bytes at all is refused with a Fault", () => {
    const pickles = fc.uint8Array({ minLength: 1, maxLength: 60 });
    const opcodes = fc.array(fc.constantFrom(...Buffer.from("}](tuseaqhRb).NKXcQ\x85\x88\x93\x94", "latin1")));
    fc.assert(
      fc.property(
        fc.oneof(
          pickles,
          opcodes.map((list) => Uint8Array.from(list)),
        ),
        (bytes) => {
          try {
            parsePromptState(zipSync({ "a/data.pkl": bytes }), "noise");
            return false;
          } catch (error) {
            return error instanceof Fault;
          }
        },
      ),
      { numRuns: 500, seed: 12 },
    );
  });

  test("that names a value again and again, which would be more values than memory holds, is refused at once", () => {
    // Twenty dictionaries, each holding the one before under 16 names: 16^20 values in a few hundred bytes.
    const parts: number[] = [0x7d, 0x71, 0];
    for (let level = 1; level < 20; level++) {
      parts.push(0x7d, 0x28);
      for (let key = 0; key < 16; key++) parts.push(0x4b, key, 0x68, level - 1);
      parts.push(0x75, 0x71, level);
    }
    const pickle = Uint8Array.from([0x80, 2, ...parts, 0x2e]);
    expect(() => parsePromptState(zipSync({ "a/data.pkl": pickle }), "laughs")).toThrow(/nested too deeply/);
  });
});

describe("an npz", () => {
  test("holds arrays as numpy writes them", () => {
    const values = new Uint8Array(Float32Array.from({ length: 6 }, (_, i) => i / 4).buffer);
    expect(npyArray("<f4", [2, 3], values)).toEqual(read("numpy.npy"));
  });

  test("has every tensor of the set and its metadata, and the same bytes every time", () => {
    const file = declarePromptSet(parsePromptState(read("fits.pth"), "fits"), "fits", backbone, "0.1.0");
    const npz = promptSetAsNpz(file);
    expect(promptSetAsNpz(file)).toEqual(npz);
    const entries = unzipSync(npz);
    expect(Object.keys(entries).sort()).toEqual([
      "head.bias.npy",
      "head.weight.npy",
      "metadata.npy",
      "prompts.visual.npy",
    ]);
    const stored = entries["prompts.visual.npy"]!;
    expect(new Float32Array(stored.slice(stored.length - 4 * prompts!.length).buffer)).toEqual(prompts);
    const json = entries["metadata.npy"]!;
    const length = Number(/'shape': \((\d+),\)/.exec(Buffer.from(json).toString("latin1"))?.[1]);
    expect(JSON.parse(Buffer.from(json.subarray(json.length - length)).toString("utf8"))).toEqual(
      parsePromptSet(file).metadata,
    );
  });
});
