// The ready labels of the embedded slide: put there on request, marked for ever, and put away in one step before one's own work begins.
import type { ClassId, LabelId } from "../../base/brand.ts";
import type { Label, TissueClass } from "../../domain/label.ts";
import { otherClassId, ownClasses } from "../../domain/other-class.ts";
import { regionAround } from "../../domain/patch.ts";
import type { ProjectEvent } from "../../domain/project.ts";
import { readyLabels, readySlide } from "../../domain/ready-labels.ts";
import { say } from "../../words/say.ts";
import { type Action, type AppState, stateOf } from "../action.ts";
import { blocksPatches, canWrite, currentSlide, labelAt, patchSpec, slideMpp } from "../selectors.ts";
import { classKeys, nextColor } from "./classes.ts";

const isReady = ({ origin }: Label): boolean => origin === "ready";

export const hasReadyLabels = ({ project }: Pick<AppState, "project">): boolean =>
  [...project.project.labels.values()].some(isReady);

export const addReadyLabels: Action = {
  id: "label/ready",
  title: "Try it with 18 ready labels",
  enabled: (state) => {
    const write = canWrite(state);
    if (write !== true) return write;
    if (state.session.currentSlide !== readySlide) return say("Ready labels are for the demo slide only.");
    if (hasReadyLabels(state)) return say("The ready labels are there already.");
    return blocksPatches(state) ?? true;
  },
  run: (context) => {
    const state = stateOf(context);
    const slide = currentSlide(state);
    const spec = patchSpec(state);
    const scale = slide && slideMpp(slide.info.calibration);
    if (!slide || !spec || !scale) return;
    const known = [...ownClasses(state.project.project.classes)];
    const events: ProjectEvent[] = [];
    const classNamed = (name: string): ClassId => {
      const there = known.find((c) => c.name.toLowerCase() === name.toLowerCase());
      if (there) return there.id;
      const key = classKeys.find((k) => state.project.project.classes.concat(known).every((c) => c.key !== k)) ?? null;
      const value: TissueClass = { id: context.newId() as ClassId, name, color: nextColor(known), key };
      events.push({ type: "class/put", value, at: known.length });
      known.push(value);
      return value.id;
    };
    for (const { at, className } of readyLabels) {
      const region = regionAround(at, spec, slide.info.calibration);
      // What the person said about a place stands.
      if (!region || labelAt(state, at) !== null) continue;
      const id = context.newId();
      const classId = className === null ? otherClassId : classNamed(className);
      const label: Label = {
        id: id as LabelId,
        slideId: slide.info.id,
        classId,
        region,
        slideMpp: scale,
        origin: "ready",
        group: id,
      };
      events.push({ type: "label/put", label });
    }
    context.project.dispatch({ title: "Ready labels", undoable: true, events });
  },
};

/** The trial is over: its labels go, and the classes that held nothing else. */
export const removeReadyLabels: Action = {
  id: "label/remove-ready",
  title: "Put the ready labels away",
  enabled: (state) => {
    const write = canWrite(state);
    return write === true ? hasReadyLabels(state) || say("There are no ready labels.") : write;
  },
  run: ({ project }) => {
    const { labels, classes } = project.getState().project;
    const all = [...labels.values()];
    const ready = all.filter(isReady);
    const emptied = ownClasses(classes).filter(
      ({ id }) =>
        ready.some((label) => label.classId === id) && all.every((label) => label.classId !== id || isReady(label)),
    );
    project.dispatch({
      title: "Put the ready labels away",
      undoable: true,
      events: [
        ...ready.map(({ id }) => ({ type: "label/remove", id }) as const),
        ...emptied.map(({ id }) => ({ type: "class/remove", id }) as const),
      ],
    });
  },
};
