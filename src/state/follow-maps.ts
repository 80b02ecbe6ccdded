// What happens to maps by itself: those kept of a slide come back with it, the tissue below them follows the mask, and every label, undo
// or class recolours the frozen-feature preview. Knows the engine's api and the store of maps; no screen.
import { isAbort, toFault } from "../base/fault.ts";
import { createLatest } from "../base/latest.ts";
import { cellCount } from "../domain/map-grid.ts";
import { frozenLayer, placeState, type SheetRecord } from "../domain/map-sheet.ts";
import { patchKey } from "../domain/patch.ts";
import type { PreviewMap } from "../protocol/map-api.ts";
import { say } from "../words/say.ts";
import { type ActionContext, stateOf } from "./action.ts";
import { changeMaps, readTissue } from "./actions/maps.ts";
import { sheetHere } from "./map-selectors.ts";
import { examples } from "./selectors.ts";
import { notify } from "./session-store.ts";

/** Returns what ends it. */
export function followMaps(context: ActionContext): () => void {
  const ends = [followKept(context), followPreview(context)];
  return () => {
    for (const end of ends) end();
  };
}

/** Kept places of the slide on the screen, and the tissue they lie on. */
function followKept(context: ActionContext): () => void {
  const latest = createLatest();
  let last = "";
  const look = (): void => {
    const state = stateOf(context);
    const here = sheetHere(state, state.session.maps.options.overlap);
    const key = here ? `${here.id} ${state.session.tissueRevision}` : "";
    if (key === last) return;
    last = key;
    if (!here) return;
    latest
      .run((signal) => bringBack(context, here, signal))
      .catch((error: unknown) => {
        if (isAbort(error)) return;
        const fault = toFault(error, "storage", say("The kept map could not be read"));
        notify(context.session, "warning", fault.message, fault);
      });
  };
  const ends = [context.project.subscribe(look), context.session.subscribe(look)];
  look();
  return () => {
    latest.cancel();
    for (const end of ends) end();
  };
}

async function bringBack(context: ActionContext, here: SheetRecord, signal: AbortSignal): Promise<void> {
  const { maps, mapStore, session } = context;
  if (!session.getState().maps.sheets.has(here.id)) {
    const { sheets, warnings } = await mapStore.list(here.slideId);
    signal.throwIfAborted();
    for (const warning of warnings) notify(session, "warning", warning);
    const record = sheets.find(({ id }) => id === here.id);
    if (record) {
      const { chunks, damaged } = await mapStore.chunks(record, { features: false });
      signal.throwIfAborted();
      // A sweep that was begun meanwhile has newer numbers.
      if (!session.getState().maps.sheets.has(here.id)) {
        maps.ensure(record.id, record.grid);
        const classesOf = (key: string | null): number =>
          record.layers.find((layer) => layer.key === key)?.classes.length ?? 0;
        for (const chunk of chunks) maps.put(record.id, chunk, classesOf(chunk.layer));
        changeMaps(context, ({ sheets: now, revision }) => ({
          sheets: new Map(now).set(record.id, record),
          revision: revision + 1,
        }));
      }
      if (damaged > 0) {
        notify(
          session,
          "warning",
          say("{damaged} parts of the kept map could not be read; their places are computed again.", { damaged }),
        );
      }
    }
  }
  if (maps.has(here.id)) {
    await readTissue(context, here, signal);
    changeMaps(context, ({ revision }) => ({ revision: revision + 1 }));
  }
}

/** New features are worth a new preview when they are a tenth more; the last few always are. */
const worthAnother = (read: number, seen: number): boolean => read > seen * 1.1 || (read !== seen && read - seen > 256);

function followPreview(context: ActionContext): () => void {
  const latest = createLatest();
  let last = "";
  let readThen = 0;
  let readNow = 0;
  let sheetThen = "";
  let seen: readonly unknown[] = [];
  const look = (): void => {
    const state = stateOf(context);
    const { session, project } = state;
    // Most changes of state change no label: those must cost nothing.
    const inputs = [
      project.project,
      session.engine,
      session.openSlides,
      session.currentSlide,
      session.maps.revision,
      session.maps.options,
      session.maps.sweep === null,
    ];
    if (inputs.every((value, i) => value === seen[i])) return;
    seen = inputs;
    const here = sheetHere(state, session.maps.options.overlap);
    if (!here || !context.maps.has(here.id) || session.engine.kind !== "ready") {
      last = "";
      return;
    }
    readNow = context.maps.read(here.id);
    if (sheetThen !== here.id) [sheetThen, readThen] = [here.id, 0];
    const atRest = session.maps.sweep === null || session.maps.sweep.state === "paused";
    if (worthAnother(readNow, readThen) || (atRest && readNow !== readThen)) readThen = readNow;
    const list = examples(state);
    const classes = project.project.classes.filter((c) => list.some(({ classId }) => classId === c.id));
    const said = [
      ...classes.map((c) => `${c.id} ${c.name} ${c.color}`),
      ...list.map((e) => `${e.classId} ${patchKey(e.patch)}`),
    ];
    const key = [
      here.id,
      readThen,
      session.engine.status.weightsDigest,
      session.engine.status.provider.words,
      ...said,
    ].join("\n");
    if (key === last) return;
    last = key;
    if (classes.length < 2 || readNow === 0) {
      latest.cancel();
      context.maps.dropLayer(here.id, frozenLayer);
      if (session.maps.preview) changeMaps(context, ({ revision }) => ({ preview: null, revision: revision + 1 }));
      return;
    }
    latest
      .run(async (signal) => {
        const answer = await asked(context, here, { classes, examples: list }, signal);
        if (answer.kind !== "scored") return;
        show(context, here, answer, list.length);
      })
      .catch((error: unknown) => {
        if (isAbort(error)) return;
        // Asked again with the next label: a preview that fails must not stand in the way of anything.
        last = "";
        const fault = toFault(error, "runtime", say("The preview map could not be computed"));
        if (fault.kind !== "worker-died" && fault.kind !== "device-lost")
          notify(context.session, "warning", fault.message, fault);
      });
  };
  const ends = [context.project.subscribe(look), context.session.subscribe(look)];
  look();
  return () => {
    latest.cancel();
    for (const end of ends) end();
  };
}

type Said = Readonly<{
  classes: Parameters<ActionContext["engine"]["previewMap"]>[0]["classes"];
  examples: ReturnType<typeof examples>;
}>;

/** After a reload or a loss the engine is given the kept features first. */
async function asked(context: ActionContext, here: SheetRecord, said: Said, signal: AbortSignal): Promise<PreviewMap> {
  const { id: sheet, slideId, spec, grid } = here;
  const ask = (known: number): Promise<PreviewMap> => context.engine.previewMap({ sheet, known, ...said }, { signal });
  const first = await ask(context.maps.read(sheet));
  if (first.kind !== "forgotten") return first;
  const record = context.session.getState().maps.sheets.get(sheet) ?? here;
  const { chunks } = await context.mapStore.chunks(record, { features: true });
  for (const { cells, states, features } of chunks) {
    signal.throwIfAborted();
    const width = features.length / Math.max(1, cells.length);
    if (width === 0) continue;
    const rows = [...states.keys()].filter((i) => states[i] === placeState.read);
    const kept = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      kept.set(features.subarray(row * width, (row + 1) * width), i * width);
    });
    const wanted = Uint32Array.from(rows, (row) => cells[row] ?? 0);
    await context.engine.putFeatures({ sheet, slideId, spec, grid, cells: wanted, features: kept }, { signal });
  }
  // What the disk did not keep stays uncoloured rather than keeping the rest from its colours.
  return ask(0);
}

function show(
  context: ActionContext,
  here: SheetRecord,
  answer: Extract<PreviewMap, { kind: "scored" }>,
  labels: number,
): void {
  const { classes, cells, scores } = answer;
  const columns = classes.length;
  const all = new Float32Array(cellCount(here.grid) * columns).fill(Number.NaN);
  cells.forEach((cell, i) => {
    all.set(scores.subarray(i * columns, (i + 1) * columns), cell * columns);
  });
  if (!context.maps.has(here.id)) return;
  context.maps.setLayer(here.id, frozenLayer, all, columns);
  changeMaps(context, ({ revision }) => ({
    preview: { sheet: here.id, classes, labels, milliseconds: answer.milliseconds },
    revision: revision + 1,
  }));
}
