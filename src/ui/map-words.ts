// Words and numbers of maps, as a person reads them. Pure.
import { look } from "../domain/map-look.ts";
import { type Plain, say, written } from "../words/say.ts";
import { secondsWords } from "./words.ts";

export const lookNames: Readonly<Record<keyof typeof look, Plain>> = {
  notComputed: "Not computed",
  background: "Background",
  uncertain: "Uncertain",
  negative: "Another class",
  unreadable: "Unreadable",
  unscored: "No class yet",
};

export const lookWords: Readonly<Record<keyof typeof look, Plain>> = {
  notComputed: "Not computed",
  background: "Background (no tissue)",
  uncertain: "Uncertain: no score reaches the threshold",
  negative: "Another class, not shown",
  unreadable: "Could not be read",
  unscored: "Looked at; label two classes to colour it",
};

export function lookName(value: number): keyof typeof look | null {
  const found = Object.entries(look).find(([, of]) => of === value);
  return found ? (found[0] as keyof typeof look) : null;
}

/** "1.24 mm²", "0.0125 mm²", "212 mm²". */
export function areaWords(mm2: number): string {
  if (mm2 === 0) return "0 mm²";
  return `${written(mm2 >= 100 ? Math.round(mm2) : Number(mm2.toPrecision(3)))} mm²`;
}

export function rateWords(perSecond: number | null): string {
  if (perSecond === null || perSecond <= 0) return "";
  return say("{rate} patches/s", {
    rate: perSecond >= 10 ? Math.round(perSecond) : Number(perSecond.toPrecision(2)),
  });
}

/** "about 3 min left"; empty while nothing is known. */
export function leftWords(left: number, perSecond: number | null): string {
  if (perSecond === null || perSecond <= 0) return "";
  const words = secondsWords(left / perSecond);
  return words ? say("{time} left", { time: words }) : "";
}
