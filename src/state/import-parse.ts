// What is typed or chosen in a field -> an answer, or why it is none. Pure; knows limits and what answers exclude each other.
import {
  factLimits,
  type ImportFacts,
  licenceLimits,
  modelNameLimit,
  normalisationLimits,
} from "../domain/model-import.ts";
import { say } from "../words/say.ts";
import type { ImportField, Inspected } from "./import-fields.ts";
import { numberTyped } from "./typed-number.ts";

export type Parsed = Readonly<{ problem: string }> | Readonly<{ facts: ImportFacts }>;

/** @param textOf the text that stands in another field. What several fields answer together is empty here. */
export function parseField(
  field: ImportField,
  raw: string,
  inspected: Inspected,
  textOf: (field: ImportField) => string,
): Parsed {
  const text = raw.trim();
  const number = (limits: Parameters<typeof numberTyped>[1], then: (value: number) => Parsed): Parsed => {
    const typed = numberTyped(text, limits);
    return typed.kind === "number" ? then(typed.value) : { problem: typed.problem };
  };
  const short = (max: number, then: () => ImportFacts): Parsed =>
    text.length <= max ? { facts: then() } : { problem: say("At most {max} characters.", { max }) };
  const { facts } = inspected.inspection;
  switch (field) {
    case "name":
      return short(modelNameLimit, () => ({ name: text }));
    case "imagePixels":
      return number(factLimits.imagePixels, (imagePixels) => {
        const patch = facts.patchPixels;
        return patch === undefined || imagePixels % patch === 0
          ? { facts: { imagePixels } }
          : { problem: say("Must be a multiple of the patch, {patch} px.", { patch }) };
      });
    case "heads":
      return number(factLimits.heads, (heads) =>
        facts.width === undefined || facts.width % heads === 0
          ? { facts: { heads } }
          : { problem: say("The width {width} cannot be shared among {heads} heads.", { width: facts.width, heads }) },
      );
    case "prefixTokens":
      return number(factLimits.prefixTokens, (prefixTokens) => {
        const cls = textOf("readout").startsWith("cls");
        if (cls && prefixTokens < 1) return { problem: say("The class token is one of them: at least 1.") };
        return { facts: { prefixTokens } };
      });
    case "classToken":
      return number(factLimits.classToken, (classToken) => {
        const count = Number(textOf("prefixTokens"));
        return classToken < count || Number.isNaN(count)
          ? { facts: { classToken } }
          : { problem: say("There are {count} tokens before the patches.", { count }) };
      });
    case "mpp":
    case "layerNormEps":
      return number(factLimits[field], (value) => ({ facts: { [field]: value } }));
    case "readout":
    case "activation":
    case "positionResample":
      return { facts: { [field]: text } };
    case "output":
      return { facts: { output: raw } };
    case "prefix":
      return { facts: { prefix: raw } };
    case "normalisation":
      return { facts: {} };
    case "meanR":
    case "meanG":
    case "meanB":
      return number({ ...normalisationLimits.mean, integer: false }, () => ({ facts: {} }));
    case "stdR":
    case "stdG":
    case "stdB":
      return number({ ...normalisationLimits.std, integer: false }, () => ({ facts: {} }));
    case "licenceId":
      return short(licenceLimits.id, () => ({}));
    case "licenceText":
      return short(licenceLimits.text, () => ({}));
    case "licenceSource":
      return short(licenceLimits.source, () => ({}));
    default:
      return field satisfies never;
  }
}
