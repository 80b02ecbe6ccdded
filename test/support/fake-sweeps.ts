// Sweeps of the fake engine: two features a place (its column and row), scores by the column's parity. A test says when it stops.

import type { TissueClass } from "../../src/domain/label.ts";
import type { SheetId } from "../../src/domain/map-sheet.ts";
import type { CallOptions } from "../../src/protocol/call.ts";
import type { Example } from "../../src/protocol/engine-api.ts";
import type { PreviewMap, SweepParams, SweepProgress } from "../../src/protocol/map-api.ts";

export type FakeSweeps = {
  readonly features: Map<SheetId, Map<number, readonly [number, number]>>;
  /** Cells asked for, sweep by sweep. */
  readonly asked: Uint32Array[];
  /** Called before each place; throws what befalls the engine there. */
  before: (cell: number, done: number) => void | Promise<void>;
  put(sheet: SheetId, cells: Uint32Array, features: Float32Array): number;
  preview(sheet: SheetId, known: number, classes: readonly TissueClass[], examples: readonly Example[]): PreviewMap;
};

export function createFakeSweeps(): FakeSweeps {
  const features: FakeSweeps["features"] = new Map();
  return {
    features,
    asked: [],
    before: () => undefined,
    put(sheet, cells, given) {
      const rows = features.get(sheet) ?? new Map();
      features.set(sheet, rows);
      cells.forEach((cell, i) => {
        rows.set(cell, [given[i * 2]!, given[i * 2 + 1]!]);
      });
      return rows.size;
    },
    preview(sheet, known, classes, examples) {
      const rows = features.get(sheet) ?? new Map();
      if (rows.size < known) return { kind: "forgotten", held: rows.size };
      const labelled = classes.filter((c) => examples.some((example) => example.classId === c.id));
      if (labelled.length < 2) return { kind: "no-classes" };
      const cells = Uint32Array.from(rows.keys());
      // Of the first class above the middle, of the last below.
      const scores = Float32Array.from(
        [...rows.values()].flatMap(([, row]: readonly [number, number]) =>
          labelled.map((_, c) => Number(c === (row < 10 ? 0 : labelled.length - 1))),
        ),
      );
      return { kind: "scored", cells, scores, classes: labelled, milliseconds: 1 };
    },
  };
}

export async function fakeSweep(
  { cells, grid, sheet, set }: SweepParams,
  sweeps: FakeSweeps,
  call?: CallOptions<SweepProgress>,
): Promise<{ cells: number }> {
  sweeps.asked.push(cells);
  let done = 0;
  for (const cell of cells) {
    await sweeps.before(cell, done);
    call?.signal?.throwIfAborted();
    const [column, row] = [cell % grid.columns, Math.floor(cell / grid.columns)];
    const features = Float32Array.of(column, row);
    sweeps.put(sheet, Uint32Array.of(cell), features);
    call?.onProgress?.({
      cells: Uint32Array.of(cell),
      states: Uint8Array.of(1),
      features,
      scores: set === null ? new Float32Array(0) : Float32Array.of(1 - (column % 2), column % 2),
      perSecond: 10,
      unreadable: null,
    });
    done++;
    await Promise.resolve();
  }
  return { cells: cells.length };
}
