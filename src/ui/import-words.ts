// What the form for a backbone calls its questions, and what each answer means, in words for somebody who did not train it. Pure.
import type { ImportFact } from "../domain/model-import.ts";
import type { StatedFacts } from "../domain/parse-model-config.ts";
import { type ImportField, numberText } from "../state/import-fields.ts";
import { normalisationKinds } from "../state/normalisations.ts";
import { many, type Plain, say } from "../words/say.ts";

export const fieldLabels: Readonly<Record<ImportField, Plain>> = {
  name: "Name",
  prefix: "Which network in the file",
  imagePixels: "Image side in px",
  positionResample: "Positions for another image side",
  output: "Output that features are read from",
  readout: "Read-out: how tokens become features",
  prefixTokens: "Tokens before the patches",
  classToken: "Which of them is the class token",
  normalisation: "Normalisation of colours",
  meanR: "Mean, red",
  meanG: "Mean, green",
  meanB: "Mean, blue",
  stdR: "Std, red",
  stdG: "Std, green",
  stdB: "Std, blue",
  mpp: "µm per pixel of its images",
  heads: "Attention heads",
  layerNormEps: "Epsilon of the layer norms",
  activation: "Activation of the MLP",
  licenceId: "Licence",
  licenceSource: "Source",
  licenceText: "Terms, as far as you want them kept",
};

/** Shown below a field; a preset's words about scale replace those about um/px. */
export const fieldHints: Readonly<Partial<Record<ImportField, Plain>>> = {
  prefix: "The file holds several; training often keeps a student and a teacher.",
  imagePixels: "Most published backbones use 224. Larger sides take much longer.",
  positionResample: "Libraries differ in the third digit. Take the one it was used with.",
  prefixTokens: "Class token and registers, where there are any: 1 for most, 5 with four registers.",
  normalisation: "As in its training. With another one it answers wrongly without any sign of it.",
  mpp: "The scale it was trained at: 0.25 is 40×, 0.5 is 20×, 1 is 10×. A wrong scale gives wrong answers without any sign of it.",
  heads: "Not visible in the weights: 6 for small, 12 for base, 16 for large models.",
  layerNormEps: "1e-6 in timm and DINOv2, 1e-12 in the original Hugging Face ViT.",
  licenceId: "For example Apache-2.0 or CC-BY-NC-4.0. Kept and shown with the backbone.",
  licenceSource: "Where it comes from: an address, a paper, a person.",
};

export type Choice = Readonly<{ value: string; label: string; description?: string }>;

type Offered = Readonly<{ value: string; label: Plain; description?: Plain }>;

const fieldChoices: Readonly<Partial<Record<ImportField, readonly Offered[]>>> = {
  readout: [
    {
      value: "cls",
      label: "Class token",
      description: "The network's own summary of the image, as most are trained.",
    },
    {
      value: "mean",
      label: "Mean of the patches",
      description: "Every part of the image counts alike, whatever the network thinks of it.",
    },
    {
      value: "cls+mean",
      label: "Both, side by side",
      description: "Twice as many features; common for DINOv2-like networks.",
    },
  ],
  normalisation: normalisationKinds.map(({ id, words }) => ({ value: id, label: words })),
  activation: [
    { value: "gelu", label: "GELU, exact" },
    { value: "gelu-tanh", label: "GELU, by tanh" },
    { value: "quick-gelu", label: "Quick GELU (CLIP)" },
    { value: "silu", label: "SiLU (gated MLP)" },
  ],
  positionResample: [
    { value: "bicubic-antialias", label: "Bicubic with antialias (timm; DINOv2 with registers)" },
    { value: "bicubic", label: "Bicubic (Hugging Face transformers)" },
    { value: "bicubic-offset", label: "Bicubic with offset (DINOv2's own code)" },
  ],
};

/** What may be answered where the files do not decide that; null: anything. */
export const choicesOf = (field: ImportField): readonly Choice[] | null =>
  fieldChoices[field]?.map(({ value, label, description }) => ({
    value,
    label: say(label),
    ...(description !== undefined && { description: say(description) }),
  })) ?? null;

/** An answer as it is shown: "Class token" for "cls". */
export const answerWords = (field: ImportField, text: string): string =>
  choicesOf(field)?.find(({ value }) => value === text)?.label ?? text;

/** "1st of 2" ... for a place that is stored from 0. */
export function placesWords(count: number): readonly Choice[] {
  const ordinals: readonly Plain[] = ["1st", "2nd", "3rd"];
  return Array.from({ length: count }, (_, i) => ({
    value: String(i),
    label: say("{ordinal} of {count}", { ordinal: ordinals[i] ? say(ordinals[i]) : say("{n}th", { n: i + 1 }), count }),
  }));
}

/** "Add the licence", for a button that cannot be pressed yet. */
export const openWords = (fields: readonly ImportField[]): string => {
  const names = [...new Set(fields.map((field) => say(short[field])))];
  return say("Still open: {names}.", { names: names.join(", ") });
};

const short: Readonly<Record<ImportField, Plain>> = {
  name: "name",
  prefix: "which network",
  imagePixels: "image side",
  positionResample: "positions",
  output: "output",
  readout: "read-out",
  prefixTokens: "tokens before the patches",
  classToken: "class token",
  normalisation: "normalisation",
  meanR: "mean",
  meanG: "mean",
  meanB: "mean",
  stdR: "std",
  stdG: "std",
  stdB: "std",
  mpp: "µm/px",
  heads: "heads",
  layerNormEps: "epsilon",
  activation: "activation",
  licenceId: "licence",
  licenceSource: "source",
  licenceText: "terms",
};

/** What the files say, as rows of a list. Answers given in the form are not among them. */
export function statedWords(
  facts: StatedFacts,
  asked: ReadonlySet<ImportFact>,
): readonly (readonly [what: string, words: string, field: ImportField | null])[] {
  const rows: (readonly [string, string, ImportField | null])[] = [];
  const { depth, width, patchPixels, mlpWidth, heads, registers = 0, prefixTokens, pretextToken } = facts;
  if (depth !== undefined)
    rows.push([say("Blocks"), `${depth}${width === undefined ? "" : say(", {width} wide", { width })}`, null]);
  if (heads !== undefined && !asked.has("heads")) rows.push([say("Heads"), String(heads), null]);
  if (patchPixels !== undefined) rows.push([say("Patch"), `${patchPixels} px`, null]);
  if (mlpWidth !== undefined)
    rows.push([
      "MLP",
      facts.ffn === "swiglu"
        ? say("{width} wide, gated", { width: mlpWidth })
        : say("{width} wide", { width: mlpWidth }),
      null,
    ]);
  if (prefixTokens !== undefined && !asked.has("prefixTokens")) {
    const parts = [
      ...(pretextToken ? [say("a pretext token")] : []),
      ...(registers > 0 ? [many(registers, "1 register", "{n} registers")] : []),
    ];
    const words =
      parts.length > 0
        ? say("{prefixTokens} before the patches, with {parts}", { prefixTokens, parts: parts.join(say(" and ")) })
        : say("{prefixTokens} before the patches", { prefixTokens });
    rows.push([say("Tokens"), words, null]);
  }
  if (facts.layerNormEps !== undefined && !asked.has("layerNormEps")) {
    rows.push([say("Epsilon"), numberText(facts.layerNormEps), null]);
  }
  if (facts.activation !== undefined && !asked.has("activation")) {
    rows.push([say("Activation"), answerWords("activation", facts.activation), null]);
  }
  if (facts.readout !== undefined && !asked.has("readout")) {
    rows.push([say("Read-out"), answerWords("readout", facts.readout), "readout"]);
  }
  return rows;
}
