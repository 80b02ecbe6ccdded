// Files for other programs, out and in. Knows no file picker: bytes come in and go out. Long work is done in steps, so that neither
// 100,000 features nor a whole slide's embeddings stop the page.
import { Fault } from "../../base/fault.ts";
import { appVersion } from "../../domain/app-version.ts";
import { centre, type Region } from "../../domain/geometry.ts";
import {
  type Embedding,
  embeddingsZip,
  mapPixels,
  mapSidecar,
  mostClasses,
  wsinferCsv,
} from "../../domain/map-files.ts";
import { cellAt, cellPatch } from "../../domain/map-grid.ts";
import { looksOf } from "../../domain/map-look.ts";
import { placeState } from "../../domain/map-sheet.ts";
import { writePng } from "../../domain/png-file.ts";
import { researchUseNotice } from "../../domain/prompt-set.ts";
import { labelObject, placeObject, type QupathObject, writeGeoJson, zoneObject } from "../../domain/qupath-geojson.ts";
import { writeZip, type ZipEntry } from "../../domain/zip-file.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, type AppState, stateOf } from "../action.ts";
import { labelledCells, type ShownMap, shownMap } from "../map-looks.ts";
import { outlineObjects } from "../map-outlines.ts";
import { currentSlide, examples, labelRegion, labelsHere, zonesHere } from "../selectors.ts";

const noSlide = (): string => say("Open a slide first.");
const noMap = (): string => say("There is no map with answers yet.");

/** The map on the screen with answers to write; Fault `invalid` where there is none. */
function answeredMap(
  context: ActionContext,
): ShownMap & Readonly<{ layer: NonNullable<ShownMap["layer"]>; scores: Float32Array }> {
  const map = shownMap(stateOf(context), context.maps);
  const scores = map?.numbers.scores;
  if (!map?.layer || !scores) throw new Fault("invalid", noMap());
  return { ...map, layer: map.layer, scores };
}

const isSynthetic = (state: AppState): boolean => currentSlide(state)?.info.origin === "generated";

/** Places with an answer on tissue; labelled ones too: a file is no figure. */
function answeredCells({ numbers, scores }: ReturnType<typeof answeredMap>): readonly number[] {
  const looks = looksOf(numbers, { threshold: 0, shown: [] });
  return [...looks.keys()].filter((cell) => (looks[cell] ?? -1) >= 0 && !Number.isNaN(scores[cell * numbers.classes]));
}

/** Lets the page draw between two steps. */
export const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const charactersAStep = 2_000_000;

async function textFile(pieces: Iterable<string>): Promise<Uint8Array> {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let waiting: string[] = [];
  let characters = 0;
  const flush = (): void => {
    parts.push(encoder.encode(waiting.join("")));
    [waiting, characters] = [[], 0];
  };
  for (const piece of pieces) {
    waiting.push(piece);
    characters += piece.length;
    if (characters < charactersAStep) continue;
    flush();
    await breathe();
  }
  flush();
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Labels and regions of the slide on the screen. */
export const exportLabels: Action = {
  id: "export/labels",
  title: "Labels and regions (QuPath GeoJSON)",
  enabled: (state) => {
    const slide = currentSlide(state);
    if (!slide) return noSlide();
    const any = labelsHere(state).length > 0 || zonesHere(state, slide.info.id).length > 0;
    return any || say("There is neither a label nor a region on this slide.");
  },
  run: async (context) => {
    const state = stateOf(context);
    const slide = currentSlide(state);
    if (!slide) return;
    const classes = new Map(state.project.project.classes.map((c) => [c.id, c]));
    const objects: QupathObject[] = labelsHere(state).flatMap((label) => {
      const tissueClass = classes.get(label.classId);
      return tissueClass ? [labelObject(label, labelRegion(state, label), tissueClass)] : [];
    });
    objects.push(...zonesHere(state, slide.info.id).map(zoneObject));
    context.saveFile("pathotune-labels.geojson", await textFile(writeGeoJson(objects)));
  },
};

const mapReady = (state: AppState): true | string => state.session.maps.sheets.size > 0 || noMap();

/** Every answered place as a tile with a measurement a class. */
export const exportMapTiles: Action = {
  id: "export/map-tiles",
  title: "Map as tiles (QuPath GeoJSON)",
  enabled: mapReady,
  run: async (context) => {
    const map = answeredMap(context);
    const { sheet, layer, scores } = map;
    function* objects(): Generator<QupathObject> {
      for (const cell of answeredCells(map)) yield placeObject(sheet.grid, cell, layer.name, layer.classes, scores);
    }
    context.saveFile("pathotune-map.geojson", await textFile(writeGeoJson(objects())));
  },
};

/** For slides of many patches: one outline a class instead of a tile a patch. */
export const exportMapOutlines: Action = {
  id: "export/map-outlines",
  title: "Map as outlines of classes (QuPath GeoJSON)",
  enabled: mapReady,
  run: async (context) => {
    const { sheet, layer, numbers } = answeredMap(context);
    const { threshold } = context.session.getState().maps.view;
    const looks = looksOf(numbers, { threshold, shown: [] });
    const objects = outlineObjects(sheet.grid, looks, layer);
    context.saveFile("pathotune-map-outlines.geojson", await textFile(writeGeoJson(objects)));
  },
};

export const exportMapCsv: Action = {
  id: "export/map-csv",
  title: "Map as a table (WSInfer CSV)",
  enabled: mapReady,
  run: async (context) => {
    const map = answeredMap(context);
    const csv = wsinferCsv(map.sheet.grid, answeredCells(map), map.layer.classes, map.scores);
    saveTogether(context, "pathotune-map-table.zip", [
      { path: "pathotune-map.csv", bytes: await textFile([csv]) },
      { path: "pathotune-map.json", bytes: sidecarOf(context, map) },
    ]);
  },
};

/** One file: browsers ask before a page saves a second one, and a sidecar that is refused is lost. */
function saveTogether(context: ActionContext, name: string, entries: readonly ZipEntry[]): void {
  context.saveFile(name, writeZip(entries));
}

const samePlace = (a: Region, b: Region): boolean => a.x === b.x && a.y === b.y;

function sidecarOf(context: ActionContext, map: ReturnType<typeof answeredMap>): Uint8Array {
  const state = stateOf(context);
  const sidecar = mapSidecar(map.sheet, map.layer, {
    threshold: state.session.maps.view.threshold,
    synthetic: isSynthetic(state),
    labelledLeftOut: labelledCells(state, map.sheet).size,
    appVersion,
  });
  return new TextEncoder().encode(`${JSON.stringify(sidecar, null, 2)}\n`);
}

export const exportMapPicture: Action = {
  id: "export/map-picture",
  title: "Map as a picture (PNG and JSON)",
  enabled: mapReady,
  run: (context) => {
    const map = answeredMap(context);
    const { grid } = map.sheet;
    const { numbers, layer, scores } = map;
    if (layer.classes.length > mostClasses) throw new Fault("limit", `A picture holds at most ${mostClasses} classes.`);
    const { threshold } = context.session.getState().maps.view;
    const looks = looksOf(numbers, { threshold, shown: [] });
    const png = writePng(grid.columns, grid.rows, mapPixels(looks, scores, numbers.classes), {
      Disclaimer: researchUseNotice,
      ...(isSynthetic(stateOf(context)) && { Comment: "Synthetic: drawn by a program." }),
    });
    saveTogether(context, "pathotune-map-picture.zip", [
      { path: "pathotune-map.png", bytes: png },
      { path: "pathotune-map.json", bytes: sidecarOf(context, map) },
    ]);
  },
};

/** The kept frozen features of every swept place, labelled ones with their class. */
export const exportEmbeddings: Action = {
  id: "export/embeddings",
  title: "Patch embeddings (npy, eva)",
  enabled: mapReady,
  run: async (context) => {
    const state = stateOf(context);
    const map = shownMap(state, context.maps);
    if (!map) throw new Fault("invalid", "There is no map yet.");
    const { sheet } = map;
    const { classes } = state.project.project;
    const target = new Map<number, number>();
    for (const { classId, patch } of examples(state)) {
      const cell = patch.slideId === sheet.slideId ? cellAt(sheet.grid, centre(patch.region)) : null;
      // Of exactly this patch: a label a little beside it shows other tissue.
      if (cell !== null && samePlace(cellPatch(sheet.grid, cell), patch.region))
        target.set(
          cell,
          classes.findIndex((c) => c.id === classId),
        );
    }
    const found = new Map<number, Embedding>();
    const { chunks } = await context.mapStore.chunks(sheet, { features: true });
    for (const { cells, states, features } of chunks) {
      const width = features.length / Math.max(1, cells.length);
      if (width === 0) continue;
      cells.forEach((cell, i) => {
        if (states[i] !== placeState.read) return;
        const row = features.subarray(i * width, (i + 1) * width);
        found.set(cell, { cell, features: row, target: target.get(cell) ?? null });
      });
      await breathe();
    }
    if (found.size === 0) throw new Fault("invalid", "No embeddings are kept of this map. Compute it first.");
    const list = [...found.values()].toSorted((a, b) => a.cell - b.cell);
    context.saveFile("pathotune-embeddings.zip", embeddingsZip(sheet, list, classes, isSynthetic(state)));
  },
};
