// The figures beside a map: patches and area called each class, and one answer for the whole slide. Pure. A labelled place is left
// out of every one of them: the model has seen it, or its answer is known.
import type { LayerNumbers, LookSettings } from "./map-look.ts";
import { look, lookAt } from "./map-look.ts";

export type ClassFigure = Readonly<{
  patches: number;
  /** mm2 of the patches called this class: how much of the lattice, not how much tumour. */
  areaMm2: number;
  /** Mean score over all answered places, 0..1. */
  mean: number;
  /** Mean of the `top` highest scores. */
  topMean: number;
}>;

export type MapFigures = Readonly<{
  classes: readonly ClassFigure[];
  uncertain: number;
  /** Tissue without an answer. */
  notComputed: number;
  background: number;
  unreadable: number;
  /** Tissue with an answer that is labelled, and so in no figure. */
  labelled: number;
  /** Places behind `mean`. */
  answered: number;
  /** Places behind `topMean`: fewer than asked for where fewer are answered. */
  top: number;
}>;

/** @param cellMm2 area one cell stands for. @param top how many of the highest scores make the second slide-level answer */
export function figuresOf(
  numbers: LayerNumbers,
  threshold: number,
  labelled: ReadonlySet<number>,
  cellMm2: number,
  top: number,
): MapFigures {
  const { classes, scores, states } = numbers;
  const settings: LookSettings = { threshold, shown: [] };
  const patches = new Uint32Array(classes);
  const sums = new Float64Array(classes);
  const score = (cell: number, c: number): number => scores?.[cell * classes + c] ?? 0;
  const counted: number[] = [];
  const tally = { uncertain: 0, notComputed: 0, background: 0, unreadable: 0, labelled: 0 };
  for (let cell = 0; cell < states.length; cell++) {
    const value = lookAt(numbers, settings, cell);
    if (value === look.background) tally.background++;
    else if (value === look.unreadable) tally.unreadable++;
    else if (value === look.notComputed || value === look.unscored) tally.notComputed++;
    else if (labelled.has(cell)) tally.labelled++;
    else {
      counted.push(cell);
      if (value === look.uncertain) tally.uncertain++;
      else patches[value] = (patches[value] ?? 0) + 1;
      for (let c = 0; c < classes; c++) sums[c] = (sums[c] ?? 0) + score(cell, c);
    }
  }
  const k = Math.min(top, counted.length);
  return {
    classes: Array.from(patches, (count, c) => ({
      patches: count,
      areaMm2: count * cellMm2,
      mean: counted.length > 0 ? (sums[c] ?? 0) / counted.length : 0,
      topMean:
        k > 0
          ? meanOfHighest(
              Float32Array.from(counted, (cell) => score(cell, c)),
              k,
            )
          : 0,
    })),
    ...tally,
    answered: counted.length,
    top: k,
  };
}

function meanOfHighest(values: Float32Array, k: number): number {
  const highest = values.sort().subarray(values.length - k);
  return highest.reduce((sum, value) => sum + value, 0) / k;
}
