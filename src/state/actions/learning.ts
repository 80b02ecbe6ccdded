// Commands on learning prompts from tissue without labels: start, cancel, and which set a tuning starts from. Knows no training. Only what
// was learned is kept; one that was interrupted leaves nothing.
import type { PromptSetId, RunId } from "../../base/brand.ts";
import { Fault, faultToData, isAbort, isFault, toFault } from "../../base/fault.ts";
import { waitsForLabels } from "../../domain/prompt-set-file.ts";
import type { LearnParams, LearnResult } from "../../protocol/learn-api.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, type AppState, stateOf } from "../action.ts";
import { isLearning, isTuning, modelInUse, startSets, tuningSettings } from "../selectors.ts";
import { type LearningState, notify } from "../session-store.ts";
import { blocksTissue, placesToAvoid, slidesToLearn } from "../tissue.ts";
import { computingAgain, happened } from "../tune-through.ts";
import { keepBytes } from "./tuning.ts";

/** No name of a slide: that is only shown on this machine, and a set's own name goes with its file. */
function proposeName(state: AppState): string {
  const sets = [...state.project.project.promptSets.values()];
  const made = sets.filter(({ metadata }) => waitsForLabels(metadata)).length + 1;
  return say("Learned {made}, no labels", { made });
}

/** What the engine needs, as it is now: where labels come later is not avoided. */
function paramsOf(state: AppState, runId: RunId): LearnParams | null {
  const [settings, model] = [tuningSettings(state), modelInUse(state)];
  const { engine } = state.session;
  if (!settings || !model || engine.kind !== "ready") return null;
  const slides = slidesToLearn(state);
  return {
    runId,
    name: proposeName(state),
    slides: slides.map(({ info }) => info.id),
    ...(model.mpp !== engine.status.model.mpp && { mpp: model.mpp }),
    avoid: placesToAvoid(state, slides),
    syntheticSlides: slides.filter(({ info }) => info.origin === "generated").map(({ info }) => info.id),
    seed: settings.seed,
  };
}

/** Late news of one that ended are none. */
function tell({ session }: ActionContext, runId: RunId, next: (now: LearningState) => LearningState): void {
  session.setState(({ learning }) =>
    learning?.state === "running" && learning.id === runId ? { learning: next(learning) } : {},
  );
}

/** It comes with every picture, some thousands in all: what nobody could see is not drawn. */
function tellProgress({ session }: ActionContext, runId: RunId, next: Readonly<{ done: number; total: number }>): void {
  const { learning } = session.getState();
  if (learning?.state !== "running" || learning.id !== runId) return;
  const steps = ({ done, total }: typeof next): number => (total > 0 ? Math.floor((progressSteps * done) / total) : -1);
  if (steps(next) !== steps(learning)) session.setState({ learning: { ...learning, ...next } });
}

const progressSteps = 200;

/** What went wrong, with the slide that is not there any more where that is why. */
function faultOf({ session }: ActionContext, error: unknown, { slides }: LearnParams, names: readonly string[]): Fault {
  const fault = toFault(error, "runtime", say("Learning from tissue failed"));
  const gone = slides.findIndex((id) => !session.getState().openSlides.has(id));
  if (gone < 0 || fault.kind === "worker-died") return fault;
  const message = say('"{name}" was closed while it was learned from. Open it again, then start again.', {
    name: names[gone] ?? "",
  });
  return new Fault(fault.kind, message, fault.detail, fault);
}

type Call = Readonly<{
  signal: AbortSignal;
  onProgress: (progress: Readonly<{ done: number; total: number }>) => void;
}>;

/** A graphics card that is found to compute gradients wrongly is not used any more: it begins again on the processor. */
async function learnThrough(context: ActionContext, params: LearnParams, call: Call): Promise<LearnResult> {
  try {
    return await context.engine.learn(params, call);
  } catch (error) {
    call.signal.throwIfAborted();
    const { engine } = context.session.getState();
    const onGpu = engine.kind === "ready" && engine.status.provider.kind === "webgpu";
    if (!isFault(error, "self-test") || !onGpu) throw error;
    context.session.setState({ gpuRefused: true });
    const digest = engine.status.weightsDigest;
    const again = await computingAgain(context, "self-test", new Set(params.slides), call.signal);
    if (again !== digest) throw error;
    notify(context.session, "warning", `${say(happened["self-test"])}.`, error);
    return context.engine.learn(params, call);
  }
}

/** Kept as a tuned set is, but it answers nothing yet: what answers stays. */
async function keep(context: ActionContext, { places, ...result }: LearnResult, signal: AbortSignal): Promise<void> {
  const { id, metadata } = result.summary;
  await keepBytes(context, result);
  signal.throwIfAborted();
  context.project.dispatch({
    title: `Learn from tissue: ${metadata.name}`,
    undoable: true,
    events: [
      { type: "prompt-set/put", summary: result.summary },
      { type: "learned-places/put", id, places: places.length > 0 ? places : null },
    ],
  });
}

/** Runs to its end; how it ended is in `session.learning`. */
export const learnTissue: Action = {
  id: "tuning/learn",
  title: "Learn from this slide",
  keys: ["Shift+T"],
  enabled: (state) => blocksTissue(state) ?? true,
  run: async (context) => {
    const { session } = context;
    const state = stateOf(context);
    const runId = context.newId() as RunId;
    const params = paramsOf(state, runId);
    if (!params) return;
    const names = slidesToLearn(state).map(({ name }) => name);
    session.setState({
      learning: { state: "running", id: runId, slides: params.slides, done: 0, total: 0, cancelled: false },
    });
    try {
      await context.learning.run(async (signal) => {
        const result = await learnThrough(context, params, {
          signal,
          onProgress: (progress) => tellProgress(context, runId, progress),
        });
        signal.throwIfAborted();
        await keep(context, result, signal);
        // Who learned from a slide wants to go on from it.
        session.setState({ startFrom: null });
        tell(context, runId, () => ({
          state: "finished",
          set: result.summary.id,
          places: result.places.length,
        }));
        notify(session, "info", say("Learning from tissue has ended. It is kept, and Tune starts from it."));
      });
    } catch (error) {
      if (isAbort(error)) {
        tell(context, runId, () => ({ state: "cancelled" }));
        return;
      }
      const fault = faultOf(context, error, params, names);
      tell(context, runId, () => ({ state: "failed", fault: faultToData(fault) }));
      throw fault;
    }
  },
};

export const cancelLearning: Action = {
  id: "tuning/cancel-learning",
  title: "Cancel learning from the slide",
  enabled: (state) => isLearning(state) || say("Nothing is being learned from tissue."),
  run: (context) => {
    const { learning } = context.session.getState();
    // It ends after the step at hand.
    if (learning?.state === "running") context.session.setState({ learning: { ...learning, cancelled: true } });
    context.learning.cancel();
  },
};

/** `"labels"`: prompts are made of the labels alone. */
export const startFrom: Action<Readonly<{ from: PromptSetId | "labels" }>> = {
  id: "tuning/start-from",
  title: "Start from",
  enabled: (state, { from }) => {
    if (isTuning(state)) return say("A tuning is running with its own settings.");
    if (from === "labels" || startSets(state).some(({ id }) => id === from)) return true;
    return say("No tuning can start from this prompt set here.");
  },
  run: ({ session }, { from }) => session.setState({ startFrom: from }),
};
