// Files of the second format and templates: what they may hold, what is refused and why; files of the first format stay what they are.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { fillTemplate, textsNeeded } from "../../src/domain/prompt-kinds.ts";
import type { PromptMethod, PromptSetMetadata } from "../../src/domain/prompt-set.ts";
import {
  parsePromptSet,
  promptSetChecksum,
  promptSetIdOf,
  serializePromptSet,
  summarisePromptSet,
} from "../../src/domain/prompt-set-file.ts";
import { parseSafetensors, serializeSafetensors } from "../../src/domain/safetensors.ts";

// Written by the first version of this project for drawn tissues; kept as it was.
const shipped = new Uint8Array(
  readFileSync(join(import.meta.dirname, "..", "fixtures", "prompt-sets", "first-format.safetensors")),
);
const old = parsePromptSet(shipped);

const textual = { encoder: "all-MiniLM-L6-v2", texts: ["a", "b"], projectionSeed: 1, control: "none" } as const;
const places = { firstBlock: 2, blocks: 1, tokensPerBlock: 3 } as const;
const method: PromptMethod = { kind: "three-kinds", ...places, instance: { tokens: 2, hidden: 4 }, textual };
const metadata: PromptSetMetadata = { ...old.metadata, format: "pathotune-prompts/2", method };
const ramp = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => (i + 1) / 16);
const [D, F] = [6, 5];
const C = metadata.classes.length;
const tensors = {
  prompts: ramp(3 * D),
  textual: ramp(2 * D),
  instance: {
    shape: { tokens: 2, hidden: 4 },
    values: {
      queries: ramp(2 * D),
      downWeight: ramp(D * 4),
      downBias: ramp(4),
      upWeight: ramp(4 * D),
      upBias: ramp(2 * D),
    },
  },
  headWeight: ramp(C * F),
  headCentre: ramp(F),
};
const file = serializePromptSet(metadata, tensors);

type Loose = Record<string, unknown> & { method: Record<string, unknown>; head: Record<string, unknown> };

/** The file with other metadata or other tensors, its checksum made anew. */
function broken(
  change: (metadata: Loose) => void,
  retouch: (tensors: Map<string, { shape: readonly number[]; data: Float32Array }>) => void = () => {},
  format = "pathotune-prompts/2",
): Uint8Array {
  const copy = structuredClone(metadata) as unknown as Loose;
  change(copy);
  const held = new Map(
    [...parseSafetensors(file, "set").tensors].map(([name, { shape, bytes }]) => [
      name,
      { shape, data: new Float32Array(new Uint8Array(bytes).buffer) },
    ]),
  );
  retouch(held);
  const list = [...held].map(([name, { shape, data }]) => ({ name, dtype: "F32", shape, data }) as const);
  const pathotune = JSON.stringify(copy);
  const bytes = list.map((one) => ({ ...one, bytes: new Uint8Array(one.data.buffer) }));
  return serializeSafetensors(list, { format, pathotune, checksum: promptSetChecksum(pathotune, bytes) });
}

describe("a file of the first format", () => {
  test("is read as before, and written again it is the same bytes", () => {
    expect(old.metadata.format).toBe("pathotune-prompts/1");
    expect(old.id).toBe(promptSetIdOf(shipped));
    expect(old.instance).toBeNull();
    expect(old.textual).toBeNull();
    expect(serializePromptSet(old.metadata, old)).toEqual(shipped);
  });
});

describe("a file of the second format", () => {
  test("reads back as what was written, of every subset of kinds and every head", () => {
    const set = parsePromptSet(file);
    expect(set.metadata).toEqual(metadata);
    expect(set.instance).toEqual(tensors.instance);
    expect(set.textual).toEqual(tensors.textual);
    expect([set.width, set.prompts.length, set.headCentre.length]).toEqual([D, 3 * D, F]);
    for (const bits of [1, 2, 3, 4, 5, 6]) {
      const own: PromptMethod = {
        kind: "three-kinds",
        ...places,
        tokensPerBlock: bits & 1 ? 3 : 0,
        instance: bits & 2 ? tensors.instance.shape : null,
        textual: bits & 4 ? textual : null,
      };
      for (const head of [metadata.head, { kind: "linear" }, { kind: "none" }] as const) {
        const none = head.kind === "none";
        const labels = { ...metadata.labels, perClass: none ? [] : metadata.labels.perClass };
        const described = { ...metadata, method: own, head, labels, classes: none ? [] : metadata.classes };
        const again = parsePromptSet(serializePromptSet(described, { ...tensors, headBias: ramp(C) }));
        expect(again.metadata).toEqual(described);
        expect(again.prompts.length > 0).toBe((bits & 1) > 0);
        expect(again.instance !== null).toBe((bits & 2) > 0);
        expect(again.headBias.length).toBe(head.kind === "linear" ? C : 0);
        expect(serializePromptSet(again.metadata, again)).toEqual(
          serializePromptSet(described, { ...tensors, headBias: ramp(C) }),
        );
      }
    }
  });

  test("counts one trained number for a token of text, and no frozen one", () => {
    const { trainedParameters } = summarisePromptSet(parsePromptSet(file), file.length);
    expect(trainedParameters).toBe(3 * D + (2 * D + 4 * D + 4 + 4 * D + 2 * D) + 2 + C * F);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["names a graph", broken((m) => Object.assign(m.method, { graph: "x.onnx" })), /method\.graph must be left out/],
    [
      "has another module",
      broken((m) => Object.assign(m.method, { instance: { tokens: 2, hidden: 4, kernel: 3 } })),
      /kernel must be left out/,
    ],
    [
      "has too many instance tokens",
      broken((m) => Object.assign(m.method, { instance: { tokens: 65, hidden: 4 } })),
      /instance\.tokens must be a whole number from 1 to 64/,
    ],
    [
      "has no prompts of any kind",
      broken((m) => Object.assign(m.method, { tokensPerBlock: 0, instance: null, textual: null })),
      /method must be a method with prompts of some kind/,
    ],
    ["has an unknown head", broken((m) => Object.assign(m.head, { kind: "mlp" })), /head\.kind must be "cosine"/],
    [
      "says other formats inside and outside",
      broken(() => {}, undefined, "pathotune-prompts/1"),
      /another format than it says/,
    ],
    [
      "has only what the first format has",
      broken(
        (m) => Object.assign(m, { method: { kind: "task-visual-deep", ...places } }),
        (held) => {
          for (const name of held.keys()) if (/^(instance|prompts.textual)/.test(name)) held.delete(name);
        },
      ),
      /holds only what "pathotune-prompts\/1" has/,
    ],
    [
      "lacks a tensor",
      broken(
        () => {},
        (held) => held.delete("instance.up.bias"),
      ),
      /must hold the tensors/,
    ],
    [
      "has a tensor more",
      broken(
        () => {},
        (held) => held.set("x", { shape: [1], data: ramp(1) }),
      ),
      /but holds .*, x/,
    ],
    [
      "is of two widths",
      broken(
        () => {},
        (held) => held.set("prompts.textual", { shape: [2, 4], data: ramp(8) }),
      ),
      /prompts\.textual has shape \[2, 4\], it must be \[2, 6\]/,
    ],
    [
      "holds what is no number",
      broken(
        () => {},
        (held) => held.get("instance.queries")!.data.fill(Number.NaN),
      ),
      /instance\.queries holds values that are not finite/,
    ],
    [
      "declares from something unknown",
      broken((m) => Object.assign(m, { declared: { source: "rumour", fileDigest: "a".repeat(64), notes: [] } })),
      /declared\.source must be "promptstate"/,
    ],
  ])("that %s is refused", (_what, bytes, reason) => {
    expect(() => parsePromptSet(bytes)).toThrow(reason);
  });

  test("with any byte changed is refused with a Fault and nothing else", () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = file.slice();
        changed[at] = (changed[at]! + by) % 256;
        try {
          parsePromptSet(changed);
          return false;
        } catch (error) {
          return error instanceof Fault;
        }
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});

describe("a template", () => {
  const words = { task: "grading", organ: " colon ", stain: "H&E" };
  test("is one text, or one for each class where it names {class}", () => {
    const classes = ["tumour", "stroma"];
    expect(fillTemplate("{task}: {classes} in {organ}, {stain}", words, classes)).toEqual({
      texts: ["grading: tumour, stroma in colon, H&E"],
      problems: [],
    });
    expect(fillTemplate("{class} of {organ}", words, classes).texts).toEqual(["tumour of colon", "stroma of colon"]);
  });

  test("says what it cannot fill in", () => {
    expect(fillTemplate("{species} {constructor}", words, ["a", "b"]).problems).toEqual([
      "the template names {species}, which is not known",
      "the template names {constructor}, which is not known",
    ]);
    expect(fillTemplate("{organ}", { ...words, organ: "" }, ["a"]).problems).toEqual([
      "the template names {organ}, which is empty",
    ]);
    expect(fillTemplate("  ", words, ["a"]).problems).toEqual(["the template is empty"]);
  });

  test("asks an encoder for each text once", () => {
    const use = { template: "{class}", control: "none" } as const;
    const settings = { ...words, projectionSeed: 1, tokens: use, head: { ...use, share: 0.5 } };
    expect(textsNeeded(settings, ["a", "b"]).texts).toEqual(["a", "b"]);
    expect(textsNeeded(undefined, ["a"])).toEqual({ texts: [], problems: [] });
  });
});
