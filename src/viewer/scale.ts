// Lengths and magnifications as a person reads them on a slide. Pure arithmetic: knows no viewer and no DOM.
import type { Mpp } from "../base/brand.ts";
import { fixed, say, written } from "../words/say.ts";

/** A scale bar: `um` is a round number of micrometres, `pixels` its exact length in CSS pixels. */
export type ScaleBar = Readonly<{ um: number; pixels: number; words: string }>;

/** The longest of 1, 2, 5 x 10^n um that is at most `maxPixels` CSS pixels long. `umPerPixel`: um per CSS pixel. */
export function scaleBar(umPerPixel: number, maxPixels: number): ScaleBar | null {
  if (!(umPerPixel > 0) || !Number.isFinite(umPerPixel) || !(maxPixels > 0)) return null;
  const longest = umPerPixel * maxPixels;
  const decade = 10 ** Math.floor(Math.log10(longest));
  const step = [5, 2, 1].find((s) => s * decade <= longest * (1 + 1e-9)) ?? 1;
  const um = step * decade;
  return { um, pixels: um / umPerPixel, words: lengthWords(um) };
}

/** "200 µm", "1.5 mm", "0.5 µm". */
export function lengthWords(um: number): string {
  if (um >= 1000) return `${trimmed(um / 1000)} mm`;
  return `${trimmed(um)} µm`;
}

const trimmed = (value: number): string => written(Number(value.toPrecision(3)));

/** 10 um/px is 1x by the convention of slide scanners (0.25 um/px is 40x). `umPerPixel`: um per CSS pixel. */
export const magnificationOf = (umPerPixel: number): number => 10 / umPerPixel;

/** "20×", "1.3×", "0.08×". */
export function magnificationWords(magnification: number): string {
  const digits = magnification >= 10 ? 0 : magnification >= 1 ? 1 : 2;
  return `${written(Number(magnification.toFixed(digits)))}×`;
}

/** "0.50 µm/px", "8.1 µm/px". */
export function mppWords(value: number): string {
  const digits = value >= 10 ? 0 : value >= 1 ? 1 : value >= 0.1 ? 2 : 3;
  return `${fixed(value, digits)} µm/px`;
}

/** What the view shows: `digital` when a slide pixel covers more than one screen pixel, so no new detail appears. */
export type Magnification = Readonly<{
  words: string;
  umPerPixel: string | null;
  digital: boolean;
  native: string | null;
}>;

/**
 * @param slidePerPixel level-0 pixels per CSS pixel
 * @param mpp um/px of level 0; null where unknown: then only the share of full resolution can be told
 */
export function readMagnification(slidePerPixel: number, mpp: Mpp | null): Magnification {
  const digital = slidePerPixel < 1 - 1e-6;
  if (mpp === null) {
    const share = 100 / slidePerPixel;
    return {
      words: say("{share} % of full size", { share: Number(share.toPrecision(2)) }),
      umPerPixel: null,
      digital,
      native: null,
    };
  }
  const umPerPixel = slidePerPixel * mpp;
  return {
    words: magnificationWords(magnificationOf(umPerPixel)),
    umPerPixel: mppWords(umPerPixel),
    digital,
    native: magnificationWords(magnificationOf(mpp)),
  };
}

/** "24 812", with thin spaces: a coordinate in level-0 pixels. */
export function pixelWords(value: number): string {
  const digits = Math.abs(Math.round(value)).toString();
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, "\u2009");
  return value < -0.5 ? `−${grouped}` : grouped;
}
