// The field: the square of tissue one label speaks of, by its side in um. A backbone bears a range of them around its own. Pure.
import { type Mpp, mpp } from "../base/brand.ts";
import { written } from "../words/say.ts";
import type { Model } from "./model.ts";

/** Whole um; `own` is what the backbone was trained with, exactly. */
export type FieldRange = Readonly<{ min: number; max: number; own: number }>;

type Scaled = Pick<Model, "patchPixels" | "mpp" | "mppRange">;

/** A range of one where the backbone bears its own field only. */
export function fieldRange({ patchPixels, mpp: own, mppRange: [low, high] }: Scaled): FieldRange {
  const side = patchPixels * own;
  // A hundredth of a um is rounding of the range's own numbers.
  const min = Math.min(side, Math.ceil(patchPixels * low - 0.01));
  const max = Math.max(side, Math.floor(patchPixels * high + 0.01));
  return { min, max, own: side };
}

/** The um/px at which `um` of tissue fill the backbone's input; null where it does not bear that. */
export function mppOfField(model: Scaled, um: number): Mpp | null {
  const { min, max } = fieldRange(model);
  return um >= min && um <= max ? mpp(um / model.patchPixels) : null;
}

/** The model as it is used with this field; as it is where no field was chosen, or one it does not bear. */
export function modelAtField(model: Model, um: number | null): Model {
  const scale = um === null ? null : mppOfField(model, um);
  return scale === null || scale === model.mpp ? model : { ...model, mpp: scale };
}

/** Whether patches of this scale are ones the model bears. */
export function bearsScale(model: Scaled, scale: number): boolean {
  return scale === model.mpp || mppOfField(model, scale * model.patchPixels) !== null;
}

/** "112 µm", "89.6 µm". */
export const fieldWords = (um: number): string => `${written(Number(um.toFixed(1)))} µm`;

/** "0.5", "0.5179" um/px: a field of whole um has a scale without end. */
export const scaleWords = (scale: number): string => written(Number(scale.toPrecision(4)));
