// A map as files for other programs: WSInfer's table, a picture of one pixel a patch with its sidecar, embeddings with manifests. Pure.
// Every file says that it is for research only; none holds the slide's name, its case or a time.
import { type Cell, writeCsv } from "./csv-file.ts";
import type { TissueClass } from "./label.ts";
import { cellPatch, type MapGrid } from "./map-grid.ts";
import { look } from "./map-look.ts";
import type { SheetLayer, SheetRecord } from "./map-sheet.ts";
import { writeNpy } from "./npy-file.ts";
import { researchUseNotice } from "./prompt-set.ts";
import { writeTorchVector } from "./torch-vector.ts";
import { writeZip, type ZipEntry } from "./zip-file.ts";

/** The patch in whole level-0 pixels, as WSInfer and QuPath take it. */
const box = (grid: MapGrid, cell: number): readonly [number, number, number, number] => {
  const { x, y, width, height } = cellPatch(grid, cell);
  return [x, y, Math.round(width), Math.round(height)];
};

/** WSInfer's model output: minx, miny, width, height and one prob_ column a class; the last column is the notice's. */
export function wsinferCsv(
  grid: MapGrid,
  cells: readonly number[],
  classes: readonly Pick<TissueClass, "name">[],
  scores: Float32Array,
): string {
  const header = ["minx", "miny", "width", "height", ...classes.map(({ name }) => `prob_${name}`), "research_use_only"];
  const row = (cell: number): readonly Cell[] => [
    ...box(grid, cell),
    ...classes.map((_, c) => Number((scores[cell * classes.length + c] ?? 0).toFixed(6))),
    1,
  ];
  return writeCsv(
    header,
    cells.map((cell) => row(cell)),
  );
}

export type MapSidecar = Readonly<Record<string, unknown>>;

/** What the pixels of the map's picture are; JSON. `figures`: places called each class. */
export function mapSidecar(
  record: SheetRecord,
  layer: SheetLayer,
  how: Readonly<{ threshold: number; synthetic: boolean; labelledLeftOut: number; appVersion: string }>,
): MapSidecar {
  const { grid, mppX, mppY, spec } = record;
  return {
    format: "pathotune-map/1",
    notice: researchUseNotice,
    synthetic: how.synthetic,
    appVersion: how.appVersion,
    slide: record.slideId.slice(0, 16),
    backbone: { name: record.model, weightsDigest: record.weightsDigest },
    answers: { key: layer.key, name: layer.name },
    grid: {
      unit: "level-0 pixels",
      originX: grid.originX,
      originY: grid.originY,
      stepX: grid.stepX,
      stepY: grid.stepY,
      columns: grid.columns,
      rows: grid.rows,
      patchWidth: grid.patchWidth,
      patchHeight: grid.patchHeight,
    },
    micrometresPerPixel: { x: mppX, y: mppY },
    patch: { pixels: spec.pixels, mpp: spec.mpp },
    threshold: how.threshold,
    labelledPatchesLeftOutOfFigures: how.labelledLeftOut,
    pixels: {
      meaning: "one pixel a patch; red: 1-based index of the class called, or a code below; green: its score x 255",
      classes: layer.classes.map(({ name, color }, i) => ({ value: i + 1, name, color })),
      codes: codesOf,
    },
  };
}

const codesOf = { notComputed: 0, background: 255, uncertain: 254, unreadable: 253 } as const;
/** Classes a byte can hold beside the codes. */
export const mostClasses = 250;

/** [cells * 4] RGBA: see `mapSidecar`. Opaque, so that no viewer changes the numbers. */
export function mapPixels(looks: Int16Array, scores: Float32Array, classes: number): Uint8Array {
  const out = new Uint8Array(looks.length * 4);
  looks.forEach((value, cell) => {
    const code = value >= 0 ? value + 1 : codeOf(value);
    const best = Math.max(...scores.subarray(cell * classes, (cell + 1) * classes));
    out.set([code, Number.isFinite(best) && code !== 0 ? Math.round(best * 255) : 0, 0, 255], cell * 4);
  });
  return out;
}

function codeOf(value: number): number {
  if (value === look.background) return codesOf.background;
  if (value === look.uncertain) return codesOf.uncertain;
  if (value === look.unreadable) return codesOf.unreadable;
  return codesOf.notComputed;
}

/** A place with its features [F]; `target`: index of its class where it is labelled. */
export type Embedding = Readonly<{ cell: number; features: Float32Array; target: number | null }>;

/**
 * One ZIP: embeddings.npy [places, F] with places.csv (row by row), and for eva the labelled places as .pt vectors with manifest.csv.
 * Throws Fault `limit` beyond what one ZIP holds.
 */
export function embeddingsZip(
  record: SheetRecord,
  embeddings: readonly Embedding[],
  classes: readonly Pick<TissueClass, "name">[],
  synthetic: boolean,
): Uint8Array<ArrayBuffer> {
  const width = embeddings[0]?.features.length ?? 0;
  const table = new Float32Array(embeddings.length * width);
  embeddings.forEach(({ features }, row) => {
    table.set(features, row * width);
  });
  const encoder = new TextEncoder();
  const text = (path: string, value: string): ZipEntry => ({ path, bytes: encoder.encode(value) });
  const place = (row: number): string => `embeddings/${String(row).padStart(6, "0")}.pt`;
  const labelled = embeddings.flatMap((embedding, row) => (embedding.target === null ? [] : [{ ...embedding, row }]));
  const name = (target: number | null): string => (target === null ? "" : (classes[target]?.name ?? ""));
  return writeZip([
    { path: "embeddings.npy", bytes: writeNpy(table, embeddings.length, width) },
    text(
      "places.csv",
      writeCsv(
        ["row", "minx", "miny", "width", "height", "target", "class"],
        embeddings.map(({ cell, target }, row) => [row, ...box(record.grid, cell), target ?? "", name(target)]),
      ),
    ),
    text(
      "manifest.csv",
      writeCsv(
        ["embeddings", "target", "split", "wsi_id", "class"],
        labelled.map(({ row, target }) => [
          place(row),
          target ?? "",
          "train",
          record.slideId.slice(0, 16),
          name(target),
        ]),
      ),
    ),
    ...labelled.map(({ row, features }) => ({ path: place(row), bytes: writeTorchVector(features) })),
    text(
      "README.json",
      `${JSON.stringify(
        {
          notice: researchUseNotice,
          synthetic,
          backbone: { name: record.model, weightsDigest: record.weightsDigest },
          features: width,
          places: embeddings.length,
          files: {
            "embeddings.npy": "float32 [places, features], unprompted; numpy.load",
            "places.csv": "one line a row of embeddings.npy: level-0 pixels, and the class where the place is labelled",
            "manifest.csv":
              "labelled places for eva's offline datasets; every split is train: divide by slide, not by patch",
          },
        },
        null,
        2,
      )}\n`,
    ),
  ]);
}
