// What a person's labels are asked about themselves, as calls of the engine's api. Knows a session and takes turns with everything else on
// it; what is computed is in curve.ts and ablation.ts.
import { lanePriority } from "../../base/lane.ts";
import type { LabelCurve, StudyProgress } from "../../domain/label-study.ts";
import type { StudiedLabels, StudyApi } from "../../protocol/study-api.ts";
import { frozenFeatures } from "../frozen-features.ts";
import type { Session } from "../session.ts";
import type { TuneHooks } from "../tune.ts";
import { checkTuneRequest } from "../tune-request.ts";
import { ablate } from "./ablation.ts";
import { learnCurve, lessonsOf, planCurve, type Turn } from "./curve.ts";
import { frozenLearner, tunedLearner } from "./learners.ts";
import { createStudyClock } from "./study-clock.ts";

export type StudyDeps = Readonly<{
  session: () => Session;
  /** Hooks of a tuning that tells nobody of itself. */
  hooksFor: (session: Session, signal: AbortSignal) => TuneHooks;
  /** Not while something is tuned, and nothing is tuned meanwhile. */
  alone: <T>(task: () => Promise<T>) => Promise<T>;
}>;

/** What the tuned part of a curve takes beside the rest: nearly everything. */
const tunedShares = { reading: 0.02, frozen: 0.03, tuned: 0.95 } as const;
const frozenShares = { reading: 0.4, frozen: 0.6 } as const;

export function createStudies({ session: current, hooksFor, alone }: StudyDeps): StudyApi {
  /** Fits run on this very thread: a click that arrived during one is answered before the next. */
  const turnOf = ({ lane }: Session, signal: AbortSignal): Turn => {
    return (work) => lane.run(lanePriority.sweep, async () => work(), signal);
  };

  const curve = async (
    session: Session,
    params: StudiedLabels & Readonly<{ tunedDraws: number }>,
    signal: AbortSignal,
    emit: (progress: StudyProgress) => void,
  ): Promise<LabelCurve> => {
    const request = checkTuneRequest({ ...params, name: "", parent: null, resume: null }, session.model);
    const { labels, patches, targets, classes } = request;
    const turn = turnOf(session, signal);
    const plan = await planCurve(labels, { classes, cases: params.cases, seed: params.settings.seed }, turn);
    if (plan.kind === "none") return plan;
    const clock = createStudyClock(params.tunedDraws > 0 ? tunedShares : frozenShares, session.now, emit);
    clock.start("reading", labels.length);
    const { views = 1 } = params.settings;
    const features = await frozenFeatures(session, patches, views, lanePriority.sweep, signal, clock.to);
    clock.start("frozen", lessonsOf(plan, plan.draws.length));
    const learnFrozen = frozenLearner(features, targets, classes.length, turn);
    const frozen = await learnCurve(plan, plan.draws.length, learnFrozen, turn, clock.step);
    const { kind, unit, units, classIds, withoutFigure } = plan;
    const said = { kind, unit, units, answered: plan.labels.length, classIds, withoutFigure, frozen };
    if (params.tunedDraws === 0) return { ...said, tuned: null };
    clock.start("tuned", lessonsOf(plan, params.tunedDraws));
    const learnTuned = tunedLearner(session, params, request, hooksFor(session, signal));
    return { ...said, tuned: await learnCurve(plan, params.tunedDraws, learnTuned, turn, clock.step) };
  };

  const never = (): AbortSignal => new AbortController().signal;
  return {
    labelCurve(params, options) {
      const { signal = never(), onProgress = () => {} } = options ?? {};
      const run = async (): Promise<LabelCurve> => curve(current(), params, signal, onProgress);
      return params.tunedDraws > 0 ? alone(run) : run();
    },
    ablation(params, options) {
      const { signal = never(), onProgress = () => {} } = options ?? {};
      return alone(async () => {
        const session = current();
        return ablate(session, params, hooksFor(session, signal), turnOf(session, signal), onProgress);
      });
    },
  };
}
