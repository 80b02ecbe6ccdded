// What the list of open backbones answers of the form for files that came from it, and where the files say otherwise. Pure.
import type { HubModel } from "../domain/hub-models.ts";
import { hubPage } from "../domain/hub-models.ts";
import { channels, type ImportField, type Inspected, numberText, textOfFile } from "./import-fields.ts";
import { emptyForm, type ImportForm } from "./import-form.ts";
import { kindOfNormalisation, normalisationWords } from "./normalisations.ts";

type Answers = Partial<Record<ImportField, string>>;

/** What is not stated stays unanswered: um/px above all. */
export function listedAnswers(model: HubModel): Answers {
  const { name, licence, normalisation } = model;
  const answers: Answers = { name, licenceText: licence.text, licenceSource: hubPage(model) };
  if (licence.id !== null) answers.licenceId = licence.id;
  if (!normalisation) return answers;
  answers.normalisation = kindOfNormalisation(normalisation);
  const numbers = [...normalisation.mean, ...normalisation.std];
  channels.forEach((channel, i) => {
    answers[channel] = numberText(numbers[i]);
  });
  return answers;
}

/** Its preset is chosen, where the files fit it: what was downloaded by name is it. */
export const listedForm = (model: HubModel): ImportForm => ({
  ...emptyForm,
  preset: model.preset,
  listed: listedAnswers(model),
});

/** Where the files state another normalisation than the list: both in words. The files are believed. */
export function contradicted(
  { listed }: ImportForm,
  inspected: Inspected,
): Readonly<{ file: string; list: string }> | null {
  const { normalisation } = inspected.inspection;
  if (!normalisation || listed.normalisation === undefined) return null;
  const same = channels.every((channel) => Number(textOfFile(inspected, null, channel)) === Number(listed[channel]));
  if (same) return null;
  const said = (from: number): readonly [number, number, number] => {
    const [r = 0, g = 0, b = 0] = channels.slice(from, from + 3).map((channel) => Number(listed[channel]));
    return [r, g, b];
  };
  return { file: normalisationWords(normalisation), list: normalisationWords({ mean: said(0), std: said(3) }) };
}
