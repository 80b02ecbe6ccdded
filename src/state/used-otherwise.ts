// Whether a prompt set was made with patches of another kind than those that are answered now, and how it says so. Pure.
import { bearsScale, fieldWords, scaleWords } from "../domain/field-size.ts";
import type { Model } from "../domain/model.ts";
import type { PromptSetSummary } from "../domain/prompt-set.ts";
import { say } from "../words/say.ts";

/** Why a set of the same weights does not fit what was answered about them this time; null: it does. */
export function usedOtherwise({ metadata }: PromptSetSummary, model: Model): string | null {
  const { preprocessing: made } = metadata;
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const { name } = metadata;
  if (made.mpp !== model.mpp && made.patchPixels === model.patchPixels && bearsScale(model, made.mpp)) {
    const [field, used] = [fieldWords(made.patchPixels * made.mpp), fieldWords(model.patchPixels * model.mpp)];
    return say('"{name}" was made with a field of {field}; this project uses {used}.', { name, field, used });
  }
  if (made.mpp !== model.mpp)
    return say('"{name}" was made with patches of {mpp} µm/px; the backbone is used with {usedMpp}.', {
      name,
      mpp: scaleWords(made.mpp),
      usedMpp: scaleWords(model.mpp),
    });
  if (made.patchPixels !== model.patchPixels) {
    return say('"{name}" was made with patches of {patchPixels} px; the backbone is used with {usedPixels}.', {
      name,
      patchPixels: made.patchPixels,
      usedPixels: model.patchPixels,
    });
  }
  const { mean, std } = made.normalisation;
  if (!same(mean, model.normalisation.mean) || !same(std, model.normalisation.std)) {
    return say('"{name}" was made with another normalisation of colours than the backbone is used with.', { name });
  }
  if (made.stain !== model.stain) {
    return say('"{name}" was made with {made}; here patches are answered {used}.', {
      name,
      made: made.stain ? say("the stain of every patch standardised") : say("patches as they are"),
      used: model.stain ? say("with it standardised") : say("as they are"),
    });
  }
  const alike = made.filter === model.filter && made.edge === model.edge && made.snap === model.snap;
  return alike
    ? null
    : say('"{name}" was made with another way of scaling patches than the backbone is used with.', { name });
}
