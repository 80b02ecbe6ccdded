// Which kinds of prompts pay on these labels: each combination tuned on the same folds of whole units, every answer held out, and frozen
// features beside them. Knows a session; what is on is the person's choice.
import { present } from "../../base/fault.ts";
import type { StudyProgress } from "../../domain/label-study.ts";
import {
  type Ablation,
  type AblationRow,
  isNoKind,
  type PromptKindsOn,
  settingsWith,
} from "../../domain/label-study.ts";
import { countNumbers } from "../../domain/prompt-kinds.ts";
import type { TuningSettings } from "../../domain/run.ts";
import type { HeldOutAnswer } from "../../domain/tuning-checkpoint.ts";
import type { StudiedLabels } from "../../protocol/study-api.ts";
import { planFolds } from "../estimate/folds.ts";
import { type Asked, gainOf, meanOf } from "../evaluation/held-out.ts";
import type { Session } from "../session.ts";
import { type TuneHooks, tune } from "../tune.ts";
import { checkTuneRequest } from "../tune-request.ts";
import type { Turn } from "./curve.ts";
import { createStudyClock } from "./study-clock.ts";

export async function ablate(
  session: Session,
  params: StudiedLabels & Readonly<{ kinds: readonly PromptKindsOn[] }>,
  hooks: TuneHooks,
  turn: Turn,
  emit: (progress: StudyProgress) => void,
): Promise<Ablation> {
  const whole = { ...params, name: "", parent: null, resume: null };
  const request = checkTuneRequest(whole, session.model);
  const { seed } = params.settings;
  const plan = planFolds(request.labels, { classes: request.classes, cases: params.cases, seed });
  if (plan.kind === "none") return plan;
  const wanted = params.kinds.filter((kinds) => !isNoKind(kinds));
  const clock = createStudyClock({ tuned: 1 }, session.now, emit);
  clock.start("tuned", wanted.length);
  const indexOf = (id: string): number => request.classes.findIndex((c) => c.id === id);
  const rowOf = (answers: readonly HeldOutAnswer[], of: "tuned" | "frozen"): readonly number[] =>
    answers.map((answer) => indexOf(answer[of]));
  let asked: Asked | null = null;
  let frozen: readonly number[] = [];
  const made: Readonly<{ kinds: PromptKindsOn; answers: readonly number[] }>[] = [];
  for (const [i, kinds] of wanted.entries()) {
    const settings = settingsWith(params.settings, kinds);
    const found = await heldOutAnswers(session, { ...whole, settings }, hooks, (done) => clock.to(i + done));
    const answers = found.toSorted((a, b) => a.label - b.label);
    asked ??= {
      truth: answers.map(({ label }) => present(request.targets[label], "a label's class")),
      units: answers.map(({ label }) => present(plan.unitOf[label], "a label's unit")),
      classes: request.classes.length,
    };
    if (i === 0) frozen = rowOf(answers, "frozen");
    made.push({ kinds, answers: rowOf(answers, "tuned") });
    clock.to(i + 1);
  }
  if (!asked) return { kind: "none", reason: "Choose a kind of prompts to compare.", withoutFigure: [] };
  const of = asked;
  const none: PromptKindsOn = { visual: false, instance: false, text: false };
  const rows: AblationRow[] = [
    { kinds: none, balancedAccuracy: await turn(() => meanOf(of, [frozen])), difference: null, trained: 0 },
  ];
  for (const { kinds, answers } of made) {
    rows.push({
      kinds,
      balancedAccuracy: await turn(() => meanOf(of, [answers])),
      difference: await turn(() => gainOf(of, [answers], [frozen])),
      trained: trainedNumbers(
        session,
        settingsWith(params.settings, kinds),
        request.text?.tokens?.texts.length ?? 0,
        of,
      ),
    });
  }
  return {
    kind: "table",
    unit: plan.unit,
    units: plan.units,
    answered: of.truth.length,
    folds: plan.folds.length,
    seed,
    classIds: plan.classIds,
    withoutFigure: plan.withoutFigure,
    rows,
  };
}

function trainedNumbers(
  { model }: Session,
  { blocks, tokensPerBlock, instance, text }: TuningSettings,
  texts: number,
  { classes }: Asked,
): number {
  const kinds = { blocks, tokensPerBlock, instance: instance ?? null, textTokens: text?.tokens ? texts : 0, classes };
  return countNumbers(model.shape, kinds).trained;
}

/**
 * The held-out part of a tuning, by the tuning itself: it is stopped where its final training would begin, when every fold has answered.
 * Whatever a tuning does to be judged is so done here too.
 */
async function heldOutAnswers(
  session: Session,
  params: Parameters<typeof tune>[1],
  hooks: TuneHooks,
  onDone: (share: number) => void,
): Promise<readonly HeldOutAnswer[]> {
  const enough = new AbortController();
  const heard: (readonly HeldOutAnswer[])[] = [];
  const signal = AbortSignal.any([hooks.signal, enough.signal]);
  try {
    await tune(session, params, {
      ...hooks,
      signal,
      emit: (event) => {
        if (event.type === "progress") onDone(Math.min(1, event.progress.done));
        if (event.type !== "checkpoint" || event.checkpoint.fold !== null) return;
        heard.push(event.checkpoint.answers);
        enough.abort();
      },
    });
  } catch (error) {
    hooks.signal.throwIfAborted();
    if (!enough.signal.aborted) throw error;
  }
  return present(heard[0], "the answers of every fold");
}
