// A sweep that outlives whoever computes it, and keeps each place before it shows it: after a reload, a lost device or a dead worker it
// goes on with the places that are not kept yet. Knows the engine's api and the store of maps; no screen.
import { Fault, faultToData, isFault, toFault } from "../base/fault.ts";
import { cellCentre, cellCount } from "../domain/map-grid.ts";
import { isBackground } from "../domain/map-look.ts";
import { planCells } from "../domain/map-plan.ts";
import { placeState, type SheetChunk, type SheetLayer, type SheetRecord, setOfLayer } from "../domain/map-sheet.ts";
import { insideAny, type Zone } from "../domain/zone.ts";
import type { SweepProgress } from "../protocol/map-api.ts";
import { say } from "../words/say.ts";
import type { ActionContext } from "./action.ts";
import { ensureKnown } from "./known-sets.ts";
import type { SweepOptions } from "./map-state.ts";
import { notify } from "./session-store.ts";
import { computingAgain, isLoss, mostRestarts } from "./tune-through.ts";

export type SweepPlan = Readonly<{
  /** Places without an answer, coarse to fine. */
  cells: Uint32Array;
  /** Places of this sweep in all. */
  total: number;
}>;

/** Tissue of the area, at the stride asked for, that `layer` (null: features) has not answered. */
export function planSweep(
  { maps }: Pick<ActionContext, "maps">,
  record: SheetRecord,
  layer: SheetLayer | null,
  options: SweepOptions,
  zones: readonly Zone[],
): SweepPlan {
  const numbers = maps.numbers(record.id, layer?.key ?? null);
  if (!numbers) return { cells: new Uint32Array(0), total: 0 };
  const { states, scores, classes } = numbers;
  const inArea = (cell: number): boolean =>
    options.area === "tissue" || insideAny(zones, cellCentre(record.grid, cell));
  const answered = (cell: number): boolean =>
    layer === null ? states[cell] === placeState.read : !Number.isNaN(scores?.[cell * classes] ?? Number.NaN);
  let total = 0;
  const wanted = (cell: number): boolean => {
    if (isBackground(numbers, cell) || !inArea(cell)) return false;
    total++;
    return !answered(cell);
  };
  return { cells: planCells(record.grid, wanted, options.every), total };
}

export type SweepHooks = Readonly<{
  signal: AbortSignal;
  /** After these places are kept. */
  onKept: (places: number, perSecond: number) => void;
  onRestart: () => void;
}>;

/** Resolves with how many places could not be read. Rejects as the engine does, but for losses that leave progress between them. */
export async function sweepThrough(
  context: ActionContext,
  record: SheetRecord,
  layer: SheetLayer | null,
  cells: Uint32Array,
  hooks: SweepHooks,
): Promise<number> {
  const { signal } = hooks;
  const set = layer && setOfLayer(layer.key);
  const finished = new Uint8Array(cellCount(record.grid));
  const writer = createWriter(context, record, layer, hooks.onKept);
  let unreadable = 0;
  let losses = 0;
  let leftAtLoss = -1;
  const onProgress = (progress: SweepProgress): void => {
    for (const cell of progress.cells) finished[cell] = 1;
    for (const state of progress.states) if (state === placeState.unreadable) unreadable++;
    if (progress.unreadable !== null) {
      notify(
        context.session,
        "warning",
        say("A place of the map cannot be read: {unreadable}", { unreadable: progress.unreadable }),
      );
    }
    writer.push(progress, progress.perSecond);
  };
  try {
    for (;;) {
      const left = cells.filter((cell) => finished[cell] === 0);
      if (left.length === 0) return unreadable;
      try {
        if (set) await ensureKnown(context, set, signal);
        const { id: sheet, slideId, spec, grid } = record;
        const params = { sheet, slideId, spec, grid, cells: left, set };
        await context.engine.sweep(params, { signal, onProgress });
        return unreadable;
      } catch (error) {
        signal.throwIfAborted();
        if (!isFault(error) || !isLoss(error.kind)) throw error;
        losses = left.length === leftAtLoss ? losses + 1 : 1;
        leftAtLoss = left.length;
        if (losses > mostRestarts) throw givenUp(error);
        hooks.onRestart();
        notify(
          context.session,
          "warning",
          say("{message} The map goes on where it was.", { message: error.message }),
          error,
        );
        const back = await computingAgain(context, error.kind, new Set([record.slideId]), signal);
        if (back !== record.weightsDigest) {
          throw new Fault(error.kind, `${error.message} Another backbone is loaded now; the map so far is kept.`);
        }
      }
    }
  } finally {
    await writer.idle();
  }
}

const givenUp = (fault: Fault): Fault =>
  new Fault(fault.kind, `${fault.message} It happened again and again, so the map was stopped. What there is is kept.`);

type Writer = Readonly<{
  push(chunk: Omit<SheetChunk, "layer">, perSecond: number): void;
  /** Resolves when all that was pushed is kept and shown. Never rejects. */
  idle(): Promise<void>;
}>;

/** One write at a time; what comes meanwhile is written together. Shown once kept: what is on the screen is there after a reload. */
function createWriter(
  context: ActionContext,
  record: SheetRecord,
  layer: SheetLayer | null,
  onKept: SweepHooks["onKept"],
): Writer {
  const { maps, mapStore, session } = context;
  const waiting: SheetChunk[] = [];
  let rate = 0;
  let writing: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const chunk = merged(waiting.splice(0));
      try {
        await mapStore.append(record, chunk);
      } catch (error) {
        const fault = toFault(error, "storage", say("The map could not be kept"));
        if (session.getState().maps.unkept === null) {
          notify(
            session,
            "warning",
            say("{message} The map goes on, but is gone after a reload.", { message: fault.message }),
            fault,
          );
        }
        session.setState(({ maps: now }) => ({ maps: { ...now, unkept: faultToData(fault) } }));
      }
      maps.put(record.id, chunk, layer?.classes.length ?? 0);
      onKept(chunk.cells.length, rate);
    }
    writing = null;
  };
  return {
    push({ cells, states, features, scores }, perSecond) {
      rate = perSecond;
      waiting.push({ cells, states, features, scores, layer: layer?.key ?? null });
      writing ??= write();
    },
    idle: async () => {
      await writing;
    },
  };
}

function merged(chunks: readonly SheetChunk[]): SheetChunk {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;
  const count = chunks.reduce((sum, { cells }) => sum + cells.length, 0);
  const join = (of: (chunk: SheetChunk) => Float32Array): Float32Array => {
    const out = new Float32Array(chunks.reduce((sum, chunk) => sum + of(chunk).length, 0));
    let at = 0;
    for (const chunk of chunks) {
      out.set(of(chunk), at);
      at += of(chunk).length;
    }
    return out;
  };
  const cells = new Uint32Array(count);
  const states = new Uint8Array(count);
  let at = 0;
  for (const chunk of chunks) {
    cells.set(chunk.cells, at);
    states.set(chunk.states, at);
    at += chunk.cells.length;
  }
  const features = join((chunk) => chunk.features);
  return { cells, states, features, scores: join((chunk) => chunk.scores), layer: first?.layer ?? null };
}
