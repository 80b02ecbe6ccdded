// Asking where the model looked in one patch: with the prompts of whoever answers, where it has any, and without. Knows no screen.
import { faultToData, isAbort, toFault } from "../../base/fault.ts";
import type { Patch } from "../../domain/patch.ts";
import { plainAnswer } from "../../domain/prompt-set.ts";
import { say } from "../../words/say.ts";
import { type Action, type AppState, stateOf } from "../action.ts";
import { ensureKnown } from "../known-sets.ts";
import { activeSetHere, blocksPatches } from "../selectors.ts";

/** The patch that is meant: the one that is named, else the clicked one. Or why there is none to be asked about. */
function patchAsked(state: AppState, named: Patch | null): Patch | string {
  const { click, currentSlide, engine, openSlides } = state.session;
  if (engine.kind === "ready" && engine.status.withoutAttention !== undefined) return engine.status.withoutAttention;
  if (named) {
    if (!openSlides.has(named.slideId)) return say("This patch is on a slide that is not open.");
    return engine.kind === "ready" ? named : say("The model is not ready.");
  }
  const blocked = blocksPatches(state);
  if (blocked !== null) return blocked;
  if (click.kind === "none" || click.patch.slideId !== currentSlide) return say("Click on tissue first.");
  if (click.kind === "answered" && click.prediction.kind === "no-tissue") {
    return say("There is no tissue here: the model did not look.");
  }
  return click.patch;
}

/** `patch` null: the clicked one. The pictures land in `session.attention`. */
export const showAttention: Action<Readonly<{ patch: Patch | null }>> = {
  id: "attention/show",
  title: "Where did the model look?",
  keys: ["E"],
  enabled: (state, { patch }) => {
    const asked = patchAsked(state, patch);
    return typeof asked === "string" ? asked : true;
  },
  run: async (context, { patch: named }) => {
    const { session, attending } = context;
    const state = stateOf(context);
    const patch = patchAsked(state, named);
    if (typeof patch === "string") return;
    const here = activeSetHere(state);
    const { onlyOn = null } = here?.metadata ?? {};
    const set = onlyOn === null || onlyOn === patch.slideId ? here : null;
    const prompted = set && set.metadata.method.kind !== "none" ? set : null;
    session.setState({ attention: { kind: "looking", patch } });
    try {
      const shown = await attending.run(async (signal) => {
        if (prompted) await ensureKnown(context, prompted.id, signal);
        const under = prompted && (await context.engine.attention({ patch, set: prompted.id }, { signal }));
        return { under, frozen: await context.engine.attention({ patch, set: null }, { signal }) };
      });
      const { views, frozen } = set?.metadata.answer ?? plainAnswer;
      const by = set && { name: set.metadata.name, views, frozenShare: frozen?.share ?? 0 };
      session.setState({ attention: { kind: "shown", patch, by, ...shown } });
    } catch (error) {
      if (isAbort(error)) return;
      const fault = toFault(error, "runtime", say("Where the model looked could not be found out"));
      session.setState({ attention: { kind: "failed", patch, fault: faultToData(fault) } });
    }
  },
};

export const closeAttention: Action = {
  id: "attention/close",
  title: "Close where the model looked",
  enabled: () => true,
  run: ({ attending, session }) => {
    attending.cancel();
    session.setState({ attention: { kind: "none" } });
  },
};
