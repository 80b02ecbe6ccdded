// The real stores and commands over a memory journal and the fakes that keep the contracts: everything but a screen.
import type { ClassId, ProjectId, SlideId } from "../../src/base/brand.ts";
import { present } from "../../src/base/fault.ts";
import type { Point } from "../../src/domain/geometry.ts";
import type { Journal } from "../../src/domain/keeping.ts";
import { createMemoryJournalStore, type MemoryDisk } from "../../src/platform/node/memory-journal.ts";
import { createMemoryMapStore, type MemoryMaps } from "../../src/platform/node/memory-maps.ts";
import { createMemoryModelStore, emptyMemoryModels, type MemoryModels } from "../../src/platform/node/memory-models.ts";
import { type Action, type ActionContext, createActionContext, perform, stateOf } from "../../src/state/action.ts";
import { addClass } from "../../src/state/actions/classes.ts";
import { followScorer } from "../../src/state/actions/clicks.ts";
import { loadEngine } from "../../src/state/actions/engine.ts";
import { labelPatch } from "../../src/state/actions/labels.ts";
import { reloadModel } from "../../src/state/actions/models.ts";
import { openSlide } from "../../src/state/actions/slides.ts";
import { followFamiliarity } from "../../src/state/follow-familiarity.ts";
import { followMaps } from "../../src/state/follow-maps.ts";
import { followTissue } from "../../src/state/follow-tissue.ts";
import { createProjectStore } from "../../src/state/project-store.ts";
import { createSessionStore, notify } from "../../src/state/session-store.ts";
import { engineAgain } from "../../src/state/tune-through.ts";
import { createFakeEngine, createFakeSlides, type FakeEngine, type FakeEngineOptions } from "./fake-apis.ts";
import { createFakeHub, type FakeHub } from "./fake-hub.ts";
import { createFakeTexts } from "./fake-texts.ts";

const id = "project" as ProjectId;

export type StateWorld = Readonly<{
  context: ActionContext;
  engine: FakeEngine;
  saved: Map<string, Uint8Array>;
  disk: MemoryDisk;
  models: MemoryModels;
  maps: MemoryMaps;
  hub: FakeHub;
  /** What reached the journal, in order: "bytes <id>" or the types of a change's events. */
  written: readonly string[];
  do<P>(action: Action<P>, ...params: P extends void ? [] : [params: P]): Promise<boolean>;
  state: () => ReturnType<typeof stateOf>;
  /** Text of the last notice, or null. */
  said(): string | null;
  classId(name: string): ClassId;
  open(name: string, expected?: SlideId): Promise<boolean>;
  labelAt(x: number, y: number, className: string): Promise<boolean>;
  /** What is on the screen after a reload with the same disk: nothing but what was kept. */
  reload(): Promise<StateWorld>;
  settle(): Promise<void>;
}>;

type WorldOptions = FakeEngineOptions &
  Readonly<{
    disk?: MemoryDisk;
    /** Backbones kept by an earlier visit. */
    models?: MemoryModels;
    /** Maps kept by an earlier visit. */
    maps?: MemoryMaps;
    hub?: FakeHub;
    /** Chunks of maps that can be kept. */
    mapRoom?: number;
    /** Bytes of backbones that can be kept. */
    room?: number;
    load?: boolean;
  }>;

export async function createStateWorld(options: WorldOptions = {}): Promise<StateWorld> {
  const disk: MemoryDisk = options.disk ?? new Map();
  const opened = await createMemoryJournalStore(disk).open(id, new AbortController().signal);
  const written: string[] = [];
  const journal: Journal = {
    ...opened.journal,
    append: async (change) => {
      await opened.journal.append(change);
      written.push(change.events.map((event) => event.type).join(" "));
    },
    putPromptSet: async (set, bytes) => {
      await opened.journal.putPromptSet(set, bytes);
      written.push(`bytes ${set}`);
    },
  };
  const models = options.models ?? emptyMemoryModels();
  const maps: MemoryMaps = options.maps ?? new Map();
  const hub = options.hub ?? createFakeHub();
  const session = createSessionStore();
  const engine = createFakeEngine(options);
  const saved = new Map<string, Uint8Array>();
  const past = opened.project.labels.size + opened.project.runs.size + opened.project.classes.length;
  let ids = past * 1000;
  const context = createActionContext({
    project: createProjectStore({
      project: opened.project,
      journal,
      now: () => 1_000,
      onFault: (fault) => notify(session, "error", fault.message, fault),
    }),
    session,
    journal,
    slides: createFakeSlides(),
    engine: engine.api,
    restartEngine: () =>
      engineAgain(session, () => {
        engine.restart();
        void world.do(reloadModel);
      }),
    models: createMemoryModelStore(models, options.room),
    texts: createFakeTexts(),
    hub,
    mapStore: createMemoryMapStore(maps, options.mapRoom),
    embedded: { kind: "folder", manifestUrl: "m" },
    prefer: "auto",
    newId: () => `id-${String(++ids).padStart(6, "0")}`,
    saveFile: (name, bytes) => void saved.set(name, bytes),
  });
  followScorer(context);
  followTissue(context);
  followMaps(context);
  followFamiliarity(context);
  const world: StateWorld = {
    context,
    engine,
    saved,
    disk,
    models,
    maps,
    hub,
    written,
    do: (action, ...params) => perform(context, action, ...params),
    state: () => stateOf(context),
    said: () => session.getState().notices.at(-1)?.text ?? null,
    classId: (name) =>
      present(
        context.project.getState().project.classes.find((c) => c.name === name),
        name,
      ).id,
    open: (name, expected) =>
      perform(context, openSlide, {
        source: { kind: "url", url: name },
        name: `${name}.svs`,
        kept: { kind: "file" },
        ...(expected !== undefined && { expected }),
      }),
    labelAt: (x, y, className) =>
      perform(context, labelPatch, { at: { x, y } satisfies Point<"slide">, classId: world.classId(className) }),
    reload: async () => {
      await context.project.flush();
      await opened.journal.close();
      return createStateWorld({ ...options, disk, models, maps, hub });
    },
    settle: async () => {
      for (let i = 0; i < 20; i++) await Promise.resolve();
    },
  };
  if (options.load !== false)
    await world.do(loadEngine, { source: { kind: "folder", manifestUrl: "m" }, prefer: "auto" });
  return world;
}

/** Slide 1 open, classes A and B, `each` labels in each, far apart. */
export async function createLabelledWorld(each: number, options: WorldOptions = {}): Promise<StateWorld> {
  const world = await createStateWorld(options);
  await world.open("1");
  for (const name of ["A", "B"]) await world.do(addClass, { name });
  for (let i = 0; i < each; i++) {
    await world.labelAt(500 + i * 1000, 1000, "A");
    await world.labelAt(500 + i * 1000, 5000, "B");
  }
  return world;
}
