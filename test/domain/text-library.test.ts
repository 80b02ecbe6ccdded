// The shipped library of encoded texts: it says what the encoder says, and a file that is no such library is refused.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { fillTemplate } from "../../src/domain/prompt-kinds.ts";
import { serializeSafetensors } from "../../src/domain/safetensors.ts";
import { parseTextLibrary } from "../../src/domain/text-library.ts";

const root = join(import.meta.dirname, "..", "..");
const bytes = new Uint8Array(readFileSync(join(root, "public", "texts", "all-MiniLM-L6-v2.safetensors")));
const cases = JSON.parse(
  readFileSync(join(root, "test", "fixtures", "text-library", "cosines.json"), "utf8"),
) as readonly Readonly<{ texts: readonly [string, string]; cosine: number }>[];

describe("the library of texts", () => {
  const library = parseTextLibrary(bytes);

  test.each(cases)("has vectors as near to each other as PyTorch says: $texts", ({ texts, cosine }) => {
    const [a, b] = texts.map((text) => present(library.find(text), text));
    expect(Math.hypot(...a!)).toBeCloseTo(1, 6);
    expect(a!.reduce((sum, x, i) => sum + x * b![i]!, 0)).toBeCloseTo(cosine, 3);
  });

  test("is small, and knows every template of its own for a common class, organ and stain", () => {
    expect(bytes.length).toBeLessThan(400_000);
    const words = { task: "tumour grading", organ: "Colon", stain: "H&E" };
    for (const { template } of library.templates) {
      for (const text of fillTemplate(template, words, ["Stroma", "Necrosis"]).texts) {
        expect(library.find(text), text).toHaveLength(384);
      }
    }
    expect(library.find("a text nobody thought of")).toBeNull();
  });
});

describe("a file that is no library of texts", () => {
  const file = (change: Readonly<Record<string, string>>, shape = [1, 2]): Uint8Array =>
    serializeSafetensors(
      [{ name: "vectors", dtype: "F32", shape, data: new Float32Array(shape[0]! * shape[1]!).fill(1) }],
      {
        format: "pathotune-texts/1",
        encoder: "e",
        case: "lower",
        texts: '["a"]',
        templates: "[]",
        ...change,
      },
    );
  test("is refused with its reason", () => {
    expect(parseTextLibrary(file({})).size).toBe(1);
    expect(() => parseTextLibrary(file({ format: "x" }))).toThrow(/format is not/);
    expect(() => parseTextLibrary(file({ texts: "[" }))).toThrow(/no JSON/);
    expect(() => parseTextLibrary(file({ texts: '["a","b"]' }))).toThrow(/one vector for each text/);
    expect(() => parseTextLibrary(file({ case: "mixed" }))).toThrow(/library\.case must be "lower"/);
    expect(() => parseTextLibrary(bytes.subarray(0, 5000))).toThrow(/damaged/);
  });
});
