// Places of the drawn slide to label or to ask about: patches that lie mostly in one tissue, each with the place it belongs to.
// Knows the truth, not the pixels.
import type { Layout } from "./layout.ts";
import { type Tissue, tissueNumber } from "./tissue.ts";
import { regionGrid, truthLattice } from "./truth.ts";

/** `x`, `y`: top left corner in level-0 px. Patches of one `place` are never split between labelled and held out. */
export type DrawnPatch = Readonly<{ tissue: Tissue; x: number; y: number; place: string }>;

/** A large connected region is parted into blocks of this side, so that it holds several places. */
const blockPx = 1500;

/**
 * Patches of `side` px on a lattice of half a side, at least `purity` of each in its tissue. `place` is the connected region,
 * and the block of it.
 */
export function drawnPatches(
  layout: Layout,
  size: Readonly<{ width: number; height: number }>,
  wanted: readonly Tissue[],
  side: number,
  purity: number,
): readonly DrawnPatch[] {
  const grid = regionGrid(layout, size, truthLattice);
  const found: DrawnPatch[] = [];
  const step = Math.floor(side / 2);
  const probes = 7;
  for (let y = 0; y + side <= size.height; y += step) {
    for (let x = 0; x + side <= size.width; x += step) {
      const middle = layout.at(x + step, y + step);
      const tissue = wanted.find((name) => tissueNumber[name] === middle);
      if (!tissue) continue;
      let inside = 0;
      for (let j = 0; j < probes; j++) {
        for (let i = 0; i < probes; i++) {
          const px = x + Math.floor(((i + 0.5) / probes) * side);
          const py = y + Math.floor(((j + 0.5) / probes) * side);
          inside += layout.at(px, py) === middle ? 1 : 0;
        }
      }
      if (inside < purity * probes * probes) continue;
      const cell = Math.floor((y + step) / truthLattice) * grid.columns + Math.floor((x + step) / truthLattice);
      const block = `${Math.floor(x / blockPx)},${Math.floor(y / blockPx)}`;
      found.push({ tissue, x, y, place: `${tissue}/${grid.region[cell]}/${block}` });
    }
  }
  return found;
}
