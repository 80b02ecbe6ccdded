// A picture of any size -> the square a model eats. Knows no files: a labelled patch has no um/px of its own to honour.
import { assert } from "../base/fault.ts";
import type { Model } from "../domain/model.ts";
import { resample } from "../math/resample.ts";

export type Picture = Readonly<{ width: number; height: number; data: Uint8Array }>;

export type Fitted = Readonly<{
  rgb: Uint8Array;
  /** What had to be done: nothing, scaled by the model's filter (Pillow's), or first cut to its middle square. */
  done: "nothing" | "scaled" | "cut and scaled";
  /** Pixels of the picture per pixel of the patch: what um/px is multiplied with. */
  scale: number;
}>;

/** The largest middle square, scaled to the model's side (torchvision's Resize and CenterCrop, in the other order). */
export function fitToModel(picture: Picture, model: Pick<Model, "patchPixels" | "filter">): Fitted {
  const { width, height, data } = picture;
  const side = model.patchPixels;
  assert(width > 0 && height > 0 && data.length === width * height * 3, "a picture has its pixels");
  if (width === side && height === side) return { rgb: data, done: "nothing", scale: 1 };
  const square = Math.min(width, height);
  const left = Math.floor((width - square) / 2);
  const top = Math.floor((height - square) / 2);
  const box = [left, top, left + square, top + square] as const;
  const rgb = resample({ data, width, height, channels: 3 }, side, side, model.filter, box);
  return { rgb, done: width === height ? "scaled" : "cut and scaled", scale: square / side };
}
