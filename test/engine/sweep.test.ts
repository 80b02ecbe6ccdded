// Sweeps of a real engine: every place told once, as a click would answer it; the preview of all places as the preview of each.
import { beforeAll, describe, expect, test } from "vitest";
import { cellPatch, type MapGrid } from "../../src/domain/map-grid.ts";
import type { SheetId } from "../../src/domain/map-sheet.ts";
import { mostUnreadable } from "../../src/engine/sweep.ts";
import type { TuneResult } from "../../src/protocol/engine-api.ts";
import type { SweepParams, SweepProgress } from "../../src/protocol/map-api.ts";
import { patchAt, slideId, spec } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine } from "../support/tiny-engine.ts";
import { classesOf, tuneParams } from "../support/tiny-labels.ts";
import { tinyModel } from "../support/tiny-model.ts";

// Rows of the grid lie on the textures of the slide; the first column is glass.
const grid: MapGrid = {
  originX: -400,
  originY: -16,
  stepX: 200,
  stepY: 1000,
  columns: 8,
  rows: 3,
  patchWidth: 32,
  patchHeight: 32,
};
const cells = Uint32Array.from({ length: 24 }, (_, i) => (i * 7) % 24);
const sheet = "a".repeat(64) as SheetId;
const params: SweepParams = { sheet, slideId, spec, grid, cells, set: null };

let tiny: TinyEngine;
let tuned: TuneResult;
beforeAll(async () => {
  tiny = await loadedEngine(tinyModel());
  tuned = await tiny.engine.tune(tuneParams(3, 3));
});

async function swept(change: Partial<SweepParams> = {}): Promise<Map<number, { state: number; scores: number[] }>> {
  const found = new Map<number, { state: number; scores: number[] }>();
  const onProgress = (progress: SweepProgress): void => {
    const columns = progress.scores.length / progress.cells.length;
    progress.cells.forEach((cell, i) => {
      expect(found.has(cell)).toBe(false);
      found.set(cell, {
        state: progress.states[i]!,
        scores: [...progress.scores.subarray(i * columns, (i + 1) * columns)],
      });
    });
  };
  await tiny.engine.sweep({ ...params, ...change }, { onProgress });
  return found;
}

describe("a sweep", () => {
  test("under a prompt set answers each place as a click there is answered, and glass not at all", async () => {
    const found = await swept({ set: tuned.summary.id });
    expect(found.size).toBe(24);
    for (const [cell, { state, scores }] of found) {
      const patch = patchAt(cellPatch(grid, cell));
      const click = await tiny.engine.classify({ patch, scorer: { kind: "prompt-set", id: tuned.summary.id } });
      if (click.kind === "no-tissue") {
        expect(state).toBe(2);
        expect(scores.every(Number.isNaN)).toBe(true);
      } else if (click.kind === "scored") {
        expect(state).toBe(1);
        click.scores.forEach(({ score }, c) => {
          expect(scores[c]).toBeCloseTo(score, 4);
        });
      } else throw new Error("neither glass nor scored");
    }
  });

  test("keeps features: the preview of all places is the preview of each, without reading the slide again", async () => {
    await swept();
    const { examples } = tuneParams(3, 4);
    const classes = classesOf(3);
    await tiny.engine.previewMap({ sheet, known: 1, classes, examples });
    const reads = tiny.slide.reads;
    const preview = await tiny.engine.previewMap({ sheet, known: 1, classes, examples });
    expect(tiny.slide.reads).toBe(reads);
    if (preview.kind !== "scored") throw new Error(preview.kind);
    // Of 8 columns two are at negative x: glass.
    expect(preview.cells).toHaveLength(3 * 6);
    for (const [row, cell] of preview.cells.entries()) {
      const patch = patchAt(cellPatch(grid, cell));
      const click = await tiny.engine.classify({ patch, scorer: { kind: "preview", classes, examples } });
      if (click.kind !== "scored") throw new Error(click.kind);
      click.scores.forEach(({ score }, c) => {
        expect(preview.scores[row * 3 + c]).toBeCloseTo(score, 4);
      });
    }
  });

  test("is given its features back after a reload, and says when they are missing", async () => {
    const other = await loadedEngine(tinyModel());
    const kept: SweepProgress[] = [];
    await tiny.engine.sweep(params, { onProgress: (progress) => kept.push(structuredClone(progress)) });
    const asked = { sheet, known: 18, classes: classesOf(3), examples: tuneParams(3, 4).examples };
    expect(await other.engine.previewMap(asked)).toEqual({ kind: "forgotten", held: 0 });
    for (const { cells: places, states, features } of kept) {
      const width = features.length / places.length;
      const rows = [...states.keys()].filter((i) => states[i] === 1);
      await other.engine.putFeatures({
        ...params,
        cells: Uint32Array.from(rows, (i) => places[i]!),
        features: Float32Array.from(rows.flatMap((i) => [...features.subarray(i * width, (i + 1) * width)])),
      });
    }
    const [mine, theirs] = [await tiny.engine.previewMap(asked), await other.engine.previewMap(asked)];
    if (mine.kind !== "scored" || theirs.kind !== "scored") throw new Error(theirs.kind);
    const byCell = new Map([...mine.cells].map((cell, i) => [cell, [...mine.scores.subarray(i * 3, i * 3 + 3)]]));
    for (const [i, cell] of theirs.cells.entries()) {
      expect([...theirs.scores.subarray(i * 3, i * 3 + 3)]).toEqual(byCell.get(cell));
    }
  });

  test("that is cancelled ends as cancelled, tells nothing more, and the next click is answered", async () => {
    const controller = new AbortController();
    let told = 0;
    const sweeping = tiny.engine.sweep(params, {
      signal: controller.signal,
      onProgress: () => {
        told++;
        controller.abort();
      },
    });
    await expect(sweeping).rejects.toMatchObject({ name: "AbortError" });
    expect(told).toBe(1);
    const patch = patchAt(cellPatch(grid, 5));
    expect(await tiny.engine.classify({ patch, scorer: { kind: "similar" } })).toMatchObject({ kind: "unscored" });
  });

  test("of a slide that went away ends after so many places in a row, however they lie in batches; holes do not end it", async () => {
    const many: MapGrid = { ...grid, originX: 0, columns: 100, rows: 3 };
    const all = { sheet: "c".repeat(64) as SheetId, grid: many, cells: Uint32Array.from({ length: 300 }, (_, i) => i) };
    const states: number[] = [];
    const onProgress = (progress: SweepProgress): void => void states.push(...progress.states);
    const before = tiny.slide.damaged;
    try {
      // One place in 60 can be read: never so many in a row that cannot.
      tiny.slide.damaged = ({ x }) => Math.floor(x / 200) % 60 !== 0;
      await tiny.engine.sweep({ ...params, ...all }, { onProgress });
      expect(states.filter((state) => state === 1)).toHaveLength(6);
      expect(states).toHaveLength(300);
      states.length = 0;
      tiny.slide.damaged = ({ x, y }) => y > 500 || x >= 200 * 10;
      const gone = tiny.engine.sweep({ ...params, ...all }, { onProgress });
      await expect(gone).rejects.toMatchObject({
        kind: "read",
        message: expect.stringMatching(/64 places one after the other.*what there is stays.*Tile 1, 2/),
      });
      // What was computed with the last of them is told: at most one batch of 16 more.
      expect(states.length).toBeGreaterThanOrEqual(10 + mostUnreadable);
      expect(states.length).toBeLessThan(10 + mostUnreadable + 16);
    } finally {
      tiny.slide.damaged = before;
    }
  });

  test("refuses a set it does not hold", async () => {
    await expect(tiny.engine.sweep({ ...params, set: "b".repeat(64) as never })).rejects.toMatchObject({
      kind: "bad-prompt-set",
    });
  });
});
