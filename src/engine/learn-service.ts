// Answers the calls of protocol/learn-api.ts and warm-start-api.ts: what is learned without labels. Knows a session and takes turns with
// everything else on it; the learning itself is learn.ts and warm-start.ts.
import { Fault, present } from "../base/fault.ts";
import { createSparse } from "../base/sparse.ts";
import { summarisePromptSet } from "../domain/prompt-set-file.ts";
import type { EngineStatus } from "../protocol/engine-api.ts";
import type { LearnApi } from "../protocol/learn-api.ts";
import type { PatchSource } from "../protocol/slide-api.ts";
import type { WarmStartApi } from "../protocol/warm-start-api.ts";
import type { Speed, Workload } from "./forecast.ts";
import { learn, learnSeconds } from "./learn.ts";
import type { Session } from "./session.ts";
import type { StudyDeps } from "./studies/study-service.ts";
import { embed, warmStart } from "./warm-start.ts";

type LearningDeps = Pick<StudyDeps, "hooksFor" | "alone"> &
  Readonly<{
    current: () => Readonly<{ session: Session; tunable: EngineStatus["tunable"] }>;
    /** How fast this device is; null before anything was measured. */
    known: () => Readonly<{ speed: Speed; work: Workload }> | null;
    slides: PatchSource;
    now: () => number;
  }>;

type Options = Readonly<{
  signal?: AbortSignal;
  onProgress?: (progress: Readonly<{ done: number; total: number }>) => void;
}>;

export function createLearning({
  current,
  known,
  slides,
  now,
  hooksFor,
  alone,
}: LearningDeps): LearnApi & WarmStartApi {
  const signalOf = (options?: Options): AbortSignal => options?.signal ?? new AbortController().signal;
  const tellerOf = (options?: Options): ((done: number, total: number) => void) => {
    const isDue = createSparse(now);
    return (done, total) => {
      if (done === total || isDue()) options?.onProgress?.({ done, total });
    };
  };
  return {
    async learn(params, options) {
      const { session, tunable } = current();
      if (tunable.blocks < 1) throw new Fault("limit", present(tunable.why, "why nothing can be tuned here"));
      const signal = signalOf(options);
      const { checkGradient } = hooksFor(session, signal);
      return alone(async () => {
        const hooks = { signal, onDone: tellerOf(options), checkGradient };
        const { set, bytes, places } = await learn(session, slides, params, tunable.blocks, hooks);
        session.sets.set(set.id, { set, bytes: bytes.length });
        return { bytes, summary: summarisePromptSet(set, bytes.length), places };
      });
    },

    async learnForecast() {
      const measured = known();
      return { seconds: measured && learnSeconds(measured.speed, measured.work) };
    },

    async warmStart({ patches, settings }, options) {
      const hooks = { signal: signalOf(options), onDone: tellerOf(options) };
      return alone(() => warmStart(current().session, patches, settings, hooks));
    },

    async embed(params, options) {
      const hooks = { signal: signalOf(options), onDone: tellerOf(options) };
      return { features: await embed(current().session, params, hooks) };
    },
  };
}
