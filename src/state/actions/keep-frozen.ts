// The command that keeps the frozen baseline as a prompt set: what it answers, and how it was judged, goes on after this session and to
// others. Knows no regression.
import type { RunId } from "../../base/brand.ts";
import { say } from "../../words/say.ts";
import { type Action, stateOf } from "../action.ts";
import {
  blocksLearning,
  canWrite,
  isComparing,
  isLearning,
  isTuning,
  learningRuns,
  tunedClassNames,
  tuningSettings,
} from "../selectors.ts";
import { keep, paramsOf } from "./tuning.ts";

export const keepFrozen: Action = {
  id: "tuning/keep-frozen",
  title: "Keep the frozen baseline as a set",
  enabled: (state) => {
    const writes = canWrite(state);
    if (writes !== true) return writes;
    if (isTuning(state) || isComparing(state)) return say("A tuning is running.");
    if (isLearning(state)) return learningRuns();
    return blocksLearning(state) ?? true;
  },
  run: async (context) => {
    const state = stateOf(context);
    const settings = tuningSettings(state);
    if (!settings) return;
    const names = tunedClassNames(state).join(" / ");
    const classes = names.length > 80 ? say("{classes} classes", { classes: tunedClassNames(state).length }) : names;
    const name = say("Frozen: {classes}, {labels} labels", { classes, labels: state.project.project.labels.size });
    const { parent: _parent, resume: _resume, ...params } = paramsOf(state, context.newId() as RunId, settings, name);
    await context.tuning.run(async (signal) => {
      const { text: _text, ...plain } = settings;
      const kept = await context.engine.keepFrozen({ ...params, settings: plain }, { signal });
      await keep(context, kept, signal);
    });
  },
};
