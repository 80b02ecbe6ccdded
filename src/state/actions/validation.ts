// Commands of validation: a slide's labels only test, a set is tested on them, they are released. Knows no screen.
import type { SlideId } from "../../base/brand.ts";
import { faultToData, isAbort, toFault } from "../../base/fault.ts";
import type { Label } from "../../domain/label.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, type AppState, stateOf } from "../action.ts";
import { ensureKnown } from "../known-sets.ts";
import {
  activeSetHere,
  canWrite,
  examples,
  isLearning,
  isTuning,
  labelledPatches,
  learningRuns,
  onlyTests,
  slideMpp,
} from "../selectors.ts";
import type { ValidationState } from "../session-store.ts";

/** Labels that only test, on slides that are open. */
export const testLabels = (state: AppState) =>
  labelledPatches(state).filter(({ patch }) => onlyTests(state, patch.slideId));

/** What a result depends on: another key, another result. */
export function validationKey(state: AppState): string {
  const set = activeSetHere(state);
  const labels = testLabels(state).map(({ labelId, classId, patch }) => `${labelId} ${classId} ${patch.spec.mpp}`);
  return [set?.id, ...labels].join("\n");
}

/** Only before its first label: what a set may have learned can test nothing. */
export const startValidation: Action<Readonly<{ id: SlideId }>> = {
  id: "validation/start",
  title: "Labels on this slide only test",
  enabled: (state, { id }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    if (isTuning(state)) return say("A tuning is running.");
    // What is learned from now would have seen what is to test it.
    if (isLearning(state)) return learningRuns();
    const { slides, labels } = state.project.project;
    if (!slides.has(id)) return say("Open a slide first.");
    const has = [...labels.values()].some(({ slideId }) => slideId === id);
    return !has || say("This slide has labels already, which a set may have learned: they can test nothing any more.");
  },
  run: (context, { id }) => putUse(context, id, true),
};

export const endValidation: Action<Readonly<{ id: SlideId }>> = {
  id: "validation/end",
  title: "Release this slide's labels for tuning",
  enabled: (state, { id }) => {
    const write = canWrite(state);
    return write === true ? onlyTests(state, id) || say("The labels of this slide are not test-only.") : write;
  },
  run: (context, { id }) => putUse(context, id, false),
};

function putUse({ project }: ActionContext, id: SlideId, testOnly: boolean): void {
  const known = project.getState().project.slides.get(id);
  if (!known) return;
  const { testOnly: _, ...rest } = known;
  const slide = testOnly ? { ...rest, testOnly } : rest;
  const title = testOnly ? "Let a slide's labels only test" : "Release a slide's labels for tuning";
  project.dispatch({ title, undoable: true, events: [{ type: "slide/put", slide }] });
}

export const runValidation: Action = {
  id: "validation/run",
  title: "Test this set",
  enabled: (state) => {
    if (!activeSetHere(state)) return say("Choose a prompt set first; without one there is nothing to test.");
    if (testLabels(state).length === 0) return say("Label places on this slide first: they only test.");
    return state.session.validation?.state !== "running" || say("It is being tested.");
  },
  run: async (context) => {
    const state = stateOf(context);
    const set = activeSetHere(state);
    if (!set) return;
    const key = validationKey(state);
    const list = testLabels(state);
    const { labels: kept, slides } = state.project.project;
    const rows = list.flatMap(({ labelId, patch }) => {
      const label = kept.get(labelId);
      const info = state.session.openSlides.get(patch.slideId)?.info;
      const scale = info && slideMpp(info.calibration);
      return label && scale
        ? [{ patch, label: { ...label, region: patch.region, slideMpp: scale } satisfies Label }]
        : [];
    });
    const cases: Record<SlideId, string> = {};
    for (const { id, caseId } of slides.values()) if (caseId !== null) cases[id] = caseId;
    const tell = (validation: ValidationState): void => context.session.setState({ validation });
    tell({ state: "running", done: 0, total: rows.length });
    try {
      const result = await context.validating.run(async (signal) => {
        await ensureKnown(context, set.id, signal);
        return context.engine.testLabels(
          {
            set: set.id,
            labels: rows.map(({ label }) => label),
            patches: rows.map(({ patch }) => patch),
            cases,
            labelled: { classes: state.project.project.classes, examples: examples(state) },
          },
          { signal, onProgress: ({ done, total }) => tell({ state: "running", done, total }) },
        );
      });
      tell({ state: "done", key, set: set.id, ...result });
    } catch (error) {
      if (isAbort(error)) return tell(null);
      const fault = toFault(error, "runtime", say("The set could not be tested"));
      tell({ state: "failed", fault: faultToData(fault) });
    }
  },
};
