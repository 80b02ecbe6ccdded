// Ground truth of a drawn slide: outlines of its tissues as GeoJSON, and the regions as a labelled grid. Knows no pixels.
import type { Layout } from "./layout.ts";
import { tissues, tissueText } from "./tissue.ts";

type Ring = readonly (readonly [number, number])[];

/** A GeoJSON FeatureCollection in level-0 pixels (y down). Rings follow a lattice of `latticePx`. */
export type Truth = Readonly<{
  type: "FeatureCollection";
  synthetic: true;
  seed: number;
  mpp: number;
  width: number;
  height: number;
  latticePx: number;
  features: readonly Readonly<{
    type: "Feature";
    id: string;
    properties: Readonly<{ tissue: string; title: string; region: number; areaPx: number }>;
    geometry: Readonly<{ type: "Polygon"; coordinates: readonly Ring[] }>;
  }>[];
}>;

/** Connected regions of one tissue on a lattice: `region[i]` is a region's number or -1 for glass. */
export type RegionGrid = Readonly<{
  cell: number;
  columns: number;
  rows: number;
  region: Int32Array;
  tissue: readonly number[];
  area: readonly number[];
}>;

/** Regions of the tissue at the centres of `cell` px squares, 4-connected. */
export function regionGrid(
  layout: Layout,
  size: Readonly<{ width: number; height: number }>,
  cell: number,
): RegionGrid {
  const columns = Math.floor(size.width / cell);
  const rows = Math.floor(size.height / cell);
  const tissueOf = new Uint8Array(columns * rows);
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++)
      tissueOf[j * columns + i] = layout.at(i * cell + (cell >> 1), j * cell + (cell >> 1));
  const region = new Int32Array(columns * rows).fill(-1);
  const tissue: number[] = [];
  const area: number[] = [];
  for (let start = 0; start < region.length; start++) {
    const wanted = tissueOf[start]!;
    if (wanted === 0 || region[start] !== -1) continue;
    const number = tissue.length;
    const stack = [start];
    region[start] = number;
    let cells = 0;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      cells++;
      const i = at % columns;
      for (const next of [at - columns, at + columns, i > 0 ? at - 1 : -1, i < columns - 1 ? at + 1 : -1]) {
        if (next < 0 || next >= region.length || region[next] !== -1 || tissueOf[next] !== wanted) continue;
        region[next] = number;
        stack.push(next);
      }
    }
    tissue.push(wanted);
    area.push(cells * cell * cell);
  }
  return { cell, columns, rows, region, tissue, area };
}

/** Outlines of one region: directed lattice edges with the region on their right, joined to rings; straight runs merged. */
function ringsOf(grid: RegionGrid, number: number): readonly Ring[] {
  const { columns, rows, region, cell } = grid;
  const is = (i: number, j: number): boolean =>
    i >= 0 && j >= 0 && i < columns && j < rows && region[j * columns + i] === number;
  const stride = columns + 1;
  const next = new Map<number, number[]>();
  const add = (from: number, to: number): void => {
    const there = next.get(from);
    if (there) there.push(to);
    else next.set(from, [to]);
  };
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      if (!is(i, j)) continue;
      const a = j * stride + i;
      if (!is(i, j - 1)) add(a, a + 1);
      if (!is(i + 1, j)) add(a + 1, a + 1 + stride);
      if (!is(i, j + 1)) add(a + 1 + stride, a + stride);
      if (!is(i - 1, j)) add(a + stride, a);
    }
  }
  const rings: Ring[] = [];
  for (const [start, ends] of next) {
    while (ends.length > 0) {
      const points: number[] = [start];
      let at = ends.pop();
      while (at !== undefined && at !== start) {
        points.push(at);
        at = next.get(at)?.pop();
      }
      const corners = points.filter((point, k) => {
        const before = points[(k + points.length - 1) % points.length]!;
        const after = points[(k + 1) % points.length]!;
        return point - before !== after - point;
      });
      const ring = corners.map((p): readonly [number, number] => [(p % stride) * cell, Math.floor(p / stride) * cell]);
      const first = ring[0];
      if (first && ring.length >= 4) rings.push([...ring, first]);
    }
  }
  // The outer ring is the longest; holes follow.
  return rings.toSorted((a, b) => Math.abs(areaOf(b)) - Math.abs(areaOf(a)));
}

function areaOf(ring: Ring): number {
  let sum = 0;
  for (let k = 0; k + 1 < ring.length; k++) sum += ring[k]![0] * ring[k + 1]![1] - ring[k + 1]![0] * ring[k]![1];
  return sum / 2;
}

export const truthLattice = 32;

/** Regions below a quarter of a patch (56 px square) are left out of the file: borders, not places. */
export function truthOf(
  layout: Layout,
  size: Readonly<{ width: number; height: number }>,
  about: Readonly<{ seed: number; mpp: number }>,
): Truth {
  const grid = regionGrid(layout, size, truthLattice);
  const features = grid.tissue.flatMap((number, region): Truth["features"] => {
    const tissue = tissues[number];
    const areaPx = grid.area[region] ?? 0;
    if (tissue === undefined || areaPx < 112 * 112) return [];
    return [
      {
        type: "Feature",
        id: `${tissue}-${region}`,
        properties: { tissue, title: tissueText[tissue].title, region, areaPx },
        geometry: { type: "Polygon", coordinates: ringsOf(grid, region) },
      },
    ];
  });
  return { type: "FeatureCollection", synthetic: true, ...about, ...size, latticePx: truthLattice, features };
}
