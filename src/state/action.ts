// What a command is: one plain object that menu, button, shortcut and test share. Knows no particular command and no screen.
import { isAbort, isFault } from "../base/fault.ts";
import { createLatest, type Latest } from "../base/latest.ts";
import type { Journal } from "../domain/keeping.ts";
import type { EngineApi, GivenFile, ModelSource } from "../protocol/engine-api.ts";
import type { Hub } from "../protocol/hub-api.ts";
import type { MapStore } from "../protocol/map-store.ts";
import type { ModelStore } from "../protocol/model-store.ts";
import type { SlideApi } from "../protocol/slide-api.ts";
import type { Texts } from "../protocol/text-encoder.ts";
import type { Plain } from "../words/say.ts";
import { createMapRegistry, type MapRegistry } from "./map-registry.ts";
import type { ProjectState, ProjectStore } from "./project-store.ts";
import { notify, type SessionState, type SessionStore } from "./session-store.ts";

/** Everything selectors and `enabled` look at. */
export type AppState = Readonly<{ project: ProjectState; session: SessionState }>;

/** What commands act on. `slides` and `engine` may be getters: after a worker's death they answer with its successor. */
export type ActionContext = Readonly<{
  project: ProjectStore;
  session: SessionStore;
  journal: Journal;
  slides: SlideApi;
  engine: EngineApi;
  /** Resolves when a model is ready in an engine that works; one that is being started already is waited for. Rejects with why not. */
  restartEngine: () => Promise<void>;
  models: ModelStore;
  texts: Texts;
  hub: Hub;
  mapStore: MapStore;
  /** Numbers of maps; one per context. */
  maps: MapRegistry;
  /** The backbone that comes with the app. */
  embedded: ModelSource;
  /** Where graphs are to run. */
  prefer: "auto" | "webgpu" | "wasm";
  /** Files of backbones that are not durable (yet), by id of the backbone. */
  givenFiles: Map<string, readonly GivenFile[]>;
  /** Downloads that run, by id of the entry: how they are paused. */
  downloads: Map<string, AbortController>;
  /** A new random id. */
  newId: () => string;
  /** Hands a file to the person (a download in browsers). */
  saveFile: (name: string, bytes: Uint8Array) => void;
  /** A newer click cancels an older one; likewise the others. One of each per context. */
  clicks: Latest;
  tuning: Latest;
  learning: Latest;
  indexing: Latest;
  opening: Latest;
  swaps: Latest;
  loading: Latest;
  sweeping: Latest;
  studying: Latest;
  validating: Latest;
  suggesting: Latest;
  reviewing: Latest;
  attending: Latest;
}>;

/** `keys`: shortcuts as shown ("Ctrl+Z"). `enabled`: true, or why not, in words. */
export type Action<Params = void> = Readonly<{
  id: string;
  title: Plain;
  keys?: readonly string[];
  enabled: (state: AppState, params: Params) => true | string;
  run: (context: ActionContext, params: Params) => void | Promise<void>;
}>;

/** Everything but what every context makes for itself. */
export type ActionDeps = Omit<
  ActionContext,
  | "clicks"
  | "tuning"
  | "learning"
  | "indexing"
  | "opening"
  | "swaps"
  | "loading"
  | "sweeping"
  | "studying"
  | "validating"
  | "suggesting"
  | "reviewing"
  | "attending"
  | "givenFiles"
  | "maps"
  | "downloads"
>;

export function createActionContext(deps: ActionDeps): ActionContext {
  const { project, session, journal, restartEngine, models, texts, hub, mapStore, embedded, prefer, newId, saveFile } =
    deps;
  return {
    project,
    session,
    journal,
    restartEngine,
    models,
    texts,
    hub,
    mapStore,
    maps: createMapRegistry(),
    embedded,
    prefer,
    givenFiles: new Map(),
    downloads: new Map(),
    newId,
    saveFile,
    get slides() {
      return deps.slides;
    },
    get engine() {
      return deps.engine;
    },
    clicks: createLatest(),
    tuning: createLatest(),
    learning: createLatest(),
    indexing: createLatest(),
    opening: createLatest(),
    swaps: createLatest(),
    loading: createLatest(),
    sweeping: createLatest(),
    studying: createLatest(),
    validating: createLatest(),
    suggesting: createLatest(),
    reviewing: createLatest(),
    attending: createLatest(),
  };
}

export const stateOf = (context: Pick<ActionContext, "project" | "session">): AppState => ({
  project: context.project.getState(),
  session: context.session.getState(),
});

/**
 * Runs a command if it is enabled. A reason or a Fault becomes a notice, a cancelled command is silent, our own mistakes reject.
 * Resolves to whether the command ran to its end.
 */
export async function perform<Params>(
  context: ActionContext,
  action: Action<Params>,
  ...[params]: Params extends void ? [] : [params: Params]
): Promise<boolean> {
  const given = params as Params;
  const enabled = action.enabled(stateOf(context), given);
  if (enabled !== true) {
    notify(context.session, "warning", enabled);
    return false;
  }
  try {
    await action.run(context, given);
    return true;
  } catch (error) {
    if (isAbort(error)) return false;
    if (!isFault(error)) throw error;
    notify(context.session, "error", error.message, error);
    return false;
  }
}
