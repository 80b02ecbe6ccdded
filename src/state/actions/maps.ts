// Commands on whole-slide maps: compute, pause, go on, cancel, discard, and how a map is looked at. Knows no screen.
import { type FaultData, faultToData, isAbort, isFault, toFault } from "../../base/fault.ts";
import { tissueShares } from "../../domain/map-plan.ts";
import type { SheetLayer, SheetRecord } from "../../domain/map-sheet.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, type AppState, stateOf } from "../action.ts";
import { blocksSweep, layerToSweep, sheetHere } from "../map-selectors.ts";
import type { MapsState, MapView, SweepOptions, SweepState } from "../map-state.ts";
import { planSweep, sweepThrough } from "../map-sweep.ts";
import { zonesHere } from "../selectors.ts";

const noSweep = (): string => say("No map is being computed.");

export function changeMaps(
  { session }: Pick<ActionContext, "session">,
  change: (maps: MapsState) => Partial<MapsState>,
): void {
  session.setState(({ maps }) => ({ maps: { ...maps, ...change(maps) } }));
}

const changeSweep = (context: ActionContext, change: Partial<SweepState>): void =>
  changeMaps(context, ({ sweep }) => (sweep ? { sweep: { ...sweep, ...change } } : {}));

/** The share of tissue of every place, from the mask that also answers clicks; none where the slide is too large for one. */
export async function readTissue(context: ActionContext, record: SheetRecord, signal: AbortSignal): Promise<void> {
  const { maps, slides } = context;
  maps.ensure(record.id, record.grid);
  try {
    const mask = await slides.tissueMask({ slideId: record.slideId }, { signal });
    maps.setTissue(record.id, tissueShares(record.grid, mask));
  } catch (error) {
    if (!isFault(error, "limit")) throw error;
    maps.setTissue(record.id, null);
  }
}

/** The sheet as it is kept from now on, with this layer among its layers. */
async function beginSheet(context: ActionContext, begun: SheetRecord, layer: SheetLayer | null): Promise<SheetRecord> {
  const before = context.session.getState().maps.sheets.get(begun.id) ?? begun;
  const layers = layer ? [...before.layers.filter(({ key }) => key !== layer.key), layer] : before.layers;
  const record = { ...before, layers };
  let unkept: FaultData | null = null;
  try {
    await context.mapStore.put(record);
  } catch (error) {
    unkept = faultToData(toFault(error, "storage", say("The map could not be kept")));
  }
  changeMaps(context, ({ sheets }) => ({ sheets: new Map(sheets).set(record.id, record), unkept }));
  return record;
}

async function run(context: ActionContext, layer: SheetLayer | null, options: SweepOptions): Promise<void> {
  const begun = sheetHere(stateOf(context), options.overlap);
  if (!begun) return;
  const { slideId } = begun;
  changeMaps(context, ({ view }) => ({
    sweep: {
      sheet: begun.id,
      slideId,
      layer: layer?.key ?? null,
      options,
      state: "preparing",
      done: 0,
      total: 0,
      perSecond: null,
    },
    ended: null,
    view: { ...view, visible: true, layer: null },
  }));
  // Some four times a second, however fast places come: every change is drawn by the whole page.
  let untold = 0;
  const tell = (places: number, perSecond: number, atLeast = perSecond / 4): void => {
    untold += places;
    if (untold < atLeast) return;
    const told = untold;
    untold = 0;
    changeMaps(context, ({ sweep, revision }) => ({
      revision: revision + 1,
      ...(sweep && { sweep: { ...sweep, state: "running" as const, done: sweep.done + told, perSecond } }),
    }));
  };
  let own: AbortSignal | null = null;
  try {
    await context.sweeping.run(async (signal) => {
      own = signal;
      await readTissue(context, begun, signal);
      const record = await beginSheet(context, begun, layer);
      const zones = zonesHere(stateOf(context), slideId);
      const { cells, total } = planSweep(context, record, layer, options, zones);
      changeSweep(context, { state: "running", done: total - cells.length, total });
      const unreadable = await sweepThrough(context, record, layer, cells, {
        signal,
        onKept: (places, perSecond) => {
          // What is kept after a pause is on the map; how many they are is counted when it goes on.
          if (!signal.aborted) tell(places, perSecond);
        },
        onRestart: () => changeSweep(context, { state: "restarting", perSecond: null }),
      });
      signal.throwIfAborted();
      changeMaps(context, ({ revision }) => ({
        sweep: null,
        revision: revision + 1,
        ended: { kind: "complete", places: total, unreadable },
      }));
    });
  } catch (error) {
    if (isAbort(error)) {
      // Cancelled by nobody here (the slide reader was started anew, say): it must not look as if it were still at work.
      const here = own as AbortSignal | null;
      changeSweep(context, here && !here.aborted ? { state: "paused", perSecond: null } : { perSecond: null });
      return;
    }
    const fault = toFault(error, "runtime", say("The map could not be computed"));
    changeMaps(context, () => ({ sweep: null, ended: { kind: "failed", fault: faultToData(fault) } }));
    throw fault;
  }
}

/** Resolves when the sweep has ended, in whichever way; places finished before are not computed again. */
export const startSweep: Action = {
  id: "map/start",
  title: "Map the tissue",
  enabled: (state) => {
    const blocked = blocksSweep(state);
    if (blocked !== null) return blocked;
    const { options } = state.session.maps;
    const { currentSlide } = state.session;
    if (options.area !== "regions" || currentSlide === null) return true;
    return zonesHere(state, currentSlide).length > 0 || say("Draw a region on the slide first, or map all tissue.");
  },
  run: (context) => run(context, layerToSweep(stateOf(context)), context.session.getState().maps.options),
};

const sweepOf = ({ session }: AppState): SweepState | null => session.maps.sweep;

/** At once: what the engine still computes is thrown away, what it has told is kept. */
export const pauseSweep: Action = {
  id: "map/pause",
  title: "Pause",
  enabled: (state) => {
    const sweep = sweepOf(state);
    if (!sweep) return noSweep();
    return sweep.state !== "paused" || say("The map is paused.");
  },
  run: (context) => {
    changeSweep(context, { state: "paused", perSecond: null });
    context.sweeping.cancel();
  },
};

export const resumeSweep: Action = {
  id: "map/resume",
  title: "Go on",
  enabled: (state) => {
    const sweep = sweepOf(state);
    if (sweep?.state !== "paused") return say("The map is not paused.");
    if (sweep.slideId !== state.session.currentSlide) return say("Show the slide of this map first.");
    return blocksSweep(state) ?? true;
  },
  run: (context) => {
    const { sweep, sheets } = context.session.getState().maps;
    if (!sweep) return;
    const layer = sheets.get(sweep.sheet)?.layers.find(({ key }) => key === sweep.layer) ?? null;
    // Paused before its sheet was begun: whoever answers now.
    return run(context, sweep.layer === null ? null : (layer ?? layerToSweep(stateOf(context))), sweep.options);
  },
};

/** Ends the sweep; the places that were finished stay on the map. */
export const cancelSweep: Action = {
  id: "map/cancel",
  title: "Cancel",
  enabled: (state) => sweepOf(state) !== null || noSweep(),
  run: (context) => {
    changeMaps(context, () => ({ sweep: null, ended: { kind: "cancelled" } }));
    context.sweeping.cancel();
  },
};

/** Everything computed of this slide under this backbone and stride is forgotten, here and on disk. */
export const discardMap: Action = {
  id: "map/discard",
  title: "Discard this map",
  enabled: (state) => {
    const here = sheetHere(state, state.session.maps.options.overlap);
    if (!here || !state.session.maps.sheets.has(here.id)) return say("There is no map to discard.");
    const sweep = sweepOf(state);
    return sweep?.sheet !== here.id || sweep.state === "paused" || say("Pause or cancel the map first.");
  },
  run: async (context) => {
    const here = sheetHere(stateOf(context), context.session.getState().maps.options.overlap);
    if (!here) return;
    changeMaps(context, ({ sheets, sweep, preview }) => {
      const rest = new Map(sheets);
      rest.delete(here.id);
      return {
        sheets: rest,
        ended: null,
        sweep: sweep?.sheet === here.id ? null : sweep,
        preview: preview?.sheet === here.id ? null : preview,
      };
    });
    context.maps.drop(here.id);
    await context.mapStore.remove(here.id);
    if (stateOf(context).session.engine.kind === "ready") await context.engine.forgetFeatures({ sheet: here.id });
  },
};

export const changeMapView: Action<Partial<MapView>> = {
  id: "map/view",
  title: "Change how the map looks",
  enabled: () => true,
  run: (context, change) => changeMaps(context, ({ view }) => ({ view: { ...view, ...change } })),
};

export const toggleMap: Action = {
  id: "map/toggle",
  title: "Show or hide the map",
  keys: ["M"],
  enabled: () => true,
  run: (context) => changeMaps(context, ({ view }) => ({ view: { ...view, visible: !view.visible } })),
};

export const changeSweepOptions: Action<Partial<SweepOptions>> = {
  id: "map/options",
  title: "Change what is mapped",
  enabled: (state) => {
    const sweep = sweepOf(state);
    return sweep === null || sweep.state === "paused" || say("Pause or cancel the map first.");
  },
  run: (context, change) => changeMaps(context, ({ options }) => ({ options: { ...options, ...change } })),
};
