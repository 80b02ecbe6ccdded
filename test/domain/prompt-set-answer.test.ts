// Sets that say how they answer: views, a frozen part, a head of a regression, no prompts at all. Read back whole, or refused by name.
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/domain/canonical-json.ts";
import type { PromptSetMetadata } from "../../src/domain/prompt-set.ts";
import {
  formatFor,
  type PromptTensors,
  parsePromptSet,
  promptSetChecksum,
  serializePromptSet,
  summarisePromptSet,
} from "../../src/domain/prompt-set-file.ts";
import { parseSafetensors, serializeSafetensors } from "../../src/domain/safetensors.ts";
import { summary } from "../support/sample-project.ts";

const base: PromptSetMetadata = {
  ...summary("a".repeat(64) as never).metadata,
  format: "pathotune-prompts/3",
  head: { kind: "logistic" },
  method: { kind: "task-visual-deep", firstBlock: 1, blocks: 2, tokensPerBlock: 3 },
  answer: { views: 8, temperature: 1.5, frozen: { share: 0.5, temperature: 0.75 } },
};
const classes = base.classes.length;
const ramp = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => (i + 1) / 16);
const head = { headWeight: ramp(classes * 5), headBias: ramp(classes), headCentre: ramp(5) };
const frozen = { weight: ramp(classes * 5), bias: ramp(classes), centre: ramp(5), whitening: new Float32Array() };
const tensors = { prompts: ramp(2 * 3 * 4), ...head, frozen };

const bare: PromptSetMetadata = {
  ...base,
  method: { kind: "none", firstBlock: 12, blocks: 0, tokensPerBlock: 0 },
  answer: { views: 8, temperature: 1, frozen: null },
};

/** A file whose metadata is not what a writer would write. */
function changed(of: PromptSetMetadata, given: PromptTensors, change: (copy: Record<string, unknown>) => void) {
  const { metadata: strings, tensors: list } = parseSafetensors(serializePromptSet(of, given), "it", {
    fileBytes: 1e6,
    headerBytes: 1e5,
    tensors: 16,
  });
  const copy = JSON.parse(strings.pathotune ?? "") as Record<string, unknown>;
  change(copy);
  const pathotune = canonicalJson(copy);
  const all = [...list.values()];
  const checksum = promptSetChecksum(pathotune, all);
  const plain = all.map(({ name, shape, bytes }) => ({
    name,
    dtype: "F32" as const,
    shape,
    data: new Float32Array(bytes.slice().buffer),
  }));
  return serializeSafetensors(plain, { format: String(copy.format), pathotune, checksum });
}

// biome-ignore lint/suspicious/noExplicitAny: what a hostile file holds has no type.
type Loose = any;

describe("a prompt set that says how it answers", () => {
  test("reads back with its frozen part, and counts the numbers of both heads", () => {
    const set = parsePromptSet(serializePromptSet(base, tensors));
    expect(set.metadata).toEqual(base);
    expect(set.frozen).toEqual(frozen);
    expect(set.headBias).toEqual(head.headBias);
    const heads = 2 * (classes * 5 + classes);
    expect(summarisePromptSet(set, 1).trainedParameters).toBe(2 * 3 * 4 + heads);
  });

  test("may have no prompts at all: a head on the backbone as it is", () => {
    const set = parsePromptSet(serializePromptSet(bare, head));
    expect(set.metadata).toEqual(bare);
    expect(set.prompts).toHaveLength(0);
    expect(set.width).toBe(0);
    expect(set.frozen).toBeNull();
  });

  test("is of the third format, and no other is", () => {
    const { answer, ...silent } = base;
    expect(formatFor(base)).toBe("pathotune-prompts/3");
    expect(formatFor(silent)).toBe("pathotune-prompts/3");
    expect(formatFor({ ...silent, head: { kind: "cosine", temperature: 10 } })).toBe("pathotune-prompts/1");
    expect(formatFor({ ...silent, head: { kind: "linear" } })).toBe("pathotune-prompts/2");
    expect(answer).toBeDefined();
  });

  test.each([
    [
      "of a version to come",
      base,
      tensors,
      (m) => Object.assign(m, { format: "pathotune-prompts/5" }),
      /reads "pathotune-prompts\/1" to/,
    ],
    [
      "of an older version than its answer",
      base,
      tensors,
      (m) => Object.assign(m, { format: "pathotune-prompts/2" }),
      /answer must be left out/,
    ],
    ["with more views than there are", base, tensors, (m) => Object.assign(m.answer, { views: 9 }), /answer\.views/],
    [
      "with a share above one",
      base,
      tensors,
      (m) => Object.assign(m.answer.frozen, { share: 1.5 }),
      /answer\.frozen\.share/,
    ],
    [
      "with a temperature of zero",
      base,
      tensors,
      (m) => Object.assign(m.answer, { temperature: 0 }),
      /answer\.temperature/,
    ],
    [
      "with a rule that is not known",
      base,
      tensors,
      (m) => Object.assign(m.answer, { vote: "median" }),
      /answer\.vote must be left out/,
    ],
    [
      "that forgets its frozen part",
      base,
      tensors,
      (m) => Object.assign(m.answer, { frozen: null }),
      /must hold the tensors/,
    ],
    [
      "that claims a frozen part it has not",
      bare,
      head,
      (m) => Object.assign(m.answer, { frozen: { share: 0.5, temperature: 1 } }),
      /no frozen part beside it/,
    ],
    [
      "without prompts and without a head",
      bare,
      head,
      (m) => Object.assign(m, { head: { kind: "none" }, classes: [] }),
      /a head of its own/,
    ],
    ["without prompts but with blocks", bare, head, (m) => Object.assign(m.method, { blocks: 1 }), /method\.blocks/],
  ] as readonly [string, PromptSetMetadata, PromptTensors, (m: Loose) => void, RegExp][])(
    "%s is refused with the reason",
    (_what, of, given, change, reason) => {
      expect(() => parsePromptSet(changed(of, given, change))).toThrow(reason);
    },
  );
});
