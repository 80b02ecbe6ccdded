// The questions about a backbone, and what a preset or the files themselves answer to each, as the text of a field. Pure.
import type { ImportFact, ImportFacts, ModelInspection } from "../domain/model-import.ts";
import type { ModelPreset } from "../domain/model-presets.ts";
import { kindOfNormalisation } from "./normalisations.ts";

export const channels = ["meanR", "meanG", "meanB", "stdR", "stdG", "stdB"] as const;
export type Channel = (typeof channels)[number];

/** In the order they are asked. */
export const importFields = [
  "prefix",
  "name",
  "mpp",
  "normalisation",
  ...channels,
  "imagePixels",
  "positionResample",
  "output",
  "prefixTokens",
  "classToken",
  "readout",
  "heads",
  "layerNormEps",
  "activation",
  "licenceId",
  "licenceSource",
  "licenceText",
] as const;
export type ImportField = (typeof importFields)[number];

/** An inspection and the answers it was made with: what it calls stated may be one of these. */
export type Inspected = Readonly<{ inspection: ModelInspection; answers: ImportFacts }>;

export const isChannel = (field: ImportField): field is Channel => (channels as readonly string[]).includes(field);

export const factOf = (field: ImportField): ImportFact => {
  if (field === "licenceId" || field === "licenceSource" || field === "licenceText") return "licence";
  return isChannel(field) ? "normalisation" : field;
};

/** "1e-6" rather than "0.000001". */
export const numberText = (value: number | undefined): string =>
  value === undefined ? "" : value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(value);

const text = (value: number | string): string => (typeof value === "number" ? numberText(value) : value);

export function textOfPreset(preset: ModelPreset, field: ImportField): string | null {
  const { architecture, normalisation, licence } = preset;
  const channel = (list: readonly number[], name: Channel): string => numberText(list["RGB".indexOf(name.slice(-1))]);
  switch (field) {
    case "name":
      return preset.name;
    case "normalisation":
      return kindOfNormalisation(normalisation);
    case "meanR":
    case "meanG":
    case "meanB":
      return channel(normalisation.mean, field);
    case "stdR":
    case "stdG":
    case "stdB":
      return channel(normalisation.std, field);
    case "imagePixels":
    case "prefixTokens":
    case "heads":
    case "layerNormEps":
    case "readout":
      return text(architecture[field]);
    case "activation":
      return architecture.activation ?? null;
    case "positionResample":
      return preset.positionResample;
    case "classToken":
      return architecture.pretextToken ? "1" : "0";
    case "licenceId":
      return licence.id;
    case "licenceText":
      return licence.text;
    case "licenceSource":
      return licence.source;
    // A scale is stated by a person, an output's name by its exporter, a beginning of keys by who saved them.
    case "mpp":
    case "output":
    case "prefix":
      return null;
    default:
      return field satisfies never;
  }
}

/** @param statedPixels side of the image as the files state it, before anybody answered otherwise */
export function textOfFile(
  { inspection, answers }: Inspected,
  statedPixels: number | null,
  field: ImportField,
): string | null {
  const { facts, normalisation } = inspection;
  switch (field) {
    case "name":
      return inspection.name;
    case "normalisation":
      return normalisation && kindOfNormalisation(normalisation);
    case "meanR":
    case "meanG":
    case "meanB":
    case "stdR":
    case "stdG":
    case "stdB": {
      const list = field.startsWith("mean") ? normalisation?.mean : normalisation?.std;
      return list ? String(list["RGB".indexOf(field.slice(-1))]) : null;
    }
    case "imagePixels":
      return statedPixels === null ? null : String(statedPixels);
    case "readout":
    case "prefixTokens":
    case "heads":
    case "layerNormEps":
    case "activation":
    case "positionResample":
      return answers[field] === undefined && facts[field] !== undefined ? text(facts[field]) : null;
    default:
      return null;
  }
}
