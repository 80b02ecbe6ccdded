// Forgetting a slide: its labels, regions, checks, maps and name leave the project, the journal and undo. Nothing of it can be taken back.
// Knows no storage beyond the ports; file handles and the workers' memory are the roof's.
import type { SlideId } from "../../base/brand.ts";
import type { Project, ProjectEvent } from "../../domain/project.ts";
import { say } from "../../words/say.ts";
import type { Action, AppState } from "../action.ts";
import { canWrite, isLearning, isTuning, learningRuns, missingSlides } from "../selectors.ts";
import { changeMaps } from "./maps.ts";

/** What goes with a slide, to be shown before. `sets`: names of prompt sets that only work on it. */
export type GoesWithSlide = Readonly<{
  labels: number;
  regions: number;
  checks: number;
  /** Where prompts were learned without labels. */
  places: number;
  sets: readonly string[];
  /** Sets that learned from labels of any slide stay: their numbers cannot be taken apart. */
  staying: number;
  /** Names of those among them that learned from its tissue and say so by its fingerprint. */
  naming: readonly string[];
}>;

export function goesWith({ project }: AppState, id: SlideId): GoesWithSlide {
  const { labels, zones, checks, promptSets, learnedPlaces } = project.project;
  const mine = <T extends Readonly<{ slideId: SlideId }>>(of: Iterable<T>): number =>
    [...of].filter(({ slideId }) => slideId === id).length;
  const only = [...promptSets.values()].filter(({ metadata }) => metadata.onlyOn === id);
  return {
    labels: mine(labels.values()),
    regions: mine(zones.values()),
    checks: mine(checks.values()),
    places: mine([...learnedPlaces.values()].flat()),
    sets: only.map(({ metadata }) => metadata.name),
    staying: promptSets.size - only.length,
    naming: [...promptSets.values()]
      .filter(({ metadata }) => metadata.onlyOn !== id && metadata.learned?.slides.includes(id))
      .map(({ metadata }) => metadata.name),
  };
}

function eventsOf(project: Project, id: SlideId): readonly ProjectEvent[] {
  const { labels, zones, checks, promptSets, learnedPlaces, activeSet, slides, tissue } = project;
  const only = [...promptSets.values()].filter(({ metadata }) => metadata.onlyOn === id);
  return [
    ...(only.some((set) => set.id === activeSet) ? [{ type: "active-set/put", id: null } as const] : []),
    ...only.map((set) => ({ type: "prompt-set/remove", id: set.id }) as const),
    ...[...learnedPlaces].flatMap(([set, places]) => {
      const left = places.filter(({ slideId }) => slideId !== id && !only.some((gone) => gone.id === set));
      if (left.length === places.length) return [];
      return [{ type: "learned-places/put", id: set, places: left.length > 0 ? left : null } as const];
    }),
    ...[...labels.values()].flatMap((l) => (l.slideId === id ? [{ type: "label/remove", id: l.id } as const] : [])),
    ...[...zones.values()].flatMap((z) => (z.slideId === id ? [{ type: "zone/remove", id: z.id } as const] : [])),
    ...[...checks.values()].flatMap((c) => (c.slideId === id ? [{ type: "check/remove", id: c.id } as const] : [])),
    ...(tissue.has(id) ? [{ type: "tissue/put", slideId: id, settings: null } as const] : []),
    ...(slides.has(id) ? [{ type: "slide/remove", id } as const] : []),
  ];
}

/** What the session may still hold of it. */
const forgotten = { exported: null, validation: null, familiarity: null } as const;

export const forgetSlide: Action<Readonly<{ id: SlideId }>> = {
  id: "slide/forget",
  title: "Forget this slide",
  enabled: (state, { id }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    if (isTuning(state)) return say("A tuning is running. Finish or cancel it first.");
    if (isLearning(state)) return learningRuns();
    const { sweep } = state.session.maps;
    if (sweep && sweep.state !== "paused") return say("A map is being computed. Pause or cancel it first.");
    const known = state.project.project.slides.has(id) || state.session.openSlides.has(id);
    return known || say("This slide is not known here any more.");
  },
  run: async (context, { id }) => {
    const { session, maps, mapStore, project } = context;
    context.sweeping.cancel();
    context.indexing.cancel();
    context.clicks.cancel();
    // Maps first: were they to stay, nothing would name them any more.
    const { sheets } = await mapStore.list(id);
    const here = [...session.getState().maps.sheets.values()].filter(({ slideId }) => slideId === id);
    for (const sheet of new Set([...sheets, ...here].map((record) => record.id))) {
      await mapStore.remove(sheet);
      maps.drop(sheet);
    }
    await project.rewrite({ title: "Forget a slide", events: eventsOf(project.getState().project, id) });
    changeMaps(context, ({ sheets: before, revision }) => ({
      sheets: new Map([...before].filter(([, record]) => record.slideId !== id)),
      sweep: null,
      ended: null,
      preview: null,
      revision: revision + 1,
    }));
    if (session.getState().openSlides.has(id)) await context.slides.close({ slideId: id });
    session.setState(({ openSlides, currentSlide }) => {
      const rest = new Map([...openSlides].filter(([slide]) => slide !== id));
      const next = currentSlide === id ? ([...rest.keys()][0] ?? null) : currentSlide;
      // Notices name slides.
      return {
        openSlides: rest,
        currentSlide: next,
        click: { kind: "none" },
        indexing: null,
        notices: [],
        ...forgotten,
      };
    });
  },
};

/** Slides that can be forgotten: of the project, open or not, and open ones nobody kept. */
export function knownSlides(state: AppState): readonly Readonly<{ id: SlideId; name: string; open: boolean }>[] {
  const open = [...state.session.openSlides.values()].map(({ info, name }) => ({ id: info.id, name, open: true }));
  return [...open, ...missingSlides(state).map(({ id, name }) => ({ id, name, open: false }))];
}

/** The project as it stands was saved to a file, or holds nothing worth one. */
export function isSafeElsewhere(state: AppState): boolean {
  const { project } = state.project;
  return state.session.exported === project || (project.labels.size === 0 && project.promptSets.size === 0);
}
