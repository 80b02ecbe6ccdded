// Commands on prompt sets: activate (swap), blink, import, export, remove. Knows no file picker: bytes come in and go out.
import type { PromptSetId, WeightsDigest } from "../../base/brand.ts";
import { Fault } from "../../base/fault.ts";
import { declaredWords } from "../../domain/declare-prompt-set.ts";
import { promptSetAsNpz } from "../../domain/npz.ts";
import type { ProjectEvent } from "../../domain/project.ts";
import type { PromptSetSummary } from "../../domain/prompt-set.ts";
import { waitsForLabels } from "../../domain/prompt-set-file.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, type AppState, stateOf } from "../action.ts";
import { ensureKnown, noteKnown, noteUnknown } from "../known-sets.ts";
import { canWrite, setById, setOffer } from "../selectors.ts";
import { notify } from "../session-store.ts";

const gone = (): string => say("This prompt set does not exist any more.");
const nameOf = (state: AppState, id: PromptSetId): string => setById(state, id)?.metadata.name ?? "a prompt set";

/** Swap: `null` is the frozen backbone. Clicks are answered by it at once (followScorer); what it needs is compiled ahead. */
export const activatePromptSet: Action<Readonly<{ id: PromptSetId | null }>> = {
  id: "prompt-set/activate",
  title: "Use this prompt set",
  enabled: (state, { id }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    if (id === null) return true;
    const set = setById(state, id);
    return set ? setOffer(state, set) : gone();
  },
  run: async (context, { id }) => {
    const state = stateOf(context);
    // The set chosen last is the one that answers, also where an earlier one takes longer to get ready.
    context.swaps.cancel();
    if (state.project.project.activeSet === id) return;
    // The bytes must be there before the project says that this set answers.
    if (id !== null && state.session.engine.kind === "ready") {
      await context.swaps.run((signal) => ensureKnown(context, id, signal));
    }
    context.session.setState({ previousSet: stateOf(context).project.project.activeSet });
    context.project.dispatch({
      title: id === null ? "Use no prompts (frozen)" : `Use prompt set: ${nameOf(state, id)}`,
      undoable: true,
      events: [{ type: "active-set/put", id }],
    });
    if (id !== null && state.session.engine.kind === "ready") await context.engine.warm({ id });
  },
};

/** Back and forth between the last two, to compare them on the same place. */
export const blinkPromptSets: Action = {
  id: "prompt-set/blink",
  title: "Blink between the last two prompt sets",
  keys: ["B"],
  enabled: (state) => {
    const { previousSet } = state.session;
    if (previousSet === undefined)
      return say("Use a second prompt set first; B then goes back and forth between the two.");
    return activatePromptSet.enabled(state, { id: previousSet });
  },
  run: (context) => {
    const { previousSet } = context.session.getState();
    return previousSet === undefined ? undefined : activatePromptSet.run(context, { id: previousSet });
  },
};

const engineReady = (state: AppState): true | string => {
  const { engine } = state.session;
  if (engine.kind === "failed")
    return say("The model could not be loaded: {message}", { message: engine.fault.message });
  return engine.kind === "ready" || say("The model is still loading.");
};

/** The engine checks the bytes first; they are kept before the project names them. Activates the set where it may answer. */
export const importPromptSet: Action<Readonly<{ name: string; bytes: Uint8Array }>> = {
  id: "prompt-set/import",
  title: "Load prompt set",
  enabled: (state) => {
    const write = canWrite(state);
    return write === true ? engineReady(state) : write;
  },
  run: async (context, { name, bytes }) => {
    await admit(context, name, bytes, await context.engine.addPromptSet({ bytes }));
  },
};

/**
 * A prompt file of others, which says neither its backbone nor its normalisation: the person declares it was made for the loaded one,
 * as `weightsDigest` names it. The set made of it is marked for good.
 */
export const declarePromptSet: Action<Readonly<{ name: string; bytes: Uint8Array; weightsDigest: WeightsDigest }>> = {
  id: "prompt-set/declare",
  title: "Load a prompt file of others",
  enabled: (state) => importPromptSet.enabled(state, { name: "", bytes: new Uint8Array() }),
  run: async (context, { name, bytes, weightsDigest }) => {
    const made = await context.engine.declarePromptSet({ name, bytes, weightsDigest });
    const notes = made.summary.metadata.declared?.notes ?? [];
    await admit(context, name, made.bytes, made.summary);
    const said = say('"{name}" is {declaredWords}: nothing in the file says that it belongs to this backbone.', {
      name: made.summary.metadata.name,
      declaredWords: say(declaredWords),
    });
    notify(context.session, "warning", [said, ...notes].join(" "));
  },
};

/** Bytes the engine took are kept before the project names them. Activates the set where it may answer. */
async function admit(
  context: ActionContext,
  name: string,
  bytes: Uint8Array,
  summary: PromptSetSummary,
): Promise<void> {
  noteKnown(context, summary.id);
  const state = stateOf(context);
  const offer = setOffer(state, summary);
  const waits = waitsForLabels(summary.metadata);
  const listed = state.project.project.promptSets.has(summary.id);
  if (listed)
    notify(
      context.session,
      "info",
      say('"{name}" ({file}) is already in the list.', { name: summary.metadata.name, file: name }),
    );
  else await context.journal.putPromptSet(summary.id, bytes);
  if (offer !== true) notify(context.session, "info", say("Loaded, but not used here: {offer}", { offer }));
  // Without labels it answers nothing: what answers stays, and a tuning starts from it.
  else if (waits) notify(context.session, "info", say("Loaded: Tune starts from it now."));
  const { activeSet } = state.project.project;
  const events: ProjectEvent[] = listed ? [] : [{ type: "prompt-set/put", summary }];
  if (offer === true && !waits && activeSet !== summary.id) {
    events.push({ type: "active-set/put", id: summary.id });
    context.session.setState({ previousSet: activeSet });
  }
  context.project.dispatch({ title: `Load prompt set ${summary.metadata.name}`, undoable: true, events });
  if (waits) context.session.setState({ startFrom: null });
  else if (offer === true) await context.engine.warm({ id: summary.id });
}

/** A file name a person recognises and every file system takes. */
export function promptSetFileName(name: string, format: "safetensors" | "npz" = "safetensors"): string {
  const clean = name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return `${clean.slice(0, 60) || "prompts"}.${format}`;
}

/** `format`: safetensors is the set's own file, the one that is loaded again; npz is for looking into it with numpy. */
export const exportPromptSet: Action<Readonly<{ id: PromptSetId; format?: "safetensors" | "npz" }>> = {
  id: "prompt-set/export",
  title: "Save prompt set as a file",
  enabled: (state, { id }) => {
    if (!setById(state, id)) return gone();
    return (
      state.project.project.promptSets.has(id) ||
      say("This set is shipped with the app; its file lies beside the model.")
    );
  },
  run: async (context, { id, format = "safetensors" }) => {
    const set = setById(stateOf(context), id);
    const bytes = await context.journal.promptSet(id);
    if (!set || !bytes) {
      throw new Fault("storage", "The bytes of this prompt set are not kept in this browser. Load its file again.", {
        id,
      });
    }
    context.saveFile(promptSetFileName(set.metadata.name, format), format === "npz" ? promptSetAsNpz(bytes) : bytes);
  },
};

/** Its bytes stay until the project is next opened, so that undo brings it back. */
export const removePromptSet: Action<Readonly<{ id: PromptSetId }>> = {
  id: "prompt-set/remove",
  title: "Remove prompt set",
  enabled: (state, { id }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    if (state.project.project.promptSets.has(id)) return true;
    return setById(state, id) ? say("This set is shipped with the app and stays in the list.") : gone();
  },
  run: async (context, { id }) => {
    const state = stateOf(context);
    const events: ProjectEvent[] = [{ type: "prompt-set/remove", id }];
    if (state.project.project.learnedPlaces.has(id)) events.push({ type: "learned-places/put", id, places: null });
    if (state.project.project.activeSet === id) events.unshift({ type: "active-set/put", id: null });
    if (state.session.previousSet === id) context.session.setState({ previousSet: undefined });
    context.project.dispatch({ title: `Remove prompt set ${nameOf(state, id)}`, undoable: true, events });
    if (state.session.engine.kind === "ready" && state.session.engine.knownSets.includes(id)) {
      noteUnknown(context, id);
      await context.engine.removePromptSet({ id });
    }
  },
};
