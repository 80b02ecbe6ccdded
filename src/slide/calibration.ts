// um/px out of what files say, and when not to believe it. Knows no container.
import { mpp } from "../base/brand.ts";
import type { Calibration } from "../domain/slide.ts";

type Source = Extract<Calibration, { kind: "measured" }>["source"];

/** Outside this range (um/px) a figure cannot be a microscope's. */
export const plausibleMpp = { least: 0.05, most: 20 } as const;

/** Dots per inch that programs write when they know nothing. */
const printing = [72, 75, 90, 96, 100, 120, 144, 150, 200, 300, 350, 400, 600, 720, 1200, 2400, 4800];

/** Calibration from two um/px, or unknown where they are no microscope's. */
export function measured(x: number, y: number, source: Source): Calibration {
  const plausible = (v: number): boolean => v >= plausibleMpp.least && v <= plausibleMpp.most;
  if (!plausible(x) || !plausible(y)) return { kind: "unknown" };
  return { kind: "measured", mppX: mpp(x), mppY: mpp(y), source };
}

/** TIFF's X/YResolution (pixels per unit) with ResolutionUnit 2 = inch, 3 = cm; anything else says nothing. */
export function fromResolution(x: number, y: number, unit: number, source: Source = "tiff-resolution"): Calibration {
  if (unit !== 2 && unit !== 3) return { kind: "unknown" };
  if (!(x > 0 && y > 0 && Number.isFinite(x) && Number.isFinite(y))) return { kind: "unknown" };
  const perInch = unit === 2 ? x : x * 2.54;
  if (printing.some((dpi) => Math.abs(perInch - dpi) < 0.5)) return { kind: "unknown" };
  const micrometres = unit === 2 ? 25_400 : 10_000;
  return measured(micrometres / x, micrometres / y, source);
}

/** A number as scanners write it: a decimal comma occurs. Null where it is none. */
export function parseDecimal(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  return /^\d+(\.\d+)?([eE][-+]?\d+)?$/.test(plain) ? Number(plain) : null;
}

/** Things about a calibration a person should look at before trusting a score. */
export function calibrationWarnings(calibration: Calibration, objective: number | null): readonly string[] {
  if (calibration.kind === "unknown") {
    return ["The file does not say how many micrometres a pixel covers. State it, or measure a known distance."];
  }
  const warnings: string[] = [];
  const { mppX, mppY } = calibration;
  if (Math.abs(mppX / mppY - 1) > 0.02) {
    warnings.push(`Pixels are not square: ${mppX} um wide, ${mppY} um high, says the file.`);
  }
  // 10 um/px divided by magnification is what scanners deliver, within some 30 %.
  if (objective !== null && objective > 0) {
    const ratio = mppX / (10 / objective);
    if (ratio > 1.8 || ratio < 1 / 1.8) {
      warnings.push(
        `The file states ${mppX} um/px and a ${objective}x objective, which do not fit together. Check the scale.`,
      );
    }
  }
  return warnings;
}
