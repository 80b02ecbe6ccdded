// Commands on whoever computes: load a model, index a slide in the background, and what its death means. Knows no worker.
import type { SlideId } from "../../base/brand.ts";
import { type Fault, faultToData, isAbort, toFault } from "../../base/fault.ts";
import type { PromptSetSummary } from "../../domain/prompt-set.ts";
import type { LoadProgress, ModelSource } from "../../protocol/engine-api.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, stateOf } from "../action.ts";
import { activeSetHere, blocksPatches, patchSpec, setById } from "../selectors.ts";
import { notify } from "../session-store.ts";

/** A newer load replaces an older one, which then ends as cancelled. */
export const loadEngine: Action<Readonly<{ source: ModelSource; prefer: "auto" | "webgpu" | "wasm" }>> = {
  id: "engine/load",
  title: "Load model",
  enabled: () => true,
  run: async (context, params) => {
    const { session } = context;
    // What was found with one backbone is nothing to another.
    context.indexing.cancel();
    session.setState({ engine: { kind: "loading", progress: null }, indexing: null });
    try {
      const status = await context.loading.run(async (signal) => {
        const onProgress = (progress: LoadProgress): void => {
          if (!signal.aborted) session.setState({ engine: { kind: "loading", progress } });
        };
        try {
          return await context.engine.load(params, { signal, onProgress });
        } catch (error) {
          // How a load ended that another one has replaced is of no interest.
          signal.throwIfAborted();
          throw error;
        }
      });
      const { lastWeights } = session.getState();
      const changed = lastWeights !== null && lastWeights !== status.weightsDigest;
      const resting = changed ? activeSet(context) : null;
      if (changed) session.setState({ previousSet: undefined });
      const shipped = status.shipped ?? [];
      session.setState({
        engine: { kind: "ready", status, knownSets: shipped.map((set) => set.id) },
        lastWeights: status.weightsDigest,
        shippedSets: new Map(shipped.map((set) => [set.id, set])),
      });
      for (const reason of status.shippedRefused ?? []) notify(session, "warning", reason);
      if (resting && activeSetHere(stateOf(context)) === null) {
        const { name, backbone } = resting.metadata;
        const what = say("“{name}” was made for {backbone} and rests while {loaded} is loaded.", {
          name,
          backbone: backbone.name,
          loaded: status.model.name,
        });
        notify(session, "info", say("{what} Your labels are as they were.", { what }));
      }
    } catch (error) {
      if (isAbort(error)) throw error;
      const fault = toFault(error, "runtime", say("The model could not be loaded"));
      session.setState({ engine: { kind: "failed", fault: faultToData(fault) } });
      throw fault;
    }
  },
};

function activeSet(context: ActionContext): PromptSetSummary | null {
  const state = stateOf(context);
  const { activeSet: id } = state.project.project;
  return id === null ? null : setById(state, id);
}

/** The engine is gone with all it knew, and no other is loaded in its place; what was in flight has been rejected by the connection. */
export function engineDied(context: ActionContext, fault: Fault): void {
  context.session.setState({ engine: { kind: "failed", fault: faultToData(fault) }, indexing: null });
}

const placesToIndex = 300;

/** So that a click on a slide without classes finds similar places. A newer indexing replaces an older one. */
export const indexSlide: Action<Readonly<{ id: SlideId }>> = {
  id: "engine/index",
  title: "Find similar places",
  enabled: (state, { id }) =>
    state.session.currentSlide === id ? (blocksPatches(state) ?? true) : say("Show this slide first."),
  run: async (context, { id }) => {
    const { session } = context;
    const { indexing } = stateOf(context).session;
    const spec = patchSpec(stateOf(context));
    const scale = spec ? { mpp: spec.mpp } : {};
    if (indexing?.slideId === id && indexing.complete) return;
    session.setState({ indexing: { slideId: id, done: 0, total: placesToIndex, complete: false } });
    const forget = (): void =>
      session.setState(({ indexing: now }) => (now?.slideId === id && !now.complete ? { indexing: null } : {}));
    try {
      const { places } = await context.indexing.run((signal) =>
        context.engine.indexSlide(
          { slideId: id, max: placesToIndex, ...scale },
          {
            signal,
            onProgress: ({ done, total }) =>
              session.setState(({ indexing: now }) =>
                now?.slideId === id ? { indexing: { slideId: id, done, total, complete: false } } : {},
              ),
          },
        ),
      );
      session.setState({ indexing: { slideId: id, done: places, total: places, complete: true } });
    } catch (error) {
      forget();
      throw error;
    }
  },
};
