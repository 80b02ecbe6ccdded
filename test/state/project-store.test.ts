// Undo, redo and saving: the store over a real memory journal, and over one that fails on command.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProjectId } from "../../src/base/brand.ts";
import { Fault, isFault } from "../../src/base/fault.ts";
import { applyEvents, emptyProject, type ProjectChange } from "../../src/domain/project.ts";
import { createMemoryJournalStore, type MemoryDisk } from "../../src/platform/node/memory-journal.ts";
import { createProjectStore } from "../../src/state/project-store.ts";
import { anyEvents, anyProject, canonical } from "../support/arbitrary-events.ts";
import { change, label, runPut, tissueClass, work } from "../support/sample-project.ts";

const id = "p" as ProjectId;
const seeded = { seed: 20_260_102, numRuns: 200 } as const;
const forever = new AbortController().signal;

async function world() {
  const disk: MemoryDisk = new Map();
  const keep = createMemoryJournalStore(disk);
  const { project, journal } = await keep.open(id, forever);
  const gate = { failing: null as Fault | null, appended: [] as ProjectChange[], lose: (_: Fault): void => {} };
  const faults: Fault[] = [];
  let clock = 0;
  const store = createProjectStore({
    project,
    journal: {
      role: journal.role,
      append: async (c) => {
        if (gate.failing) throw gate.failing;
        await journal.append(c);
        gate.appended.push(c);
      },
      rewrite: async (...what) => {
        if (gate.failing) throw gate.failing;
        await journal.rewrite(...what);
      },
      onLost: (listener) => {
        gate.lose = listener;
      },
    },
    now: () => ++clock,
    onFault: (fault) => faults.push(fault),
  });
  const reopened = async () => {
    await journal.close();
    return (await createMemoryJournalStore(disk).open(id, forever)).project;
  };
  return { store, gate, faults, disk, reopened };
}

describe("undo and redo", () => {
  test("many events and then their inverses, in the order given, leave any project as it was", () => {
    fc.assert(
      fc.property(anyProject, anyEvents, (project, events) => {
        const there = applyEvents(project, events);
        const back = applyEvents(there.project, there.inverse);
        expect(canonical(back.project)).toEqual(canonical(project));
        expect(canonical(applyEvents(back.project, back.inverse).project)).toEqual(canonical(there.project));
      }),
      seeded,
    );
  });

  test("any walk through history shows what was there, and the journal adds up to what is shown", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(anyEvents, fc.constantFrom("undo" as const, "redo" as const)), { maxLength: 20 }),
        async (steps) => {
          const { store, reopened } = await world();
          const past: unknown[] = [canonical(store.getState().project)];
          let at = 0;
          for (const [i, step] of steps.entries()) {
            if (step === "undo") {
              store.undo();
              at = Math.max(0, at - 1);
            } else if (step === "redo") {
              store.redo();
              at = Math.min(past.length - 1, at + 1);
            } else {
              const before = store.getState().undo.length;
              store.dispatch({ title: `${i}`, events: step, undoable: true });
              // A change without any inverse (removing what is not there) is no step of history.
              if (store.getState().undo.length > before) {
                past.splice(at + 1);
                past.push(canonical(store.getState().project));
                at++;
              }
            }
            expect(canonical(store.getState().project)).toEqual(past[at]);
          }
          await store.flush();
          const shown = store.getState().project;
          const read = await reopened();
          expect(canonical({ ...read, classes: shown.classes })).toEqual(canonical(shown));
        },
      ),
      { seed: 20_260_103, numRuns: 60 },
    );
  });

  test("is unlimited", async () => {
    const { store } = await world();
    for (const step of work(500)) store.dispatch(step);
    for (let i = 0; i < 501; i++) store.undo();
    expect(canonical(store.getState().project)).toEqual(canonical(emptyProject(id)));
    for (let i = 0; i < 501; i++) store.redo();
    expect(store.getState().project.labels.size).toBe(500);
    await store.flush();
  });

  test("several events of one change are taken back as one", async () => {
    const { store } = await world();
    store.dispatch(change("c", { type: "class/put", value: tissueClass(1), at: 0 }));
    store.dispatch(change("both", { type: "label/put", label: label(1) }, { type: "label/put", label: label(2) }));
    store.undo();
    expect(store.getState().project.labels.size).toBe(0);
    expect(store.getState().redo.map((entry) => entry.title)).toEqual(["both"]);
    store.redo();
    expect(store.getState().project.labels.size).toBe(2);
  });

  test("a change that is not undoable is no step, and leaves redo alone", async () => {
    const { store } = await world();
    store.dispatch(change("c", { type: "class/put", value: tissueClass(1), at: 0 }));
    store.undo();
    store.dispatch({ title: "Tuning", events: [runPut(1)], undoable: false });
    expect(store.getState().undo).toEqual([]);
    store.redo();
    expect(store.getState().project.classes).toHaveLength(2);
    store.undo();
    expect(store.getState().project.runs.size).toBe(1);
  });

  test("a new change ends what could be redone", async () => {
    const { store } = await world();
    store.dispatch(change("c", { type: "class/put", value: tissueClass(1), at: 0 }));
    store.undo();
    store.dispatch(change("d", { type: "class/put", value: tissueClass(2), at: 0 }));
    expect(store.getState().redo).toEqual([]);
  });

  test("with nothing to undo nothing happens", async () => {
    const { store, gate } = await world();
    store.undo();
    store.redo();
    await store.flush();
    expect(gate.appended).toEqual([]);
  });
});

describe("saving", () => {
  test("says how much is pending and when it was last saved", async () => {
    const { store } = await world();
    for (const step of work(2)) store.dispatch(step);
    expect(store.getState().saved).toEqual({ pending: 3, savedAt: null, failed: null, lost: false });
    await store.flush();
    expect(store.getState().saved).toEqual({ pending: 0, savedAt: 3, failed: null, lost: false });
  });

  test("a failure is said, the work stays, and it is saved in order with the next change", async () => {
    const { store, gate, faults, reopened } = await world();
    const [first, second, third] = work(2);
    gate.failing = new Fault("storage", "full");
    if (!first || !second || !third) throw new Error("work");
    store.dispatch(first);
    store.dispatch(second);
    await expect(store.flush()).rejects.toBe(gate.failing);
    expect(faults.length).toBeGreaterThan(0);
    expect(store.getState().saved).toMatchObject({ pending: 2, failed: { kind: "storage", message: "full" } });
    expect(store.getState().project.labels.size).toBe(1);
    gate.failing = null;
    store.dispatch(third);
    await store.flush();
    expect(gate.appended).toEqual([first, second, third]);
    expect(store.getState().saved).toMatchObject({ pending: 0, failed: null });
    expect((await reopened()).labels.size).toBe(2);
  });

  test("what the browser has cleared is no longer called saved, and all of it is kept with the next change", async () => {
    const { store, gate, faults, disk, reopened } = await world();
    const [first, second, third] = work(2);
    if (!first || !second || !third) throw new Error("work");
    store.dispatch(first);
    store.dispatch(second);
    await store.flush();
    const cleared = new Fault("storage", "cleared");
    Object.assign(disk.get(id) ?? {}, { snapshot: null, entries: [] });
    gate.lose(cleared);
    expect(faults).toEqual([cleared]);
    expect(store.getState().saved).toMatchObject({ savedAt: null, lost: true, failed: { message: "cleared" } });
    gate.failing = new Fault("storage", "full");
    await expect(store.flush()).rejects.toBe(gate.failing);
    expect(store.getState().saved).toMatchObject({ lost: true, failed: { message: "full" } });
    gate.failing = null;
    store.dispatch(third);
    await store.flush();
    expect(store.getState().saved).toMatchObject({ pending: 0, lost: false, failed: null });
    expect((await reopened()).labels.size).toBe(2);
  });

  test("a change that can never be saved is said and does not keep later ones from being saved", async () => {
    const { store, faults, reopened } = await world();
    const [first, second] = work(1);
    if (!first || !second) throw new Error("work");
    const value = { ...tissueClass(7), name: "x".repeat(100_000) };
    store.dispatch(first);
    store.dispatch(change("Too long", { type: "class/put", value, at: 0 }));
    store.dispatch(second);
    await store.flush();
    expect(faults.map((fault) => fault.message)).toEqual([expect.stringMatching(/^"Too long" cannot be saved/)]);
    expect(store.getState().saved).toMatchObject({ pending: 0, failed: null });
    expect((await reopened()).labels.size).toBe(1);
  });

  test("a change dispatched the moment the last one is saved is saved too", async () => {
    const { store, gate } = await world();
    const [first, second] = work(1);
    if (!first || !second) throw new Error("work");
    store.subscribe((state, before) => {
      if (state.saved.pending === 0 && before.saved.pending === 1 && gate.appended.length === 1) {
        queueMicrotask(() => store.dispatch(second));
      }
    });
    store.dispatch(first);
    for (let i = 0; i < 20; i++) await Promise.resolve();
    expect(gate.appended).toEqual([first, second]);
  });

  test("a reader's changes are refused and change nothing", async () => {
    const faults: Fault[] = [];
    const store = createProjectStore({
      project: emptyProject(id),
      journal: { role: "reader", append: async () => {}, rewrite: async () => {}, onLost: () => {} },
      now: () => 0,
      onFault: (fault) => faults.push(fault),
    });
    const before = store.getState();
    let thrown: unknown = null;
    try {
      store.dispatch(change("c", { type: "class/put", value: tissueClass(1), at: 0 }));
    } catch (error) {
      thrown = error;
    }
    expect(isFault(thrown, "read-only")).toBe(true);
    expect(store.getState()).toBe(before);
  });
});
