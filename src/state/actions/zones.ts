// Commands on what is drawn on a slide beside labels: regions, and how its tissue is found. Knows no pointer and no mask.
import type { SlideId } from "../../base/brand.ts";
import { defaultTissue, type TissueEdit, type TissueSettings, type ZoneId, zoneLimits } from "../../domain/zone.ts";
import type { Polygon } from "../../math/polygon.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, type AppState, stateOf } from "../action.ts";
import { canWrite, currentSlide, zonesHere } from "../selectors.ts";

const gone = (): string => say("This region does not exist any more.");

const drawable = (state: AppState, rings: Polygon): true | string => {
  const write = canWrite(state);
  if (write !== true) return write;
  if (!currentSlide(state)) return say("Open a slide first.");
  const fits = rings.length > 0 && rings.length <= zoneLimits.rings;
  const sane = rings.every((ring) => ring.length >= 3 && ring.length <= zoneLimits.points);
  return (fits && sane) || say("This shape has too many corners, or too few. Draw a simpler one.");
};

export const addZone: Action<Readonly<{ rings: Polygon; name?: string }>> = {
  id: "zone/add",
  title: "Add region",
  enabled: (state, { rings }) => drawable(state, rings),
  run: (context, { rings, name }) => {
    const slide = currentSlide(stateOf(context));
    if (!slide) return;
    const slideId = slide.info.id;
    const taken = new Set(zonesHere(stateOf(context), slideId).map((zone) => zone.name));
    let n = taken.size + 1;
    while (taken.has(say("Region {n}", { n }))) n++;
    const zone = { id: context.newId() as ZoneId, slideId, name: name?.trim().slice(0, 200) || `Region ${n}`, rings };
    context.project.dispatch({
      title: `Draw region: ${zone.name}`,
      undoable: true,
      events: [{ type: "zone/put", zone }],
    });
  },
};

export const removeZone: Action<Readonly<{ id: ZoneId }>> = {
  id: "zone/remove",
  title: "Remove region",
  enabled: (state, { id }) => {
    const write = canWrite(state);
    return write === true ? state.project.project.zones.has(id) || gone() : write;
  },
  run: ({ project }, { id }) => {
    const zone = project.getState().project.zones.get(id);
    if (!zone) return;
    project.dispatch({ title: `Remove region: ${zone.name}`, undoable: true, events: [{ type: "zone/remove", id }] });
  },
};

export function tissueSettings({ project }: Pick<AppState, "project">, slideId: SlideId): TissueSettings {
  return project.project.tissue.get(slideId) ?? defaultTissue;
}

function putTissue(
  context: ActionContext,
  title: string,
  change: (before: TissueSettings) => TissueSettings | null,
): void {
  const state = stateOf(context);
  const slideId = currentSlide(state)?.info.id;
  if (!slideId) return;
  const settings = change(tissueSettings(state, slideId));
  context.project.dispatch({ title, undoable: true, events: [{ type: "tissue/put", slideId, settings }] });
}

/** A stroke that says: this is tissue, or this is not. */
export const editTissue: Action<TissueEdit> = {
  id: "tissue/edit",
  title: "Correct the tissue",
  enabled: (state, { rings }) => {
    const slide = currentSlide(state);
    if (slide && tissueSettings(state, slide.info.id).edits.length >= zoneLimits.edits) {
      return say("At most {edits} corrections of the tissue on one slide.", { edits: zoneLimits.edits });
    }
    return drawable(state, rings);
  },
  run: (context, edit) =>
    putTissue(context, edit.mode === "add" ? "Add tissue" : "Remove tissue", (before) => ({
      ...before,
      edits: [...before.edits, edit],
    })),
};

const writableSlide = (state: AppState): true | string => {
  const write = canWrite(state);
  return write === true ? currentSlide(state) !== null || say("Open a slide first.") : write;
};

export const changeTissue: Action<Partial<Omit<TissueSettings, "edits">>> = {
  id: "tissue/settings",
  title: "Change how tissue is found",
  enabled: writableSlide,
  run: (context, change) => putTissue(context, "Change how tissue is found", (before) => ({ ...before, ...change })),
};

/** Found by default again, corrections forgotten. */
export const resetTissue: Action = {
  id: "tissue/reset",
  title: "Find tissue by default",
  enabled: writableSlide,
  run: (context) => putTissue(context, "Find tissue by default", () => null),
};
