// The form for a backbone: which answers come from files, preset and person, what stays open, and how numbers are typed.
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import type { ImportFact, ImportFacts, ModelInspection } from "../../src/domain/model-import.ts";
import { type ModelPreset, modelPresets } from "../../src/domain/model-presets.ts";
import type { ImportField } from "../../src/state/import-fields.ts";
import {
  answersOf,
  emptyForm,
  fieldState,
  type ImportForm,
  openFields,
  overruled,
  shownFields,
  withInspection,
  withPresets,
  withTyped,
} from "../../src/state/import-form.ts";
import { numberTyped } from "../../src/state/typed-number.ts";

const always: readonly ImportFact[] = ["normalisation", "mpp", "licence"];

const checkpoint: ModelInspection = {
  container: "safetensors",
  name: "model",
  bytes: 1000,
  facts: { imagePixels: 224, patchPixels: 16, width: 384, depth: 12 },
  normalisation: null,
  outputs: [],
  missing: ["heads", "layerNormEps", "readout", "activation", ...always],
  presets: ["kaiko-vits16"],
  refusal: null,
  notes: [],
};

const preset = (id: string): ModelPreset =>
  present(
    modelPresets.find((one) => one.id === id),
    id,
  );

/** As the engine would: what is answered is no longer missing. */
function answered(inspection: ModelInspection, answers: ImportFacts) {
  return {
    inspection: { ...inspection, missing: inspection.missing.filter((fact) => answers[fact] === undefined) },
    answers,
  };
}

/** The form with these files, inspected again after every answer, as the dialog does it. */
function filled(inspection: ModelInspection, typed: Readonly<Partial<Record<ImportField, string>>>, chosen?: string) {
  let inspected = answered(inspection, {});
  let form: ImportForm = withInspection({ ...emptyForm, preset: chosen ?? null }, inspected);
  const ask = (): void => {
    inspected = answered(inspection, answersOf(form, inspected));
    form = withInspection(form, inspected);
  };
  ask();
  for (const [field, text] of Object.entries(typed)) {
    form = withTyped(form, field as ImportField, text);
    ask();
  }
  return { form, inspected, open: openFields(form, inspected).map(({ field }) => field) };
}

describe("nothing is guessed", () => {
  test("fields that the files leave open are empty until a person or a preset fills them", () => {
    const { form, inspected, open } = filled(checkpoint, {});
    expect(open).toEqual([
      "mpp",
      "normalisation",
      "readout",
      "heads",
      "layerNormEps",
      "activation",
      "licenceId",
      "licenceSource",
    ]);
    expect(answersOf(form, inspected)).toEqual({ name: "model" });
    const origins = shownFields(form, inspected).flatMap(({ field, origin }) => (origin ? [`${field} ${origin}`] : []));
    expect(origins).toEqual(["name file", "imagePixels file"]);
  });

  test("a preset that fits is not applied before it is chosen, and one that does not fit is not applied at all", () => {
    expect(filled(checkpoint, {}).open).toContain("heads");
    expect(filled(checkpoint, {}, "uni").open).toContain("heads");
    expect(filled(checkpoint, {}, "kaiko-vits16").open).toEqual(["mpp"]);
  });

  test.each(modelPresets.map(({ id }) => id))("%s answers everything but the scale, which a person states", (id) => {
    const { architecture, storedImagePixels, normalisation, licence, name, positionResample } = preset(id);
    const resized = storedImagePixels !== architecture.imagePixels;
    const inspection: ModelInspection = {
      ...checkpoint,
      facts: { ...architecture, imagePixels: storedImagePixels },
      missing: resized ? [...checkpoint.missing, "positionResample"] : checkpoint.missing,
      presets: [id],
    };
    const stated = { ...inspection, facts: { imagePixels: storedImagePixels, patchPixels: architecture.patchPixels } };
    const { form, inspected, open } = filled(stated, {}, id);
    expect(open).toEqual(["mpp"]);
    const complete = answersOf(withTyped(form, "mpp", "0.5"), inspected);
    expect(complete).toEqual({
      name,
      preset: id,
      mpp: 0.5,
      normalisation,
      licence,
      imagePixels: architecture.imagePixels,
      readout: architecture.readout,
      heads: architecture.heads,
      layerNormEps: architecture.layerNormEps,
      activation: architecture.activation,
      ...(resized ? { positionResample } : {}),
    });
  });
});

describe("where an answer comes from", () => {
  test("a person's answer stands before the preset's, which is still told and can be taken back", () => {
    const { form, inspected } = filled(checkpoint, { layerNormEps: "1e-5" }, "kaiko-vits16");
    expect(fieldState(form, inspected, "layerNormEps")).toMatchObject({
      text: "1e-5",
      origin: "you",
      presetSays: "1e-6",
    });
    const back = withPresets(form, inspected, "layerNormEps");
    expect(fieldState(back, inspected, "layerNormEps")).toMatchObject({ origin: "preset", presetSays: null });
  });

  test("the same number written otherwise is no difference", () => {
    const { form, inspected } = filled(checkpoint, { layerNormEps: "0,000001" }, "kaiko-vits16");
    expect(fieldState(form, inspected, "layerNormEps")).toMatchObject({ origin: "you", presetSays: null });
  });

  test("an emptied field is open again, whatever the preset says", () => {
    const { form, inspected, open } = filled(checkpoint, { heads: "" }, "kaiko-vits16");
    expect(open).toEqual(["mpp", "heads"]);
    expect(answersOf(form, inspected).heads).toBeUndefined();
  });

  test("what the files state is not asked, and is believed before the preset, which is told", () => {
    const facts = { ...checkpoint.facts, heads: 6, layerNormEps: 1e-12 };
    const missing: readonly ImportFact[] = ["readout", "activation", ...always];
    const { form, inspected } = filled({ ...checkpoint, facts, missing }, {}, "kaiko-vits16");
    expect(shownFields(form, inspected).map(({ field }) => field)).not.toContain("layerNormEps");
    expect(overruled(form, inspected)).toEqual([{ field: "layerNormEps", file: "1e-12", preset: "1e-6" }]);
    expect(answersOf(form, inspected).layerNormEps).toBeUndefined();
  });

  test("a normalisation in the files is left to them, until it is reopened and answered otherwise", () => {
    const stated = { mean: [0.7, 0.6, 0.7], std: [0.2, 0.2, 0.2] } as const;
    const { form, inspected } = filled({ ...checkpoint, normalisation: stated }, {});
    expect(shownFields(form, inspected).map(({ field }) => field)).not.toContain("normalisation");
    const reopened: ImportForm = { ...form, reopened: ["normalisation"] };
    expect(fieldState(reopened, inspected, "normalisation")).toMatchObject({ text: "custom", origin: "file" });
    expect(answersOf(reopened, inspected).normalisation).toBeUndefined();
    const changed = withTyped(reopened, "stdB", "0,25");
    expect(answersOf(changed, inspected).normalisation).toEqual({ mean: [0.7, 0.6, 0.7], std: [0.2, 0.2, 0.25] });
    const chosen = withTyped(reopened, "normalisation", "half");
    expect(answersOf(chosen, inspected).normalisation).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
  });
});

describe("the preset's answer where the files answer otherwise", () => {
  // As the preprocessor_config.json of histai/hibou-b states it; it has no name here.
  const printed = { mean: [0.7068, 0.5755, 0.722], std: [0.195, 0.2316, 0.1816] } as const;
  const unnamed = present(
    modelPresets.find(({ normalisation }) => JSON.stringify(normalisation) === JSON.stringify(printed)),
    "preset with these numbers",
  );
  const other = { mean: [0.7, 0.6, 0.7], std: [0.2, 0.2, 0.2] } as const;
  const reopened = (inspection: ModelInspection, id: string, ...fields: readonly ImportField[]) => {
    const { form, inspected } = filled({ ...inspection, presets: [id] }, {}, id);
    return { form: { ...form, reopened: fields }, inspected };
  };

  test("is used when the person says so", () => {
    const missing: readonly ImportFact[] = ["heads", "readout", "activation", ...always];
    const stated = { ...checkpoint, facts: { ...checkpoint.facts, layerNormEps: 1e-12 }, missing };
    const { form, inspected } = reopened(stated, "kaiko-vits16", "layerNormEps");
    expect(fieldState(form, inspected, "layerNormEps")).toMatchObject({ text: "1e-12", presetSays: "1e-6" });
    const used = withPresets(form, inspected, "layerNormEps");
    expect(fieldState(used, inspected, "layerNormEps")).toMatchObject({ text: "1e-6", presetSays: null });
    expect(answersOf(used, inspected).layerNormEps).toBe(1e-6);
  });

  test("of a normalisation without a name is six numbers", () => {
    const { form, inspected } = reopened({ ...checkpoint, normalisation: other }, unnamed.id, "normalisation");
    const typed = withTyped(form, "stdB", "0.3");
    const used = withPresets(typed, inspected, "normalisation");
    expect(answersOf(used, inspected).normalisation).toEqual(printed);
    expect(fieldState(used, inspected, "normalisation").presetSays).toBeNull();
  });

  test("of a normalisation with a name leaves no number typed before", () => {
    const { form, inspected } = reopened({ ...checkpoint, normalisation: other }, "kaiko-vits16", "normalisation");
    const used = withPresets(withTyped(form, "stdB", "0.3"), inspected, "normalisation");
    expect(answersOf(used, inspected).normalisation).toEqual(preset("kaiko-vits16").normalisation);
    expect(used.typed.stdB).toBeUndefined();
  });

  test("of two normalisations without a name is told where a number differs, and only there", () => {
    const words = "mean 0.7068, 0.5755, 0.722; std 0.195, 0.2316, 0.1816";
    const differing = reopened({ ...checkpoint, normalisation: other }, unnamed.id);
    expect(overruled(differing.form, differing.inspected)).toEqual([
      { field: "normalisation", file: "mean 0.7, 0.6, 0.7; std 0.2, 0.2, 0.2", preset: words },
    ]);
    const again: ImportForm = { ...differing.form, reopened: ["normalisation"] };
    expect(fieldState(again, differing.inspected, "normalisation").presetSays).toBe(words);
    const same = reopened({ ...checkpoint, normalisation: printed }, unnamed.id);
    expect(overruled(same.form, same.inspected)).toEqual([]);
  });
});

describe("what is asked follows the answers", () => {
  const onnx: ModelInspection = {
    ...checkpoint,
    container: "onnx",
    facts: { depth: 12, width: 384, imagePixels: 224 },
    outputs: [
      { name: "last_hidden_state", kind: "tokens", shape: "[B, 197, 384]" },
      { name: "pooler_output", kind: "features", shape: "[B, 384]" },
    ],
    missing: ["output", "readout", "prefixTokens", "classToken", ...always],
    presets: [],
  };
  const names = (typed: Readonly<Partial<Record<ImportField, string>>>): readonly string[] => {
    const { form, inspected } = filled(onnx, typed);
    return shownFields(form, inspected)
      .map(({ field }) => field)
      .filter((field) => ["output", "readout", "prefixTokens", "classToken"].includes(field));
  };

  test("tokens need a read-out, an output of features does not, also after tokens were chosen before", () => {
    expect(names({})).toEqual(["output"]);
    expect(names({ output: "last_hidden_state" })).toEqual(["output", "prefixTokens", "readout"]);
    const typed = { output: "last_hidden_state", readout: "cls", prefixTokens: "5" };
    const { form, inspected } = filled(onnx, typed);
    const other = withTyped(form, "output", "pooler_output");
    expect(answersOf(other, inspected)).toEqual({ name: "model", output: "pooler_output" });
  });

  test("the class token's place is asked where it could be another, and not for a mean", () => {
    const tokens = { output: "last_hidden_state" };
    expect(names({ ...tokens, readout: "cls", prefixTokens: "5" })).toContain("classToken");
    expect(names({ ...tokens, readout: "cls", prefixTokens: "1" })).not.toContain("classToken");
    expect(names({ ...tokens, readout: "mean", prefixTokens: "5" })).not.toContain("classToken");
  });

  test("answers that exclude each other are said", () => {
    const problem = (field: ImportField, typed: Readonly<Partial<Record<ImportField, string>>>) => {
      const { form, inspected } = filled(onnx, typed);
      return fieldState(form, inspected, field).problem;
    };
    const tokens = { output: "last_hidden_state", readout: "cls" };
    expect(problem("prefixTokens", { ...tokens, prefixTokens: "0" })).toContain("at least 1");
    expect(problem("prefixTokens", { ...tokens, readout: "mean", prefixTokens: "0" })).toBeNull();
    expect(problem("classToken", { ...tokens, prefixTokens: "2", classToken: "2" })).toContain("2 tokens");
    const wrong = filled(checkpoint, { heads: "7", imagePixels: "225" });
    expect(fieldState(wrong.form, wrong.inspected, "heads").problem).toContain("384");
    expect(fieldState(wrong.form, wrong.inspected, "imagePixels").problem).toContain("16 px");
    expect(wrong.open).toEqual(expect.arrayContaining(["heads", "imagePixels"]));
    expect(answersOf(wrong.form, wrong.inspected).heads).toBeUndefined();
  });

  test("another image side than the stored one needs a rule for the positions; the stored one does not", () => {
    const large: ModelInspection = {
      ...checkpoint,
      facts: { ...checkpoint.facts, imagePixels: 512 },
    };
    const shown = (typed: Readonly<Partial<Record<ImportField, string>>>) => {
      const { form, inspected } = filled(large, typed);
      return shownFields(form, inspected).map(({ field }) => field);
    };
    expect(shown({})).not.toContain("positionResample");
    // The engine then misses it.
    const { form, inspected } = filled(
      { ...large, missing: [...large.missing, "positionResample"] },
      { imagePixels: "224" },
    );
    expect(shownFields(form, inspected).map(({ field }) => field)).toContain("positionResample");
  });

  test("of several networks in a file the one without a prefix is an answer too", () => {
    const several: ModelInspection = { ...checkpoint, missing: ["prefix", ...always], prefixes: ["", "teacher."] };
    expect(filled(several, {}).open).toContain("prefix");
    const { form, inspected, open } = filled(several, { prefix: "" });
    expect(open).not.toContain("prefix");
    expect(answersOf(form, inspected).prefix).toBe("");
  });

  test("a licence is an answer once it has a name and a source; its terms are optional", () => {
    const { form, inspected } = filled(checkpoint, { licenceId: " MIT " });
    expect(answersOf(form, inspected).licence).toBeUndefined();
    expect(answersOf(withTyped(form, "licenceSource", "our lab"), inspected).licence).toEqual({
      id: "MIT",
      source: "our lab",
      text: "",
    });
  });
});

describe("a number as it is typed", () => {
  const read = (text: string, integer = false) => {
    const typed = numberTyped(text, { min: 0.001, max: 5000, integer });
    return typed.kind === "number" ? typed.value : typed.problem;
  };
  test("has a point or a comma, and may have an exponent", () => {
    expect(["0.25", "0,25", " .5 ", "1e-2", "12,5", "2.000"].map((text) => read(text))).toEqual([
      0.25, 0.25, 0.5, 0.01, 12.5, 2,
    ]);
  });
  test("is refused where it could mean two, has a unit, or lies outside", () => {
    expect(read("1,024")).toBe("Write 1.024 or 1024.");
    expect(read("0,485")).toBe(0.485);
    for (const text of ["0.5 µm", "1 000", "", "NaN", "Infinity", "1e999", "0x10", "-1", "6000"]) {
      expect(read(text)).toBe("A number from 0.001 to 5000.");
    }
    expect(read("2.5", true)).toBe("A whole number from 0.001 to 5000.");
  });
});
