// What is kept of a backbone of one's own comes back as it was, or not at all.
import { describe, expect, test } from "vitest";
import { isFault } from "../../src/base/fault.ts";
import { parseKeptModel, storedKeptModel } from "../../src/domain/kept-model.ts";
import { keptModel } from "../support/kept-model.ts";

const stored = (): Record<string, unknown> =>
  structuredClone(storedKeptModel(keptModel("a"))) as Record<string, unknown>;

describe("a kept backbone", () => {
  test("comes back with every answer", () => {
    expect(parseKeptModel(stored())).toEqual(keptModel("a"));
  });

  test("with no answers beyond those it cannot do without, too", () => {
    const { licence } = keptModel("a");
    const few = { ...keptModel("a"), facts: { licence } };
    expect(parseKeptModel(structuredClone(storedKeptModel(few)))).toEqual(few);
  });

  test.each<[string, (record: Record<string, unknown>) => void]>([
    ["of a later version", (record) => Object.assign(record, { format: "pathotune-backbone/2" })],
    ["without a digest", (record) => delete record.weightsDigest],
    ["with a scale that is none", (record) => Object.assign(record.facts as object, { mpp: 0 })],
    [
      "with a std of zero",
      (record) => Object.assign(record.facts as object, { normalisation: { mean: [0, 0, 0], std: [0, 1, 1] } }),
    ],
    ["with a read-out nobody knows", (record) => Object.assign(record.facts as object, { readout: "max" })],
    ["without files", (record) => Object.assign(record, { files: [] })],
    [
      "whose licence has no source",
      (record) => Object.assign(record, { licence: { id: "MIT", text: "", source: "" } }),
    ],
  ])("%s is refused", (_, damage) => {
    const record = stored();
    damage(record);
    expect(() => parseKeptModel(record)).toThrow(expect.objectContaining({ kind: "damaged" }));
  });

  test("every problem is named at once", () => {
    try {
      parseKeptModel({ format: "pathotune-backbone/1", id: 7 });
    } catch (error) {
      const problems = isFault(error, "damaged") ? error.detail.problems : [];
      expect(problems).toEqual(
        expect.arrayContaining([expect.stringContaining("backbone.id"), expect.stringContaining("backbone.files")]),
      );
    }
    expect.assertions(1);
  });
});
