// The form that asks what a backbone's files do not say: which answer stands, where it comes from, what is still open. Pure: knows
// inspections and presets, no screen. Nothing is answered but by the files, by a preset a person chose, or by the person.
import type { ImportFact, ImportFacts, ModelOutput } from "../domain/model-import.ts";
import { type ModelPreset, modelPresets } from "../domain/model-presets.ts";
import {
  channels,
  factOf,
  type ImportField,
  type Inspected,
  importFields,
  isChannel,
  textOfFile,
  textOfPreset,
} from "./import-fields.ts";
import { parseField } from "./import-parse.ts";
import { normalisationKinds, normalisationWords } from "./normalisations.ts";
import { numberTyped } from "./typed-number.ts";

/** `reopened`: fields the files answer and the person wants to answer otherwise. */
export type ImportForm = Readonly<{
  preset: string | null;
  /** What the list these files were downloaded from says of them; null: they were given. */
  listed: Listed | null;
  typed: Readonly<Partial<Record<ImportField, string>>>;
  reopened: readonly ImportField[];
  /** Every answer that was missing since these files were given: an answered one stays in the form. */
  asked: readonly ImportFact[];
  /** Side of the image as the files state it, before anybody answered otherwise. */
  statedPixels: number | null;
}>;

export const emptyForm: ImportForm = {
  preset: null,
  listed: null,
  typed: {},
  reopened: [],
  asked: [],
  statedPixels: null,
};

export type Listed = Readonly<{
  answers: Readonly<Partial<Record<ImportField, string>>>;
  width: number;
  patchPixels: number;
}>;

/** Files of other sizes are not what the list means: its normalisation is no answer about them. */
export function unlike({ listed }: ImportForm, { inspection: { facts } }: Inspected): boolean {
  if (!listed || facts.depth === undefined) return false;
  return facts.width !== listed.width || (facts.patchPixels ?? listed.patchPixels) !== listed.patchPixels;
}

/** Remembers what the inspection asks for. */
export function withInspection(form: ImportForm, { inspection, answers }: Inspected): ImportForm {
  const asked = [...new Set([...form.asked, ...inspection.missing])];
  const stated = answers.imagePixels === undefined ? inspection.facts.imagePixels : undefined;
  return { ...form, asked, statedPixels: stated ?? form.statedPixels };
}

export const withTyped = (form: ImportForm, field: ImportField, text: string): ImportForm => ({
  ...form,
  typed: { ...form.typed, [field]: text },
});

/** The person's own answer to `field` is withdrawn: the preset's or the files' stands again. */
function withoutTyped(form: ImportForm, field: ImportField): ImportForm {
  const { [field]: _own, ...typed } = form.typed;
  return { ...form, typed };
}

/**
 * The chosen preset's answer to `field` stands: of itself, where the person's was all that stood before it; where the files answer
 * otherwise the person says the preset's against them.
 */
export function withPresets(form: ImportForm, inspected: Inspected, field: ImportField): ImportForm {
  const preset = presetOf(form, inspected);
  if (!preset) return form;
  const custom = field === "normalisation" && textOfPreset(preset, field) === "custom";
  // Numbers of a normalisation that has a name are not its answer.
  const withdrawn = field === "normalisation" ? [field, ...channels] : [field];
  const answered = custom ? withdrawn : [field];
  const without = withdrawn.reduce(withoutTyped, form);
  return answered.reduce((now, one) => {
    const known = textOfPreset(preset, one);
    return known === null || textOf(without, inspected, one)[1] === "preset" ? now : withTyped(now, one, known);
  }, without);
}

export type Origin = "file" | "preset" | "list" | "you";

/** A field as it stands. `problem`: why its text is no answer; null where it is one, or empty. */
export type FieldState = Readonly<{
  field: ImportField;
  text: string;
  origin: Origin | null;
  problem: string | null;
  optional: boolean;
  /** What the chosen preset says, where the person or the files say otherwise; of a normalisation without a name its numbers. */
  presetSays: string | null;
}>;

/** The preset a person chose, as long as the files fit it. */
export function presetOf(form: ImportForm, { inspection }: Inspected): ModelPreset | null {
  const fits = form.preset !== null && inspection.presets.includes(form.preset);
  return (fits && modelPresets.find(({ id }) => id === form.preset)) || null;
}

/** The text that stands in a field and who answered: the person, else the preset, else the list, else the files. */
function textOf(
  form: ImportForm,
  inspected: Inspected,
  field: ImportField,
): readonly [text: string, origin: Origin | null] {
  const typed = form.typed[field];
  if (typed !== undefined) return [typed, typed.trim() === "" && field !== "prefix" ? null : "you"];
  const preset = presetOf(form, inspected);
  const stated = textOfFile(inspected, form.statedPixels, field);
  const known = preset && textOfPreset(preset, field);
  // What the files state is not overruled by what is known of others like them; a size of image and a name are choices.
  const presetFirst = stated === null || field === "imagePixels" || field === "name";
  if (known !== null && presetFirst) return [known, "preset"];
  const listed = unlike(form, inspected) && factOf(field) === "normalisation" ? undefined : form.listed?.answers[field];
  if (listed !== undefined && presetFirst) return [listed, "list"];
  return stated === null ? ["", null] : [stated, "file"];
}

export function fieldState(form: ImportForm, inspected: Inspected, field: ImportField): FieldState {
  const preset = presetOf(form, inspected);
  const [text, origin] = textOf(form, inspected, field);
  const parsed =
    origin === null ? null : parseField(field, text, inspected, (other) => textOf(form, inspected, other)[0]);
  const answered = (other: ImportField): string | null => {
    const [answer, by] = textOf(form, inspected, other);
    return by === null ? null : answer;
  };
  const otherwise = preset && origin !== "preset" && differs(preset, field, answered);
  return {
    field,
    text,
    origin,
    problem: parsed && "problem" in parsed ? parsed.problem : null,
    optional: field === "licenceText",
    presetSays: otherwise && field !== "name" ? saidByPreset(preset, field) : null,
  };
}

/** As numbers where both are: "1e-6" is "0.000001". */
function sameAnswer(a: string, b: string): boolean {
  return a.trim() === b.trim() || (b.trim() !== "" && Number(a) === Number(b.trim().replace(",", ".")));
}

/** Whether the preset answers `field`, and otherwise than it is answered. @param textAt how a field is answered; null: not at all */
function differs(preset: ModelPreset, field: ImportField, textAt: (field: ImportField) => string | null): boolean {
  const [known, text] = [textOfPreset(preset, field), textAt(field)];
  if (known === null || text === null) return false;
  if (field !== "normalisation" || text !== "custom") return !sameAnswer(known, text);
  // One word for all those without a name: they are compared number by number, as far as there are any.
  return channels.some((channel) => {
    const number = textAt(channel);
    return number === null ? known !== "custom" : !sameAnswer(textOfPreset(preset, channel) ?? "", number);
  });
}

/** The preset's answer as it is told. */
function saidByPreset(preset: ModelPreset, field: ImportField): string | null {
  const known = textOfPreset(preset, field);
  return field === "normalisation" && known === "custom" ? normalisationWords(preset.normalisation) : known;
}

/** Where the files state something else than the chosen preset, without being asked. The files are believed. */
export function overruled(
  form: ImportForm,
  inspected: Inspected,
): readonly Readonly<{ field: ImportField; file: string; preset: string }>[] {
  const preset = presetOf(form, inspected);
  const shown = new Set(shownFields(form, inspected).map(({ field }) => field));
  return importFields.flatMap((field) => {
    if (!preset || isChannel(field) || shown.has(field) || !matters(form, inspected, field)) return [];
    const statedAt = (other: ImportField): string | null => textOfFile(inspected, form.statedPixels, other);
    const [stated, known] = [statedAt(field), saidByPreset(preset, field)];
    if (stated === null || known === null || !differs(preset, field, statedAt)) return [];
    const { normalisation } = inspected.inspection;
    const numbers = field === "normalisation" && stated === "custom" && normalisation;
    return [{ field, file: numbers ? normalisationWords(numbers) : stated, preset: known }];
  });
}

/** The output features are read from; null while several are there and none is chosen. */
function chosenOutput(form: ImportForm, { inspection }: Inspected): ModelOutput | null {
  const { outputs } = inspection;
  return outputs.length === 1 ? (outputs[0] ?? null) : (outputs.find(({ name }) => name === form.typed.output) ?? null);
}

/** Whether an answer to `field` could matter, given the other answers. */
function matters(form: ImportForm, inspected: Inspected, field: ImportField): boolean {
  const { container } = inspected.inspection;
  const text = (other: ImportField): string => fieldState(form, inspected, other).text;
  const checkpoint = container === "safetensors";
  const tokens = chosenOutput(form, inspected)?.kind === "tokens";
  switch (field) {
    case "prefix":
    case "heads":
    case "layerNormEps":
    case "activation":
      return checkpoint;
    case "positionResample": {
      const resized = form.statedPixels !== null && text("imagePixels").trim() !== String(form.statedPixels);
      const { inspection, answers } = inspected;
      return checkpoint && (resized || inspection.missing.includes(field) || answers.positionResample !== undefined);
    }
    case "output":
      return inspected.inspection.outputs.length > 1;
    case "readout":
      return checkpoint || tokens;
    case "prefixTokens":
      return tokens;
    case "classToken":
      // One token before the patches is it; of how many it is one must be known first.
      return tokens && text("readout") !== "mean" && Number(text("prefixTokens")) > 1;
    default:
      return true;
  }
}

/** The fields to show, in order: what the files leave open, what was answered, and what the person reopened. */
export function shownFields(form: ImportForm, inspected: Inspected): readonly FieldState[] {
  const { inspection } = inspected;
  const states = new Map(importFields.map((field) => [field, fieldState(form, inspected, field)]));
  const custom = states.get("normalisation")?.text === "custom";
  return importFields.flatMap((field) => {
    const state = states.get(field);
    if (!state || !matters(form, inspected, field)) return [];
    return open(field) && (custom || !isChannel(field)) ? [state] : [];
  });

  function open(field: ImportField): boolean {
    if (field === "name" || field === "mpp" || field.startsWith("licence")) return true;
    if (form.reopened.includes(field)) return true;
    if (factOf(field) === "normalisation") {
      return inspection.normalisation === null || form.reopened.includes("normalisation");
    }
    // Positions of a checkpoint can be made those of another size; a person may want the usual one.
    if (field === "imagePixels" && inspection.container === "safetensors" && form.statedPixels !== null) return true;
    return form.asked.includes(field as ImportFact) || inspection.missing.includes(field as ImportFact);
  }
}

/** What keeps the form from being complete: empty or wrong. */
export function openFields(form: ImportForm, inspected: Inspected): readonly FieldState[] {
  return shownFields(form, inspected).filter(
    ({ origin, problem, optional }) => problem !== null || (origin === null && !optional),
  );
}

/** The answers of person and preset as far as they stand; what the files state themselves is left to the files. */
export function answersOf(form: ImportForm, inspected: Inspected): ImportFacts {
  const shown = new Map(shownFields(form, inspected).map((state) => [state.field, state]));
  let facts: ImportFacts = {};
  for (const { field, text, origin, problem } of shown.values()) {
    if (origin === null || problem !== null || (origin === "file" && field !== "name")) continue;
    const parsed = parseField(field, text, inspected, (other) => textOf(form, inspected, other)[0]);
    if ("facts" in parsed) facts = { ...facts, ...parsed.facts };
  }
  const preset = presetOf(form, inspected);
  return { ...facts, ...normalisation(shown), ...licence(shown), ...(preset ? { preset: preset.id } : {}) };
}

type Shown = ReadonlyMap<ImportField, FieldState>;

function normalisation(shown: Shown): ImportFacts {
  const kind = shown.get("normalisation");
  if (!kind || kind.origin === null) return {};
  // As the files state it, number for number: left to the files.
  const own = kind.origin !== "file" || channels.some((channel) => shown.get(channel)?.origin === "you");
  if (!own) return {};
  const known = normalisationKinds.find(({ id }) => id === kind.text)?.value;
  if (known) return { normalisation: known };
  const values = channels.map((channel) => {
    const state = shown.get(channel);
    const typed =
      state && state.origin !== null ? numberTyped(state.text, { min: -10, max: 10, integer: false }) : null;
    return state?.problem === null && typed?.kind === "number" ? typed.value : null;
  });
  const [r, g, b, sr, sg, sb] = values;
  const complete = r != null && g != null && b != null && sr != null && sg != null && sb != null;
  return complete ? { normalisation: { mean: [r, g, b], std: [sr, sg, sb] } } : {};
}

function licence(shown: Shown): ImportFacts {
  const text = (field: ImportField): string => {
    const state = shown.get(field);
    return state && state.problem === null ? state.text.trim() : "";
  };
  const [id, source] = [text("licenceId"), text("licenceSource")];
  return id === "" || source === "" ? {} : { licence: { id, source, text: text("licenceText") } };
}
