// A tuning that outlives whoever computes it: after a lost device, a dead worker or memory that ran out it goes on from its last
// checkpoint; where a graphics card is found to compute gradients wrongly it goes on on the processor. Knows the engine's api and what the session shows of it; no worker, and nothing of what a checkpoint holds.
import type { SlideId } from "../base/brand.ts";
import { Fault, isAbort, isFault } from "../base/fault.ts";
import type { TuningEvent } from "../domain/run.ts";
import type { TuningCheckpoint } from "../domain/tuning-checkpoint.ts";
import type { TuneParams, TuneResult } from "../protocol/engine-api.ts";
import { type Plain, say } from "../words/say.ts";
import type { ActionContext } from "./action.ts";
import { ensureKnown } from "./known-sets.ts";
import { notify } from "./session-store.ts";

/** One that gets no further between two losses is given up. */
export const mostRestarts = 3;

export const happened = {
  "device-lost": "The graphics device was lost",
  "worker-died": "What computes in the background stopped",
  "out-of-memory": "Memory ran out",
  "self-test": "The graphics card computes gradients otherwise than it must and is not used any more",
} as const satisfies Record<string, Plain>;
export type Loss = keyof typeof happened;

export const isLoss = (kind: string): kind is Loss => Object.hasOwn(happened, kind);

/** null: the tuning itself went wrong, and so would it anywhere. */
function lossOf(error: unknown, { session }: ActionContext): Readonly<{ fault: Fault; kind: Loss }> | null {
  if (!isFault(error) || !isLoss(error.kind)) return null;
  const { engine } = session.getState();
  const onGpu = engine.kind === "ready" && engine.status.provider.kind === "webgpu";
  // Behind the processor there is nothing to go on on.
  return error.kind === "self-test" && !onGpu ? null : { fault: error, kind: error.kind };
}

export type ThroughHooks = Readonly<{
  signal: AbortSignal;
  /** Every event but checkpoints, which stay here. */
  onEvent: (event: TuningEvent) => void;
  /** Whatever computed is gone, another is being started. */
  onRestart: () => void;
  /** The person asked to finish early; said again to every successor. */
  finishing: () => boolean;
}>;

/** Rejects as the engine does, but for losses: those only when one after the other leaves no progress between them. */
export async function tuneThrough(
  context: ActionContext,
  params: TuneParams,
  hooks: ThroughHooks,
): Promise<TuneResult> {
  const { signal } = hooks;
  const digest = loadedDigest(context);
  let checkpoint: TuningCheckpoint | null = params.resume;
  let { halvings } = params;
  let losses = 0;
  let stepsAtLoss = -1;
  const onProgress = (event: TuningEvent): void => {
    if (event.type === "checkpoint") checkpoint = event.checkpoint;
    else hooks.onEvent(event);
  };
  for (;;) {
    try {
      // A successor holds none of the sets.
      if (params.learned) await ensureKnown(context, params.learned.id, signal);
      const tuned = context.engine.tune({ ...params, resume: checkpoint, halvings }, { signal, onProgress });
      if (hooks.finishing()) void context.engine.finishEarly({ runId: params.runId }).catch(() => undefined);
      return await tuned;
    } catch (error) {
      signal.throwIfAborted();
      const loss = lossOf(error, context);
      if (!loss) throw error;
      const steps = stepsOf(checkpoint);
      losses = steps > stepsAtLoss ? 1 : losses + 1;
      stepsAtLoss = steps;
      if (losses > mostRestarts) throw givenUp(loss.fault, steps);
      if (loss.kind === "out-of-memory") halvings++;
      // The engine keeps the refusal, too, where the browser lets it.
      if (loss.kind === "self-test") context.session.setState({ gpuRefused: true });
      hooks.onRestart();
      const on = steps > 0 ? say("going on from step {steps}", { steps }) : say("starting again");
      const smaller = loss.kind === "out-of-memory" ? say(", with half as many patches at a time") : "";
      notify(context.session, "warning", `${happened[loss.kind]}; ${on}${smaller}.`, loss.fault);
      const slides = new Set(params.labels.map((label) => label.slideId));
      if ((await computingAgain(context, loss.kind, slides, signal)) !== digest) throw otherBackbone(loss.fault);
    }
  }
}

const stepsOf = (checkpoint: TuningCheckpoint | null): number => checkpoint?.stepsMade ?? 0;

/** Resolves with the loaded weights when the engine and these slides are there again. Rejects at once when cancelled. */
export async function computingAgain(
  context: ActionContext,
  kind: Loss,
  slides: ReadonlySet<SlideId>,
  signal: AbortSignal,
): Promise<string | null> {
  // An engine that is as ready as before was not what died: the slide reader was.
  let gone = kind !== "worker-died" || loadedDigest(context) === null;
  do {
    if (gone) await restarted(context, kind, signal);
    await slidesOpen(context, slides, signal);
    // It may die while slides are waited for, which may take minutes.
    gone = loadedDigest(context) === null;
  } while (gone);
  return loadedDigest(context);
}

async function restarted(context: ActionContext, kind: Loss, signal: AbortSignal): Promise<void> {
  try {
    await orAborted(context.restartEngine(), signal);
  } catch (error) {
    if (isAbort(error) || !isFault(error)) throw error;
    const message = say("{happened}, and the model could not be loaded again: {message} Your labels are kept.", {
      happened: say(happened[kind]),
      message: error.message,
    });
    throw new Fault(error.kind, message, error.detail, error);
  }
}

/** Slides are opened again by themselves where the browser allows it, else by the person, who may cancel instead. */
function slidesOpen({ session }: ActionContext, wanted: ReadonlySet<SlideId>, signal: AbortSignal): Promise<void> {
  const there = (): boolean => [...wanted].every((id) => session.getState().openSlides.has(id));
  let stop = (): void => {};
  const opened = new Promise<void>((resolve) => {
    if (there()) return resolve();
    stop = session.subscribe(() => there() && resolve());
  });
  return orAborted(opened, signal).finally(() => stop());
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function loadedDigest({ session }: ActionContext): string | null {
  const { engine } = session.getState();
  return engine.kind === "ready" ? engine.status.weightsDigest : null;
}

function givenUp(fault: Fault, steps: number): Fault {
  const where = steps > 0 ? say("at step {steps}", { steps }) : say("before its first step");
  const message = say(
    "{message} It happened {times} times {where}, so this tuning was given up. Your labels are kept; tune fewer blocks, or close other tabs and programs first.",
    { message: fault.message, times: mostRestarts + 1, where },
  );
  return new Fault(fault.kind, message, fault.detail, fault);
}

function otherBackbone(fault: Fault): Fault {
  const message = say(
    "{message} The backbone of this tuning could not be loaded again, another one is there now. Your labels are kept.",
    { message: fault.message },
  );
  return new Fault(fault.kind, message, fault.detail, fault);
}

/** Resolves when a model is loaded: one that is on its way already is waited for, else `replace` starts a new engine and loads it. */
export function engineAgain(session: ActionContext["session"], replace: () => void): Promise<void> {
  if (session.getState().engine.kind !== "loading") {
    session.setState({ engine: { kind: "loading", progress: null }, indexing: null });
    replace();
  }
  return new Promise((resolve, reject) => {
    const look = (): boolean => {
      const { engine } = session.getState();
      if (engine.kind === "ready") resolve();
      else if (engine.kind === "failed")
        reject(new Fault(engine.fault.kind, engine.fault.message, engine.fault.detail));
      return engine.kind !== "loading";
    };
    if (look()) return;
    const stop = session.subscribe(() => look() && stop());
  });
}
