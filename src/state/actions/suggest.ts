// Commands on suggested places: look for them, accept, give another class, skip, say unsure, accept all. Every answer is the person's, is
// marked as answered on a suggestion, and can be undone. Knows no screen.
import type { ClassId, LabelId } from "../../base/brand.ts";
import { faultToData, isAbort, toFault } from "../../base/fault.ts";
import type { Aside, AsideId } from "../../domain/aside.ts";
import { centre, contains, type Point, type Region } from "../../domain/geometry.ts";
import type { Label, LabelOrigin } from "../../domain/label.ts";
import { regionAround } from "../../domain/patch.ts";
import type { ProjectEvent } from "../../domain/project.ts";
import { slideBounds } from "../../domain/slide.ts";
import type { Suggestion } from "../../protocol/labelling-api.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, type AppState, stateOf } from "../action.ts";
import { testPlaces } from "../map-checks.ts";
import { sheetHere } from "../map-selectors.ts";
import { blocksPatches, canWrite, currentSlide, examples, labelAt, patchSpec, slideMpp } from "../selectors.ts";
import { asideRegions, openSuggestions } from "../suggested.ts";

const onStrip = 12;
const noneOpen = (): string => say("There is no suggested place to answer.");

/** Opens the strip, or fills it anew. A newer look cancels an older one. */
export const suggest: Action = {
  id: "suggest/look",
  title: "Suggest patches to label",
  keys: ["N"],
  enabled: (state) => {
    const write = canWrite(state);
    return write === true ? (blocksPatches(state) ?? true) : write;
  },
  run: async (context) => {
    const { session } = context;
    const state = stateOf(context);
    const slide = currentSlide(state);
    const spec = patchSpec(state);
    if (!slide || !spec) return;
    const slideId = slide.info.id;
    const here = sheetHere(state, state.session.maps.options.overlap);
    const said = examples(state);
    const classes = state.project.project.classes.filter((c) => said.some(({ classId }) => classId === c.id));
    session.setState({ suggesting: { kind: "looking", slideId, done: 0, total: 0 } });
    try {
      const found = await context.suggesting.run((signal) =>
        context.engine.suggest(
          {
            slideId,
            spec,
            sheet: here && context.maps.has(here.id) ? here.id : null,
            classes,
            examples: said,
            // What tests a map must stay unknown to whoever is asked for labels to learn from.
            avoid: [...asideRegions(state), ...testPlaces(state, slideId)],
            count: onStrip,
          },
          {
            signal,
            onProgress: ({ done, total }) => {
              if (!signal.aborted) session.setState({ suggesting: { kind: "looking", slideId, done, total } });
            },
          },
        ),
      );
      session.setState({ suggesting: { kind: "shown", slideId, ...found, chosen: 0 } });
    } catch (error) {
      if (isAbort(error)) return;
      const fault = toFault(error, "runtime", say("No places could be suggested"));
      session.setState({ suggesting: { kind: "failed", slideId, fault: faultToData(fault) } });
    }
  },
};

export const closeSuggestions: Action = {
  id: "suggest/close",
  title: "Close the suggestions",
  enabled: () => true,
  run: ({ session, suggesting }) => {
    suggesting.cancel();
    session.setState({ suggesting: { kind: "closed" } });
  },
};

export const chooseSuggestion: Action<Readonly<{ index: number }>> = {
  id: "suggest/choose",
  title: "Look at a suggested place",
  enabled: (state) => openSuggestions(state).list.length > 0 || noneOpen(),
  run: (context, { index }) => {
    const { list } = openSuggestions(stateOf(context));
    const chosen = Math.min(list.length - 1, Math.max(0, index));
    context.session.setState(({ suggesting }) =>
      suggesting.kind === "shown" ? { suggesting: { ...suggesting, chosen } } : {},
    );
  },
};

function newLabel(context: ActionContext, region: Region, classId: ClassId, origin: LabelOrigin): Label | null {
  const slide = currentSlide(stateOf(context));
  const scale = slide && slideMpp(slide.info.calibration);
  if (!slide || !scale) return null;
  const id = context.newId();
  return { id: id as LabelId, slideId: slide.info.id, classId, region, slideMpp: scale, origin, group: id };
}

const chosenOf = (state: AppState): Suggestion | null => {
  const { list, chosen } = openSuggestions(state);
  return list[chosen] ?? null;
};

const className = (state: AppState, id: ClassId): string | null =>
  state.project.project.classes.find((c) => c.id === id)?.name ?? null;

/** Labels the place that is looked at; without a class it is the one the app says. */
export const answerSuggestion: Action<Readonly<{ classId: ClassId | null }>> = {
  id: "suggest/answer",
  title: "Label the suggested place",
  enabled: (state, { classId }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    const place = chosenOf(state);
    if (!place) return noneOpen();
    const wanted = classId ?? place.called?.classId ?? null;
    if (wanted === null) return say("Nothing answers here yet: press the number of a class.");
    return className(state, wanted) === null ? say("This class does not exist any more.") : true;
  },
  run: (context, { classId }) => {
    const state = stateOf(context);
    const place = chosenOf(state);
    const wanted = classId ?? place?.called?.classId ?? null;
    if (!place || wanted === null) return;
    const origin = place.called?.classId === wanted ? "accepted" : "suggested";
    const label = newLabel(context, place.region, wanted, origin);
    if (!label) return;
    context.project.dispatch({
      title: `Label ${className(state, wanted) ?? ""} (suggested)`,
      undoable: true,
      events: [{ type: "label/put", label }],
    });
  },
};

/** All that are left, each with the class the app says, in one step that is undone as one. */
export const acceptAll: Action = {
  id: "suggest/accept-all",
  title: "Accept all suggested places as shown",
  enabled: (state) => {
    const write = canWrite(state);
    if (write !== true) return write;
    const { list } = openSuggestions(state);
    if (list.length === 0) return noneOpen();
    return list.some(({ called }) => called !== null) || say("Nothing answers here yet: label two classes first.");
  },
  run: (context) => {
    const { list } = openSuggestions(stateOf(context));
    const labels = list.flatMap(({ region, called }) =>
      called ? (newLabel(context, region, called.classId, "accepted") ?? []) : [],
    );
    context.project.dispatch({
      title: labels.length === 1 ? "Accept a suggested place" : `Accept ${labels.length} suggested places`,
      undoable: true,
      events: labels.map((label) => ({ type: "label/put", label })),
    });
  },
};

function newAside(context: ActionContext, region: Region, why: Aside["why"]): Aside | null {
  const slide = currentSlide(stateOf(context));
  const scale = slide && slideMpp(slide.info.calibration);
  return slide && scale
    ? { id: context.newId() as AsideId, slideId: slide.info.id, region, slideMpp: scale, why }
    : null;
}

/** The place that is looked at gets no class and is not suggested again. */
export const setSuggestionAside: Action<Readonly<{ why: Aside["why"] }>> = {
  id: "suggest/aside",
  title: "Set the suggested place aside",
  enabled: (state) => {
    const write = canWrite(state);
    return write === true ? chosenOf(state) !== null || noneOpen() : write;
  },
  run: (context, { why }) => {
    const place = chosenOf(stateOf(context));
    const aside = place && newAside(context, place.region, why);
    if (!aside) return;
    context.project.dispatch({
      title: why === "unsure" ? "Unsure of a patch" : "Skip a suggested patch",
      undoable: true,
      events: [{ type: "aside/put", aside }],
    });
  },
};

/** Any place: not even the person can say. A label that is there goes; the place is not suggested. */
export const sayUnsure: Action<Readonly<{ at: Point<"slide"> }>> = {
  id: "label/unsure",
  title: "Unsure of this patch",
  keys: ["U"],
  enabled: (state, { at }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    const blocked = blocksPatches(state);
    if (blocked !== null) return blocked;
    const slide = currentSlide(state);
    if (!slide || !contains(slideBounds(slide.info), at)) return say("This place is outside the slide.");
    return !asideRegions(state).some((region) => contains(region, at)) || say("You are unsure of this place already.");
  },
  run: (context, { at }) => {
    const state = stateOf(context);
    const slide = currentSlide(state);
    const spec = patchSpec(state);
    const there = labelAt(state, at);
    const region = there?.region ?? (slide && spec && regionAround(at, spec, slide.info.calibration));
    const aside = region && newAside(context, region, "unsure");
    if (!aside) return;
    const removal: ProjectEvent[] = there ? [{ type: "label/remove", id: there.id }] : [];
    context.project.dispatch({
      title: "Unsure of a patch",
      undoable: true,
      events: [...removal, { type: "aside/put", aside }],
    });
  },
};

/** Where a strip's place lies, for whoever flies there. */
export const suggestionCentre = ({ region }: Suggestion): Point<"slide"> => centre(region);
