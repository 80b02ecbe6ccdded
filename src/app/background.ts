// What happens by itself: finding similar places, handing answers over to the first labels.
// Knows the commands; draws nothing.
import { type ActionContext, perform, stateOf } from "../state/action.ts";
import { indexSlide } from "../state/actions/engine.ts";
import { activatePromptSet } from "../state/actions/prompt-sets.ts";
import {
  activeSetHere,
  blocksPatches,
  countsPerClass,
  currentSlide,
  hasAnsweringSet,
  offeredSets,
  patchSpec,
  scorer,
} from "../state/selectors.ts";
import { notify } from "../state/session-store.ts";
import { say } from "../words/say.ts";

/**
 * On a first visit the shipped set answers, so that the first click says something. It steps back once the person's own labels can
 * answer: two classes with a label each.
 */
export function leadIn(context: ActionContext, firstVisit: boolean): () => void {
  let offered = !firstVisit;
  let steppedBack = false;
  const look = (): void => {
    const state = stateOf(context);
    const { project, role } = state.project;
    if (role === "reader") return;
    if (!offered && project.labels.size === 0 && project.activeSet === null) {
      const [shipped] = offeredSets(state).filter((set) => state.session.shippedSets.has(set.id));
      if (!shipped || state.session.currentSlide === null) return;
      offered = true;
      const events = [{ type: "active-set/put", id: shipped.id }] as const;
      context.project.dispatch({ title: `Use ${shipped.metadata.name}`, events, undoable: false });
      return;
    }
    const active = activeSetHere(state);
    if (steppedBack || !active || !state.session.shippedSets.has(active.id) || hasAnsweringSet(state)) return;
    if ([...countsPerClass(state).values()].filter((count) => count > 0).length < 2) return;
    steppedBack = true;
    void perform(context, activatePromptSet, { id: null });
    notify(
      context.session,
      "info",
      say("Your labels answer now, as an instant preview. “{name}” is still in the list on the left.", {
        name: active.metadata.name,
      }),
    );
  };
  const ends = [context.project.subscribe(look), context.session.subscribe(look)];
  return () => {
    for (const end of ends) end();
  };
}

/** Features of the slide's tissue, while nothing else can answer a click than places that look alike. */
export function followIndex(context: ActionContext): () => void {
  let tried: string | null = null;
  let scaleOfIndex: string | null = null;
  const look = (): void => {
    const state = stateOf(context);
    const { currentSlide: id, engine, indexing } = state.session;
    const wanted = id !== null && engine.kind === "ready" && blocksPatches(state) === null;
    if (!wanted || scorer(state).kind !== "similar") {
      if (indexing && !indexing.complete) context.indexing.cancel();
      tried = null;
      return;
    }
    const scale = currentSlide(state)?.info.calibration;
    const key = JSON.stringify([id, engine.status.weightsDigest, scale, patchSpec(state)?.mpp]);
    if (tried === key) return;
    const first = tried === null && indexing?.slideId === id && indexing.complete && scaleOfIndex === key;
    tried = key;
    if (first) return;
    scaleOfIndex = key;
    // An index of another scale or slide is no index of this one. The new one starts once the old one has put its things away.
    context.indexing.cancel();
    setTimeout(() => {
      context.session.setState({ indexing: null });
      void perform(context, indexSlide, { id });
    });
  };
  const ends = [context.project.subscribe(look), context.session.subscribe(look)];
  look();
  return () => {
    for (const end of ends) end();
  };
}
