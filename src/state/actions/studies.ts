// Commands that ask the labels about themselves: would more of them help, which kinds of prompts pay. In the background, one question at a
// time. Knows no training and no figure; nothing is kept of an answer but what the screen shows.
import type { RunId } from "../../base/brand.ts";
import { Fault, faultToData, isAbort, toFault } from "../../base/fault.ts";
import {
  type Ablation,
  isNoKind,
  type LabelCurve,
  type PromptKindsOn,
  settingsWith,
  studiedSettings,
} from "../../domain/label-study.ts";
import type { TuningSettings } from "../../domain/run.ts";
import type { StudiedLabels } from "../../protocol/study-api.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, type AppState, stateOf } from "../action.ts";
import { proposedInstance, proposedText, proposedTokens } from "../prompt-proposals.ts";
import { blocksLearning, blocksTune, tuningSettings } from "../selectors.ts";
import type { Studies, Study } from "../session-store.ts";
import { paramsOf, textOf } from "./tuning.ts";

type Question = keyof Studies;

/** Of the curve's draws, so many are tuned: each takes a training for every size and fold. */
export const tunedDraws = 2;

const isAsking = ({ session }: AppState): boolean =>
  Object.values(session.studies).some((study) => study.kind === "asking");

const busy = (): string => say("One question at a time: let the one at hand end, or cancel it.");

/** The settings of a tuning, with something to switch on of every kind. */
export function comparedSettings(state: AppState): TuningSettings | null {
  const settings = tuningSettings(state);
  const { engine } = state.session;
  if (!settings || engine.kind !== "ready") return null;
  const text = settings.text ?? proposedText;
  return {
    ...studiedSettings(settings),
    tokensPerBlock: settings.tokensPerBlock || engine.status.defaults.tokensPerBlock,
    instance: settings.instance ?? proposedInstance,
    text: { ...text, tokens: text.tokens ?? proposedTokens },
  };
}

export function curveSettings(state: AppState): TuningSettings | null {
  const settings = tuningSettings(state);
  return settings && studiedSettings(settings);
}

/** What must be on in any of these: a text nobody asked for is not looked for. */
function settingsFor(state: AppState, kinds: readonly PromptKindsOn[]): TuningSettings | null {
  const all = comparedSettings(state);
  const any = (kind: keyof PromptKindsOn): boolean => kinds.some((one) => one[kind]);
  return all && settingsWith(all, { visual: true, instance: any("instance"), text: any("text") });
}

function put<Q extends Question>({ session }: ActionContext, question: Q, study: Studies[Q]): void {
  session.setState(({ studies }) => ({ studies: { ...studies, [question]: study } }));
}

async function ask<Result>(
  context: ActionContext,
  question: Question,
  trains: boolean,
  answer: (signal: AbortSignal, tell: (study: Study<never>) => void) => Promise<Result>,
  keep: (study: Study<Result>) => void,
): Promise<void> {
  const before = context.session.getState().studies[question];
  const of = stateOf(context).project.project.labels;
  const tell = (study: Study<never>): void => {
    const now = context.session.getState().studies[question];
    // A cancelled one goes on for the rest of a step and must not come to life again.
    if (now.kind === "asking" && !now.cancelled) put(context, question, study);
  };
  put(context, question, { kind: "asking", progress: null, trains, cancelled: false });
  try {
    await context.studying.run(async (signal) => {
      const result = await answer(signal, tell);
      signal.throwIfAborted();
      keep({ kind: "answered", result, of });
    });
  } catch (error) {
    if (isAbort(error)) {
      // What was known before is known still.
      put(context, question, before.kind === "answered" ? before : { kind: "none" });
      return;
    }
    const fault = toFault(error, "runtime", say("The question could not be answered"));
    put(context, question, { kind: "failed", fault: faultToData(fault) });
  }
}

function labelsOf(context: ActionContext, settings: TuningSettings): StudiedLabels {
  const {
    name: _name,
    parent: _parent,
    resume: _resume,
    ...labels
  } = paramsOf(stateOf(context), context.newId() as RunId, settings, undefined);
  return labels;
}

/** Balanced accuracy over labels a class. `tuned`: with trainings beside the frozen features, which takes minutes. */
export const askCurve: Action<Readonly<{ tuned: boolean }>> = {
  id: "studies/curve",
  title: "Would more labels help?",
  enabled: (state, { tuned }) => {
    if (isAsking(state)) return busy();
    return (tuned ? blocksTune(state) : blocksLearning(state)) ?? true;
  },
  run: async (context, { tuned }) => {
    const settings = curveSettings(stateOf(context));
    if (!settings) return;
    await ask<LabelCurve>(
      context,
      "curve",
      tuned,
      async (signal, tell) => {
        const params = labelsOf(context, settings);
        const text = tuned ? await textOf(context, params, signal) : null;
        return context.engine.labelCurve(
          { ...params, ...(text ? { text } : {}), tunedDraws: tuned ? tunedDraws : 0 },
          { signal, onProgress: (progress) => tell({ kind: "asking", progress, trains: tuned, cancelled: false }) },
        );
      },
      (study) => put(context, "curve", study),
    );
  },
};

/** Each of these tuned on the same folds. */
export const askAblation: Action<Readonly<{ kinds: readonly PromptKindsOn[] }>> = {
  id: "studies/ablation",
  title: "Which prompts pay?",
  enabled: (state, { kinds }) => {
    if (isAsking(state)) return busy();
    const blocked = blocksTune(state);
    if (blocked !== null) return blocked;
    return kinds.some((one) => !isNoKind(one)) || say("Choose at least one kind of prompts to compare.");
  },
  run: async (context, { kinds }) => {
    const settings = settingsFor(stateOf(context), kinds);
    if (!settings) return;
    await ask<Ablation>(
      context,
      "ablation",
      true,
      async (signal, tell) => {
        const params = labelsOf(context, settings);
        const text = await textOf(context, params, signal).catch((error: unknown) => {
          if (isAbort(error)) throw error;
          const fault = toFault(error, "runtime", say("The text of the prompts cannot be made"));
          const way = say("Or compare without textual prompts.");
          throw new Fault(fault.kind, `${fault.message} ${way}`, fault.detail, fault);
        });
        return context.engine.ablation(
          { ...params, ...(text ? { text } : {}), kinds },
          { signal, onProgress: (progress) => tell({ kind: "asking", progress, trains: true, cancelled: false }) },
        );
      },
      (study) => put(context, "ablation", study),
    );
  },
};

export const cancelStudy: Action = {
  id: "studies/cancel",
  title: "Cancel",
  enabled: (state) => isAsking(state) || say("Nothing is being asked."),
  run: (context) => {
    const { studies } = context.session.getState();
    for (const question of ["curve", "ablation"] as const) {
      const study = studies[question];
      if (study.kind === "asking") put(context, question, { ...study, cancelled: true });
    }
    context.studying.cancel();
  },
};

/** Seconds the trainings of a comparison would take here; null while unknown. The folds of a tuning without its final training are 4 of 5. */
export async function comparisonSeconds(
  { engine }: Pick<ActionContext, "engine">,
  settings: TuningSettings,
  kinds: readonly PromptKindsOn[],
  labels: number,
): Promise<number | null> {
  let total = 0;
  for (const one of kinds) {
    if (isNoKind(one)) continue;
    const { seconds } = await engine.forecast({ settings: settingsWith(settings, one), labels });
    if (seconds === null) return null;
    total += 0.8 * seconds;
  }
  return total;
}

/** Seconds of the tuned part of a curve: a tuning of so many labels, as forecast, has about five trainings of them, a draw has five folds. */
export async function tunedCurveSeconds(
  { engine }: Pick<ActionContext, "engine">,
  settings: TuningSettings,
  leastLabelled: number,
  classes: number,
): Promise<number | null> {
  let total = 0;
  for (let size = 1; size <= Math.max(1, 0.8 * leastLabelled); size *= 2) {
    const { seconds } = await engine.forecast({ settings, labels: Math.max(2, size * classes) });
    if (seconds === null) return null;
    total += tunedDraws * seconds;
  }
  return total;
}
