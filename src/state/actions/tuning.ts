// Commands on tuning: start, finish early (keep), cancel (throw away), settings. Knows no training; the run is a state machine
// (domain/run.ts) and every run leaves a record, also one that a crash interrupted.
import type { RunId, SlideId } from "../../base/brand.ts";
import { Fault, faultToData, isAbort, toFault } from "../../base/fault.ts";
import type { Label } from "../../domain/label.ts";
import { placesKnown } from "../../domain/learned-places.ts";
import { type InstanceShape, type TextSettings, textsNeeded } from "../../domain/prompt-kinds.ts";
import type { PromptSetSummary } from "../../domain/prompt-set.ts";
import { advance, type TuningEvent, type TuningRun, type TuningSettings } from "../../domain/run.ts";
import type { GateResult, TuneParams, TuneResult } from "../../protocol/engine-api.ts";
import type { TextVectors } from "../../protocol/text-encoder.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, type AppState, stateOf } from "../action.ts";
import { blocksTune, examples, isTuning, setOffer, slideMpp, startingSet, tuningSettings } from "../selectors.ts";
import { statedOfLabels } from "../stated.ts";
import { tuneThrough } from "../tune-through.ts";
import { promptSetFileName } from "./prompt-sets.ts";

const noRun = (): string => say("No tuning is running.");

function proposeName(state: AppState, params: Pick<TuneParams, "classes" | "labels">): string {
  const { length: count } = params.labels;
  const made = [...state.project.project.runs.values()].filter(({ run }) => run.state === "finished").length;
  const classes = params.classes.map((c) => c.name).join(" / ");
  return say("Tuned {made}: {names}, {count} labels", {
    made: made + 1,
    names: classes.length > 80 ? say("{classes} classes", { classes: params.classes.length }) : classes,
    count,
  });
}

/** What the engine needs, frozen at the start: later labels do not change a run. */
export function paramsOf(
  state: AppState,
  runId: RunId,
  settings: TuningSettings,
  name: string | undefined,
): TuneParams {
  const { project } = state.project;
  const list = examples(state);
  // Distances between labels are measured at the slide's present um/px, also where it was corrected after labelling.
  const labels = list.flatMap(({ labelId, patch }): readonly Label[] => {
    const label = project.labels.get(labelId);
    const info = state.session.openSlides.get(patch.slideId)?.info;
    const scale = info && slideMpp(info.calibration);
    return label && scale ? [{ ...label, region: patch.region, slideMpp: scale }] : [];
  });
  const classes = project.classes.filter((c) => list.some((example) => example.classId === c.id));
  const slides = [...new Set(list.map(({ patch }) => patch.slideId))].flatMap((id) => project.slides.get(id) ?? []);
  const cases: Record<SlideId, string> = {};
  for (const slide of slides) if (slide.caseId !== null) cases[slide.id] = slide.caseId;
  const stated = statedOfLabels(state);
  const generated = (id: SlideId): boolean => state.session.openSlides.get(id)?.info.origin === "generated";
  return {
    runId,
    name: name?.trim().slice(0, 200) || proposeName(state, { classes, labels }),
    settings,
    classes,
    labels,
    examples: list,
    cases,
    syntheticSlides: [...new Set(list.map(({ patch }) => patch.slideId))].filter(generated),
    parent: null,
    ...(stated && { stated }),
    resume: null,
    halvings: 0,
  };
}

/** Of these only views, the frozen part and the seed count; what is kept says what the prompts are. */
function settingsOn({ metadata }: PromptSetSummary, settings: TuningSettings): TuningSettings {
  const { instance: _instance, text: _text, ...rest } = settings;
  const { blocks, tokensPerBlock } = metadata.method;
  return { ...rest, blocks, tokensPerBlock };
}

/** Whose prompts the tuning keeps, and where these learned: what is known of it here. */
function learnedOf(
  state: AppState,
  set: PromptSetSummary,
  { labels }: Pick<TuneParams, "labels">,
): NonNullable<TuneParams["learned"]> {
  const places = state.project.project.learnedPlaces.get(set.id) ?? [];
  const labelled = new Set(labels.map(({ slideId }) => slideId));
  return { id: set.id, places: placesKnown(places, set.metadata.learned?.slides ?? [], labelled) };
}

/** Vectors of what the settings' templates say with these classes; null where nothing is made of text. */
export async function textOf(
  { texts }: Pick<ActionContext, "texts">,
  { settings, classes }: Pick<TuneParams, "settings" | "classes">,
  signal: AbortSignal,
): Promise<TextVectors | null> {
  // What cannot be filled in blocks Tune (selectors.ts).
  const names = classes.map((c) => c.name);
  const needed = textsNeeded(settings.text, names).texts;
  return needed.length > 0 ? texts.vectorsOf(needed, signal) : null;
}

function record(
  context: ActionContext,
  run: TuningRun,
  labels: number,
  figures: Pick<TuneResult, "estimate" | "heldOut"> | null = null,
): void {
  const { estimate = null, heldOut = [] } = figures ?? {};
  context.project.dispatch({
    title: "Tuning",
    undoable: false,
    events: [{ type: "run/put", record: { run, estimate, labels, ...(heldOut.length > 0 && { heldOut }) } }],
  });
}

function tell(context: ActionContext, runId: RunId, event: TuningEvent): TuningRun | null {
  const { tuning } = context.session.getState();
  if (tuning?.id !== runId) return null;
  const next = advance(tuning, event);
  context.session.setState({ tuning: next });
  return next;
}

/** The run goes on running; what it shows stays where it was. */
function tellRestarting(context: ActionContext, runId: RunId): void {
  const { tuning } = context.session.getState();
  if (tuning?.state !== "running") return;
  tell(context, runId, { type: "progress", progress: { ...tuning.progress, phase: "restarting", secondsLeft: null } });
}

/** Bytes before the event that names them: a crash in between leaves bytes nobody names, never a name without bytes. */
export async function keepBytes(
  context: ActionContext,
  { summary, bytes }: Pick<TuneResult, "bytes" | "summary">,
): Promise<void> {
  try {
    await context.journal.putPromptSet(summary.id, bytes);
  } catch (error) {
    // Minutes of work must not be lost because this browser cannot keep them.
    context.saveFile(promptSetFileName(summary.metadata.name), bytes);
    const fault = toFault(error, "storage", say("The tuned prompt set could not be kept"));
    const message = say("{message} The prompt set was saved as a file instead: load it again from there.", {
      message: fault.message,
    });
    throw new Fault(fault.kind, message, fault.detail, fault);
  }
}

/** The set answers from now on. */
export async function keep(
  context: ActionContext,
  result: Pick<TuneResult, "bytes" | "summary">,
  signal: AbortSignal,
): Promise<void> {
  const { summary } = result;
  await keepBytes(context, result);
  // Thrown away at the last moment: bytes nobody names are tidied away when the project is next opened.
  signal.throwIfAborted();
  const state = stateOf(context);
  if (setOffer(state, summary) === true) context.session.setState({ previousSet: state.project.project.activeSet });
  context.project.dispatch({
    title: `Tune set: ${summary.metadata.name}`,
    undoable: true,
    events: [
      { type: "prompt-set/put", summary },
      { type: "active-set/put", id: summary.id },
    ],
  });
}

/** The gates before a tuning join those before the first answer, newest first of each name. */
function notePassed({ session }: ActionContext, gates: readonly GateResult[]): void {
  session.setState(({ engine }) => {
    if (engine.kind !== "ready") return {};
    const others = engine.status.gates.filter((old) => !gates.some(({ name }) => name === old.name));
    return { engine: { ...engine, status: { ...engine.status, gates: [...others, ...gates] } } };
  });
}

/** Runs to its end; how it ended is in `session.tuning` and in the project's record of the run. Resolves also when it failed. */
export const startTuning: Action<Readonly<{ name?: string }>> = {
  id: "tuning/start",
  title: "Tune",
  keys: ["T"],
  enabled: (state) => blocksTune(state) ?? true,
  run: async (context, { name }) => {
    const state = stateOf(context);
    const chosen = tuningSettings(state);
    if (!chosen) return;
    const from = startingSet(state);
    const settings = from ? settingsOn(from, chosen) : chosen;
    const runId = context.newId() as RunId;
    const plain = paramsOf(state, runId, settings, name);
    const params = from ? { ...plain, learned: learnedOf(state, from, plain) } : plain;
    const preparing: TuningRun = { state: "preparing", id: runId, settings };
    context.session.setState({ tuning: preparing });
    record(context, preparing, params.labels.length);
    let ended: TuningRun | null = null;
    let figures: TuneResult | null = null;
    try {
      await context.tuning.run(async (signal) => {
        const text = await textOf(context, params, signal);
        const result = await tuneThrough(context, text ? { ...params, text } : params, {
          signal,
          onEvent: (event) => {
            // The engine says that it is done; the run is finished once what it made is kept.
            if (event.type === "progress" || event.type === "loss") tell(context, runId, event);
          },
          onRestart: () => tellRestarting(context, runId),
          finishing: () => {
            const { tuning } = context.session.getState();
            return tuning?.id === runId && tuning.state === "running" && tuning.stopping === "finish-early";
          },
        });
        signal.throwIfAborted();
        notePassed(context, result.gates);
        await keep(context, result, signal);
        figures = result;
        ended = tell(context, runId, { type: "finished", promptSet: result.summary.id, ended: result.ended });
      });
    } catch (error) {
      if (isAbort(error)) ended = tell(context, runId, { type: "cancelled" });
      else {
        const fault = toFault(error, "runtime", "Tuning failed");
        ended = tell(context, runId, { type: "failed", fault: faultToData(fault) });
        // The fault must not be hidden by a second one from the record below.
        if (ended && stateOf(context).project.role === "writer") record(context, ended, params.labels.length);
        throw fault;
      }
    }
    if (ended) record(context, ended, params.labels.length, figures);
  },
};

/** Ends after the step at hand and keeps what there is. No estimate comes with it: that belongs to a full tuning. */
export const finishEarly: Action = {
  id: "tuning/finish-early",
  title: "Finish now (keep)",
  enabled: (state) => {
    const { tuning } = state.session;
    if (tuning?.state === "preparing") return say("The tuning is being prepared; there is nothing to keep yet.");
    if (tuning?.state !== "running") return noRun();
    return tuning.stopping === "no" || say("The tuning is already ending.");
  },
  run: async (context) => {
    const { tuning } = context.session.getState();
    if (!tuning) return;
    tell(context, tuning.id, { type: "finish-early" });
    await context.engine.finishEarly({ runId: tuning.id });
  },
};

export const cancelTuning: Action = {
  id: "tuning/cancel",
  title: "Cancel (throw away)",
  enabled: (state) => isTuning(state) || noRun(),
  run: (context) => {
    const { tuning } = context.session.getState();
    if (!tuning) return;
    tell(context, tuning.id, { type: "cancel" });
    context.tuning.cancel();
  },
};

/** `null`: back to what the engine proposes. */
export const changeSettings: Action<Readonly<{ change: Partial<TuningSettings> | null }>> = {
  id: "tuning/settings",
  title: "Tuning settings",
  enabled: (state) => (isTuning(state) ? say("A tuning is running with its own settings.") : true),
  run: ({ session }, { change }) =>
    session.setState(({ settings }) => ({ settings: change && { ...settings, ...change } })),
};

/** null: off. Off are task visual prompts only beside another kind, which the others' being off ends. */
export type KindsChange = Readonly<{
  visual?: boolean;
  instance?: InstanceShape | null;
  text?: TextSettings | null;
}>;

export const changePromptKinds: Action<KindsChange> = {
  id: "tuning/prompt-kinds",
  title: "Kinds of prompts",
  enabled: (state, change) => {
    const free = changeSettings.enabled(state, { change: null });
    if (free !== true) return free;
    const settings = tuningSettings(state);
    if (!settings) return say("The model is still loading.");
    const others = change.instance ?? change.text?.tokens ?? settings.instance ?? settings.text?.tokens;
    return change.visual === false && !others ? say("Switch on another kind of prompts first.") : true;
  },
  run: ({ session, project }, change) => {
    const state = { session: session.getState(), project: project.getState() };
    const { engine } = state.session;
    const settings = tuningSettings(state);
    if (engine.kind !== "ready" || !settings) return;
    const { instance: oldInstance, text: oldText, ...rest } = state.session.settings ?? {};
    const instance = change.instance === undefined ? oldInstance : (change.instance ?? undefined);
    const text = change.text === undefined ? oldText : (change.text ?? undefined);
    const others = instance !== undefined || (text?.tokens ?? null) !== null;
    const visual = !others || (change.visual ?? settings.tokensPerBlock > 0);
    const { tokensPerBlock } = engine.status.defaults;
    const wanted = visual ? settings.tokensPerBlock || tokensPerBlock : 0;
    session.setState({
      settings: {
        ...rest,
        ...(wanted === tokensPerBlock && rest.tokensPerBlock === undefined ? {} : { tokensPerBlock: wanted }),
        ...(instance ? { instance } : {}),
        ...(text ? { text } : {}),
      },
    });
  },
};

/** Runs the last session left unfinished (reload, crash) are recorded as failed. Call once after opening as writer. */
export function settleInterruptedRuns(context: ActionContext): void {
  const state = stateOf(context);
  if (state.project.role !== "writer") return;
  const fault = faultToData(
    new Fault(
      "worker-died",
      "The tab was closed, reloaded or crashed during this tuning. Your labels are kept; tune again.",
    ),
  );
  for (const { run, labels } of state.project.project.runs.values()) {
    if (run.state === "preparing" || run.state === "running") {
      record(context, { state: "failed", id: run.id, settings: run.settings, fault }, labels);
    }
  }
}
