// Commands on labels: a place of the current slide is said to be of a class. Knows no screen; where the cursor is, is a parameter.
import type { ClassId, LabelId } from "../../base/brand.ts";
import { contains, type Point } from "../../domain/geometry.ts";
import type { Label, LabelOrigin } from "../../domain/label.ts";
import { regionAround } from "../../domain/patch.ts";
import { slideBounds } from "../../domain/slide.ts";
import { say } from "../../words/say.ts";
import { type Action, type AppState, stateOf } from "../action.ts";
import { blocksPatches, canWrite, currentSlide, labelAt, patchSpec, slideMpp } from "../selectors.ts";
import { addClass } from "./classes.ts";

const gone = (): string => say("This label does not exist any more.");
const className = (state: AppState, id: ClassId): string | null =>
  state.project.project.classes.find((c) => c.id === id)?.name ?? null;

/** Labels the patch around `at` (level-0 pixels). Inside an existing label's outline that label changes its class instead. */
export const labelPatch: Action<Readonly<{ at: Point<"slide">; classId: ClassId; origin?: LabelOrigin }>> = {
  id: "label/put",
  title: "Label patch",
  enabled: (state, { at, classId }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    const name = className(state, classId);
    if (name === null) return say("This class does not exist any more.");
    const blocked = blocksPatches(state);
    if (blocked !== null) return blocked;
    const slide = currentSlide(state);
    if (!slide || !contains(slideBounds(slide.info), at)) return say("This place is outside the slide.");
    return labelAt(state, at)?.classId === classId ? say("This place is already labelled {name}.", { name }) : true;
  },
  run: (context, { at, classId, origin = "free" }) => {
    const state = stateOf(context);
    const slide = currentSlide(state);
    const spec = patchSpec(state);
    if (!slide || !spec) return;
    const region = regionAround(at, spec, slide.info.calibration);
    const scale = slideMpp(slide.info.calibration);
    if (!region || scale === null) return;
    const there = labelAt(state, at);
    const id = context.newId();
    const label: Label = there
      ? { ...there, classId }
      : { id: id as LabelId, slideId: slide.info.id, classId, region, slideMpp: scale, origin, group: id };
    context.project.dispatch({
      title: `${there ? "Relabel" : "Label"} ${className(state, classId) ?? ""}`,
      undoable: true,
      events: [{ type: "label/put", label }],
    });
    context.session.setState({ selectedClass: classId });
  },
};

/** A class that only the answering set has becomes one of the person's, and labels this place. Two steps to undo. */
export const labelAsNew: Action<Readonly<{ at: Point<"slide">; name: string }>> = {
  id: "label/as-new",
  title: "Label with a new class",
  enabled: (state, { name }) => {
    const added = addClass.enabled(state, { name });
    return added === true ? (blocksPatches(state) ?? true) : added;
  },
  run: async (context, { at, name }) => {
    await addClass.run(context, { name });
    const classId = context.session.getState().selectedClass;
    if (classId !== null) await labelPatch.run(context, { at, classId });
  },
};

export const relabel: Action<Readonly<{ id: LabelId; classId: ClassId }>> = {
  id: "label/relabel",
  title: "Change class of label",
  enabled: (state, { id, classId }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    const label = state.project.project.labels.get(id);
    if (!label) return gone();
    const name = className(state, classId);
    if (name === null) return say("This class does not exist any more.");
    return label.classId === classId ? say("This place is already labelled {name}.", { name }) : true;
  },
  run: (context, { id, classId }) => {
    const state = stateOf(context);
    const label = state.project.project.labels.get(id);
    if (!label) return;
    context.project.dispatch({
      title: `Relabel ${className(state, classId) ?? ""}`,
      undoable: true,
      events: [{ type: "label/put", label: { ...label, classId } }],
    });
  },
};

export const removeLabel: Action<Readonly<{ id: LabelId }>> = {
  id: "label/remove",
  title: "Remove label",
  keys: ["Delete"],
  enabled: (state, { id }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    return state.project.project.labels.has(id) ? true : gone();
  },
  run: (context, { id }) => {
    const state = stateOf(context);
    const label = state.project.project.labels.get(id);
    if (!label) return;
    context.project.dispatch({
      title: `Remove label ${className(state, label.classId) ?? ""}`.trim(),
      undoable: true,
      events: [{ type: "label/remove", id }],
    });
  },
};
