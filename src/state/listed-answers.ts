// What the list of open backbones answers of the form for files that came from it, and where the files say otherwise. Pure.
import type { HubModel } from "../domain/hub-models.ts";
import { hubPage } from "../domain/hub-models.ts";
import { say } from "../words/say.ts";
import { channels, type ImportField, type Inspected, numberText, textOfFile } from "./import-fields.ts";
import { emptyForm, type ImportForm, unlike } from "./import-form.ts";
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
  listed: { answers: listedAnswers(model), width: model.width, patchPixels: model.patchPixels },
});

/** What to say where the files are others than the list means, or state another normalisation. The files are believed. */
export function contradictions(form: ImportForm, inspected: Inspected): readonly string[] {
  const { listed } = form;
  if (!listed) return [];
  const { facts, normalisation } = inspected.inspection;
  if (unlike(form, inspected)) {
    return [
      say(
        "These files are not what the list means: it says width {width} and patches of {pixels} px, they have {theirWidth} and {theirPixels}. Its normalisation is not taken.",
        {
          width: listed.width,
          pixels: listed.patchPixels,
          theirWidth: facts.width ?? say("unknown"),
          theirPixels: facts.patchPixels ?? say("unknown"),
        },
      ),
    ];
  }
  const { answers } = listed;
  if (!normalisation || answers.normalisation === undefined) return [];
  if (channels.every((channel) => Number(textOfFile(inspected, null, channel)) === Number(answers[channel]))) return [];
  const said = (from: number): readonly [number, number, number] => {
    const [r = 0, g = 0, b = 0] = channels.slice(from, from + 3).map((channel) => Number(answers[channel]));
    return [r, g, b];
  };
  const [file, list] = [normalisationWords(normalisation), normalisationWords({ mean: said(0), std: said(3) })];
  return [
    say("Normalisation of colours: the files say {file}, the list {list}. The files are believed.", { file, list }),
  ];
}
