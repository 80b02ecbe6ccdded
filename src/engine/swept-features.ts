// Frozen features of swept places, kept for as long as the backbone is loaded, so that a new label recolours a map without looking at
// the slide again. Knows cells and numbers; no classes and no prompts.
import type { SlideId } from "../base/brand.ts";
import { centre } from "../domain/geometry.ts";
import { cellAt, cellCount, cellPatch, type MapGrid } from "../domain/map-grid.ts";
import type { SheetId } from "../domain/map-sheet.ts";
import type { Patch, PatchSpec } from "../domain/patch.ts";

/** Which places the cells of a sheet are. */
export type SheetPlace = Readonly<{ slideId: SlideId; spec: PatchSpec; grid: MapGrid }>;

export type SweptFeatures = Readonly<{
  /** `features` [cells, width] row-major, copied. False where the budget holds no more of this sheet: what is kept stays. */
  put(sheet: SheetId, place: SheetPlace, cells: Uint32Array, features: Float32Array, width: number): boolean;
  /** Of exactly this patch; null where it is no place of any sheet, or not swept. */
  featuresOf(patch: Patch): Float32Array | null;
  /** Places of a sheet in blocks: `cells` [n], `features` [n, width]. Views: not to be kept. */
  blocks(sheet: SheetId): readonly Readonly<{ cells: Uint32Array; features: Float32Array }>[];
  count(sheet: SheetId): number;
  /** Which places a sheet's cells are; null: none of it is kept. */
  placeOf(sheet: SheetId): SheetPlace | null;
  forget(sheet: SheetId): void;
  clear(): void;
  readonly bytes: number;
}>;

const rowsOfBlock = 1024;

type Block = { readonly cells: Uint32Array; readonly features: Float32Array; used: number };
type Sheet = {
  readonly place: SheetPlace;
  readonly width: number;
  readonly rowOf: Int32Array;
  readonly blocks: Block[];
};

export function createSweptFeatures(budgetBytes: number): SweptFeatures {
  // Insertion order: the sheet swept or asked longest ago comes first, and makes room first.
  const sheets = new Map<SheetId, Sheet>();
  const bytesOf = ({ blocks, width }: Sheet): number => blocks.length * rowsOfBlock * width * 4;
  const used = (): number => [...sheets.values()].reduce((sum, sheet) => sum + bytesOf(sheet), 0);

  const sheetFor = (id: SheetId, place: SheetPlace, width: number): Sheet => {
    const known = sheets.get(id);
    const sheet = known ?? { place, width, rowOf: new Int32Array(cellCount(place.grid)).fill(-1), blocks: [] };
    sheets.delete(id);
    sheets.set(id, sheet);
    return sheet;
  };

  const roomFor = (id: SheetId, bytes: number): boolean => {
    for (const other of sheets.keys()) {
      if (used() + bytes <= budgetBytes) return true;
      if (other !== id) sheets.delete(other);
    }
    return used() + bytes <= budgetBytes;
  };

  const newRow = (id: SheetId, sheet: Sheet): number => {
    const last = sheet.blocks.at(-1);
    if (!last || last.used === rowsOfBlock) {
      if (!roomFor(id, rowsOfBlock * sheet.width * 4)) return -1;
      sheet.blocks.push({
        cells: new Uint32Array(rowsOfBlock),
        features: new Float32Array(rowsOfBlock * sheet.width),
        used: 0,
      });
    }
    const block = sheet.blocks[sheet.blocks.length - 1]!;
    return (sheet.blocks.length - 1) * rowsOfBlock + block.used++;
  };

  return {
    put(id, place, cells, features, width) {
      const sheet = sheetFor(id, place, width);
      if (sheet.width !== width)
        throw new Error(`assertion failed: features of ${width}, the sheet has ${sheet.width}`);
      for (let i = 0; i < cells.length; i++) {
        const cell = cells[i]!;
        let row = sheet.rowOf[cell]!;
        if (row < 0) {
          row = newRow(id, sheet);
          if (row < 0) return false;
          sheet.rowOf[cell] = row;
        }
        const block = sheet.blocks[Math.floor(row / rowsOfBlock)]!;
        const at = row % rowsOfBlock;
        block.cells[at] = cell;
        block.features.set(features.subarray(i * width, (i + 1) * width), at * width);
      }
      return true;
    },
    featuresOf({ slideId, region, spec }) {
      for (const { place, rowOf, blocks, width } of sheets.values()) {
        if (place.slideId !== slideId || !sameSpec(place.spec, spec)) continue;
        const cell = cellAt(place.grid, centre(region));
        const row = cell === null ? -1 : rowOf[cell]!;
        if (cell === null || row < 0) continue;
        const { x, y } = cellPatch(place.grid, cell);
        if (x !== region.x || y !== region.y) continue;
        const at = row % rowsOfBlock;
        return blocks[Math.floor(row / rowsOfBlock)]!.features.subarray(at * width, (at + 1) * width);
      }
      return null;
    },
    blocks: (id) => {
      const sheet = sheets.get(id);
      return (sheet?.blocks ?? []).map(({ cells, features, used: rows }) => ({
        cells: cells.subarray(0, rows),
        features: features.subarray(0, rows * (sheet?.width ?? 0)),
      }));
    },
    placeOf: (id) => sheets.get(id)?.place ?? null,
    count: (id) => (sheets.get(id)?.blocks ?? []).reduce((sum, block) => sum + block.used, 0),
    forget: (id) => void sheets.delete(id),
    clear: () => sheets.clear(),
    get bytes() {
      return used();
    },
  };
}

const sameSpec = (a: PatchSpec, b: PatchSpec): boolean =>
  a.pixels === b.pixels && a.mpp === b.mpp && a.filter === b.filter && a.edge === b.edge && a.snap === b.snap;
