// May this prompt set be used with this backbone? Knows both as data; knows no file and no runtime. Says every reason at once.
import type { Mpp, WeightsDigest } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import { computationDifferences } from "../domain/computation.ts";
import { bearsScale } from "../domain/field-size.ts";
import type { Model } from "../domain/model.ts";
import type { PatchSpec } from "../domain/patch.ts";
import type { BackboneComputation, Preprocessing, PromptSet } from "../domain/prompt-set.ts";

/** What a set trained with this model on patches of `mpp` is bound to. */
export function preprocessingOf(model: Model, mpp: Mpp = model.mpp): Preprocessing {
  const { patchPixels, filter, edge, snap, normalisation, stain } = model;
  return { patchPixels, mpp, filter, edge, snap, normalisation, ...(stain ? { stain } : {}) };
}

/** Throws Fault `bad-prompt-set` with every reason. Sets older than the record of a computation fit the embedded backbone by their digest alone. */
export function assertFits(
  set: PromptSet,
  model: Model,
  digest: WeightsDigest,
  computation: BackboneComputation,
): void {
  const { metadata } = set;
  const { backbone } = metadata;
  const reasons: string[] = [];
  if (backbone.weightsDigest !== digest) {
    reasons.push(
      `it was made for another backbone ("${backbone.name}", weights ${backbone.weightsDigest.slice(0, 12)}), ` +
        `and the loaded one is "${model.name}" (weights ${digest.slice(0, 12)})`,
    );
  } else {
    // Another backbone computes otherwise in any case: only of the same weights is it news.
    reasons.push(...computationDifferences(backbone.computation, computation, model.origin));
  }
  const { mpp: made } = metadata.preprocessing;
  const used = bearsScale(model, made) ? made : model.mpp;
  reasons.push(...preprocessingDifferences(metadata.preprocessing, preprocessingOf(model, used)));
  const { depth, width, featureWidth: features } = model.shape;
  const { firstBlock, blocks } = metadata.method;
  if (firstBlock + blocks !== depth) {
    reasons.push(`its prompts enter blocks ${firstBlock} to ${firstBlock + blocks - 1}, and the backbone has ${depth}`);
  }
  // Without prompts nothing of it is as wide as the tokens.
  if (metadata.method.kind !== "none" && set.width !== width)
    reasons.push(`its prompts are ${set.width} wide, and the backbone's tokens ${width}`);
  const read = set.headWeight.length / Math.max(1, metadata.classes.length);
  if (metadata.head.kind !== "none" && read !== features) {
    reasons.push(`its head reads ${read} features, and the backbone gives ${features}`);
  }
  const centred = set.headCentre.length;
  if (metadata.head.kind === "none" && centred > 0 && centred !== features) {
    reasons.push(`it was learned on ${centred} features, and the backbone gives ${features}`);
  }
  if (reasons.length > 0) {
    throw new Fault(
      "bad-prompt-set",
      `The prompt set "${metadata.name}" cannot be used here: ${reasons.join("; ")}. Load the backbone it was made for.`,
      { reasons },
    );
  }
}

/** Throws Fault `invalid` where these are no patches of the model. */
export function assertBears(model: Model, spec: PatchSpec): void {
  if (spec.pixels === model.patchPixels && bearsScale(model, spec.mpp)) return;
  const [low, high] = model.mppRange;
  const wanted = `${model.patchPixels} px at ${low === high ? low : `${low} to ${high}`} um/px`;
  throw new Fault("invalid", `${model.name} needs patches of ${wanted}, not ${spec.pixels} px at ${spec.mpp} um/px.`);
}

/** Throws Fault `bad-prompt-set` where the set was made with patches of another scale. */
export function assertBearsSet({ metadata }: PromptSet, spec: PatchSpec): void {
  const { name, preprocessing } = metadata;
  if (preprocessing.mpp === spec.mpp) return;
  const made = `"${name}" was made with patches of ${preprocessing.mpp} um/px, and this one has ${spec.mpp}.`;
  throw new Fault("bad-prompt-set", `${made} Choose the field size it was made with.`);
}

function preprocessingDifferences(set: Preprocessing, model: Preprocessing): string[] {
  const show = (value: unknown): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ["patch size in pixels", set.patchPixels, model.patchPixels],
    ["um/px", set.mpp, model.mpp],
    ["resampling filter", set.filter, model.filter],
    ["edge rule", set.edge, model.edge],
    ["snap", set.snap, model.snap],
    ["mean", set.normalisation.mean, model.normalisation.mean],
    ["std", set.normalisation.std, model.normalisation.std],
    ["stain", set.stain ?? "as it is", model.stain ?? "as it is"],
  ];
  return pairs
    .filter(([, a, b]) => show(a) !== show(b))
    .map(([what, a, b]) => `it was made with ${what} ${show(a)}, and the backbone is used with ${show(b)}`);
}
