// Commands on backbones: import one from files, use another, remove one, back to the embedded one. Whatever goes wrong, some backbone
// is loaded in the end, and labels and prompt sets stay. Knows no form (import-form.ts) and no reader of files.
import { Fault, faultToData, isAbort, toFault } from "../../base/fault.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { KeptDownload } from "../../domain/kept-download.ts";
import { type KeptModel, originOf } from "../../domain/kept-model.ts";
import type { ImportFacts } from "../../domain/model-import.ts";
import type { EngineStatus, GivenFile } from "../../protocol/engine-api.ts";
import { say } from "../../words/say.ts";
import type { Action, ActionContext, AppState } from "../action.ts";
import { isComparing, isLearning, isTuning, learningRuns } from "../selectors.ts";
import { notify, type OwnModel, type SessionState } from "../session-store.ts";
import { loadEngine } from "./engine.ts";
import { forgetDownload } from "./hub.ts";

const notWhileTuning = (state: AppState): true | string => {
  if (isLearning(state)) return learningRuns();
  return isTuning(state) || isComparing(state)
    ? say("A tuning is running. Finish or cancel it before changing the backbone.")
    : true;
};

/** Where graphs are to run now. */
const preferred = ({ session, prefer }: ActionContext): ActionContext["prefer"] =>
  session.getState().gpuRefused ? "wasm" : prefer;

const ownModel = ({ ownModels }: SessionState, id: string | null): OwnModel | null =>
  ownModels.find(({ model }) => model.id === id) ?? null;

const gone = (): string => say("This backbone is not kept here any more.");

type Import = Readonly<{ files: readonly GivenFile[]; facts: ImportFacts; download?: KeptDownload | null }>;

/** How the import went is in `session.modelImport`: the form that asked shows it, and nothing typed there is lost. */
export const importModel: Action<Import> = {
  id: "model/import",
  title: "Load this backbone",
  enabled: (state, { files }) => {
    if (files.length === 0) return say("Choose files first.");
    if (state.session.modelImport.kind === "loading") return say("A backbone is being loaded.");
    return notWhileTuning(state);
  },
  run: async (context, { files, facts, download }) => {
    const { session } = context;
    session.setState({ modelImport: { kind: "loading", cancelled: false } });
    try {
      await loadEngine.run(context, { source: { kind: "files", files, facts }, prefer: preferred(context) });
    } catch (error) {
      const { modelImport } = session.getState();
      if (isAbort(error)) {
        session.setState({ modelImport: { kind: "none" } });
        // Given up by the person, not replaced by another load: what was loaded before is loaded again.
        if (modelImport.kind === "loading" && modelImport.cancelled) await loadActive(context);
        throw error;
      }
      const fault = toFault(error, "bad-model", say("The backbone could not be loaded"));
      session.setState({ modelImport: { kind: "failed", fault: faultToData(fault) } });
      await loadActive(context);
      return;
    }
    const { engine } = session.getState();
    if (engine.kind !== "ready") return;
    const made = keptModelOf(context, engine.status, files, facts);
    const model = download ? { ...made, from: originOf(download) } : made;
    context.givenFiles.set(model.id, files);
    putOwn(context, { model, kept: "being-kept" });
    session.setState({ activeModel: model.id, modelImport: { kind: "loaded" } });
    // Copying gigabytes takes a while; clicks need not wait for it.
    void keep(context, model, files).then((kept) =>
      kept && download ? forgetDownload(context, download.id) : undefined,
    );
  },
};

/** Ends an import that is loading; the backbone before it comes back. */
export const cancelImport: Action = {
  id: "model/cancel-import",
  title: "Cancel",
  enabled: ({ session }) => session.modelImport.kind === "loading" || say("Nothing is being loaded."),
  run: ({ session, loading }) => {
    session.setState(({ modelImport }) =>
      modelImport.kind === "loading" ? { modelImport: { ...modelImport, cancelled: true } } : {},
    );
    loading.cancel();
  },
};

/** How the last import went has been read. */
export const dismissImport: Action = {
  id: "model/dismiss-import",
  title: "Close",
  enabled: ({ session }) => session.modelImport.kind !== "loading" || say("A backbone is being loaded."),
  run: ({ session }) => session.setState({ modelImport: { kind: "none" } }),
};

/** The same weights with the same answers are one backbone, however often they are given. */
function keptModelOf(
  context: ActionContext,
  { model, weightsDigest }: EngineStatus,
  files: readonly GivenFile[],
  facts: ImportFacts,
): KeptModel {
  const answers = ({ name: _name, licence: _licence, preset: _preset, ...rest }: ImportFacts): string =>
    canonicalJson(rest);
  const same = context.session
    .getState()
    .ownModels.find((own) => own.model.weightsDigest === weightsDigest && answers(own.model.facts) === answers(facts));
  return {
    id: same?.model.id ?? context.newId(),
    name: model.name,
    weightsDigest,
    licence: model.licence,
    facts,
    depth: model.shape.depth,
    width: model.shape.width,
    bytes: files.reduce((sum, { file }) => sum + file.size, 0),
    files: files.map(({ path, file }) => ({ path, bytes: file.size })),
  };
}

function putOwn({ session }: ActionContext, own: OwnModel): void {
  session.setState(({ ownModels }) => {
    const at = ownModels.findIndex(({ model }) => model.id === own.model.id);
    return { ownModels: at === -1 ? [...ownModels, own] : ownModels.with(at, own) };
  });
}

/** Files before the choice that names them: a crash in between leaves a backbone in the list, never a choice without files. */
async function keep(context: ActionContext, model: KeptModel, files: readonly GivenFile[]): Promise<boolean> {
  const { session, models } = context;
  try {
    await models.put(model, files);
  } catch (error) {
    const fault = toFault(error, "storage", say("The backbone could not be kept"));
    if (!ownModel(session.getState(), model.id)) return false;
    const words = say("{name} is used now, but must be given again next time. {message}", {
      name: model.name,
      message: fault.message,
    });
    putOwn(context, { model, kept: "no" });
    notify(session, "warning", words, fault);
    return false;
  }
  if (!ownModel(session.getState(), model.id)) {
    // Removed while it was being written.
    await models.remove(model.id).catch(() => {});
    return false;
  }
  context.givenFiles.delete(model.id);
  putOwn(context, { model, kept: "yes" });
  if (session.getState().activeModel === model.id) await remember(context, model.id, 0);
  return true;
}

async function remember(context: ActionContext, id: string | null, unfinished: number): Promise<void> {
  try {
    await context.models.choose({ id, unfinished });
  } catch (error) {
    const fault = toFault(error, "storage", say("Which backbone is used could not be remembered"));
    notify(context.session, "warning", fault.message, fault);
  }
}

async function loadEmbedded(context: ActionContext): Promise<void> {
  context.session.setState({ activeModel: null });
  await loadEngine.run(context, { source: context.embedded, prefer: preferred(context) });
}

/** @param unfinished loads of it before this one that neither ended nor failed */
async function loadOwn(context: ActionContext, { model, kept }: OwnModel, unfinished: number): Promise<void> {
  const { session } = context;
  // What was found with one backbone is nothing to another.
  context.indexing.cancel();
  // Said before the files are fetched: what is ready now must not answer under the name of this one, nor may anybody start a second load.
  session.setState({ activeModel: model.id, engine: { kind: "loading", progress: null }, indexing: null });
  if (kept === "yes") await remember(context, model.id, unfinished + 1);
  const files = context.givenFiles.get(model.id) ?? (await context.models.files(model.id));
  // Meanwhile another one was chosen.
  if (session.getState().activeModel !== model.id) return;
  await loadEngine.run(context, {
    source: { kind: "files", files, facts: model.facts },
    prefer: preferred(context),
  });
  const { engine } = session.getState();
  if (kept === "yes") await remember(context, model.id, 0);
  if (engine.kind !== "ready" || engine.status.weightsDigest === model.weightsDigest) return;
  notify(
    session,
    "warning",
    say(
      "The weights of {name} are counted otherwise than when it was kept, by its files or by this version of the app. Prompt sets made for it then are not offered.",
      { name: model.name },
    ),
  );
  // As it is listed by now: it may have been removed meanwhile, or kept.
  const now = ownModel(session.getState(), model.id);
  if (now) putOwn(context, { ...now, model: { ...now.model, weightsDigest: engine.status.weightsDigest } });
}

/** Loads what `session.activeModel` names; where that fails, says why and loads the embedded one. */
async function loadActive(context: ActionContext, unfinished = 0): Promise<void> {
  const own = ownModel(context.session.getState(), context.session.getState().activeModel);
  if (!own) return loadEmbedded(context);
  try {
    await loadOwn(context, own, unfinished);
  } catch (error) {
    if (isAbort(error)) throw error;
    await fallBack(context, own.model, toFault(error, "runtime", say("It could not be loaded")));
  }
}

/** Not if meanwhile something else was chosen. */
async function fallBack(context: ActionContext, model: KeptModel, fault: Fault): Promise<void> {
  if (context.session.getState().activeModel !== model.id) return;
  const words = say("{name} could not be loaded, so the embedded backbone is used. {message}", {
    name: model.name,
    message: fault.message,
  });
  notify(context.session, "error", words, fault);
  await Promise.all([loadEmbedded(context), remember(context, null, 0)]);
}

const idle = (state: AppState): boolean => state.session.engine.kind !== "loading";

export const useModel: Action<Readonly<{ id: string }>> = {
  id: "model/use",
  title: "Use this backbone",
  enabled: (state, { id }) => {
    if (!ownModel(state.session, id)) return gone();
    if (state.session.activeModel === id && idle(state)) return say("This backbone is in use.");
    return notWhileTuning(state);
  },
  run: async (context, { id }) => {
    context.session.setState({ activeModel: id, modelImport: { kind: "none" } });
    await loadActive(context);
  },
};

export const useEmbeddedModel: Action = {
  id: "model/use-embedded",
  title: "Back to the embedded backbone",
  enabled: (state) => {
    const { activeModel, engine } = state.session;
    if (activeModel === null && engine.kind === "ready") return say("The embedded backbone is in use.");
    return notWhileTuning(state);
  },
  run: async (context) => {
    context.session.setState({ modelImport: { kind: "none" } });
    await Promise.all([loadEmbedded(context), remember(context, null, 0)]);
  },
};

/** Its files are removed from this browser; labels and prompt sets stay. */
export const removeModel: Action<Readonly<{ id: string }>> = {
  id: "model/remove",
  title: "Remove from this browser",
  enabled: (state, { id }) => {
    if (!ownModel(state.session, id)) return gone();
    return state.session.activeModel === id ? notWhileTuning(state) : true;
  },
  run: async (context, { id }) => {
    const { session } = context;
    const { activeModel, ownModels } = session.getState();
    const own = ownModel(session.getState(), id);
    context.givenFiles.delete(id);
    session.setState({ ownModels: ownModels.filter(({ model }) => model.id !== id) });
    // Before anything is awaited: what is removed must not answer, or be tuned, meanwhile.
    const away = activeModel === id ? Promise.all([loadEmbedded(context), remember(context, null, 0)]) : null;
    try {
      // Also where it counts as not kept: an earlier visit may have kept it.
      await context.models.remove(id);
    } catch (error) {
      if (own) putOwn(context, own);
      const fault = toFault(error, "storage", say("The backbone could not be removed from this browser"));
      notify(session, "error", fault.message, fault);
    }
    await away;
  },
};

/** Unfinished loads after which a backbone is not loaded by itself again: it may be what closes the tab. */
const mostUnfinished = 2;

/** At the start of a visit: the backbone of the last one. `embedded`: that one now, whatever is remembered. */
export const startModel: Action<Readonly<{ embedded: boolean }>> = {
  id: "model/start",
  title: "Load model",
  enabled: () => true,
  run: async (context, { embedded }) => {
    const { session, models } = context;
    let chosen: Awaited<ReturnType<typeof models.chosen>> = { id: null, unfinished: 0 };
    try {
      const [listed, remembered] = await Promise.all([models.list(), models.chosen()]);
      session.setState({ ownModels: listed.models.map((model) => ({ model, kept: "yes" })) });
      for (const warning of listed.warnings) notify(session, "warning", warning);
      chosen = remembered;
    } catch (error) {
      const fault = toFault(error, "storage", say("The kept backbones could not be read"));
      notify(session, "warning", fault.message, fault);
    }
    const own = ownModel(session.getState(), chosen.id);
    if (!own || embedded) return loadEmbedded(context);
    if (chosen.unfinished >= mostUnfinished) {
      const why = new Fault(
        "runtime",
        "It was begun twice and never finished: the tab was closed, or broke down over it.",
      );
      session.setState({ activeModel: own.model.id });
      return fallBack(context, own.model, why);
    }
    session.setState({ activeModel: own.model.id });
    await loadActive(context, chosen.unfinished);
  },
};

/** Loads what was in use again: after the engine's death, or because the person asked. */
export const reloadModel: Action = {
  id: "model/reload",
  title: "Try again",
  enabled: () => true,
  run: (context) => loadActive(context),
};

/** After the engine's death, with its successor there: the backbone is loaded again, unless the engine died of loading it. */
export const recoverModel: Action<Readonly<{ fault: Fault }>> = {
  id: "model/recover",
  title: "Load model",
  enabled: () => true,
  run: async (context, { fault }) => {
    const { engine, activeModel, modelImport, ownModels } = context.session.getState();
    const own = ownModels.find(({ model }) => model.id === activeModel);
    // Not "failed", not for a moment: a tuning that waits for a model would be given up, although one is on its way.
    context.session.setState({ engine: { kind: "loading", progress: null }, indexing: null });
    // An import ends with the fault by itself, and brings back what was there before it.
    if (modelImport.kind === "loading") return;
    await (own && engine.kind === "loading" ? fallBack(context, own.model, fault) : loadActive(context));
  },
};
