// What every journal store must keep, as plain functions that throw: run in Node on memory and in a page on IndexedDB.
// Knows no test runner, so that a page can run it.
import type { ProjectId, PromptSetId } from "../../src/base/brand.ts";
import { isFault } from "../../src/base/fault.ts";
import { brokenAt } from "../../src/domain/audit.ts";
import type { JournalStore, OpenedProject } from "../../src/domain/keeping.ts";
import { ownClasses } from "../../src/domain/other-class.ts";
import { emptyProject, type Project } from "../../src/domain/project.ts";
import { promptSetIdOf } from "../../src/domain/prompt-set-file.ts";
import { snapshotOf } from "../../src/domain/replay.ts";
import { change, label, runPut, slideRef, summary, tissueClass, work } from "./sample-project.ts";

/** One fresh disk and what can happen to it. */
export type JournalWorld = Readonly<{
  store: JournalStore;
  /** As a dead tab leaves it: nothing is closed, but the lock is free. */
  crash(opened: OpenedProject): Promise<void>;
  /** Replaces the stored entry at `index` (negative: from the end) by what `damage` makes of it; null removes it. */
  damage(id: ProjectId, index: number, damage: (entry: unknown) => unknown): Promise<void>;
  damagePromptSet(id: ProjectId, set: PromptSetId): Promise<void>;
}>;
/** `compactEvery`: how many changes the log holds before it becomes a snapshot. */
export type MakeWorld = (options: Readonly<{ compactEvery: number }>) => Promise<JournalWorld>;

const id = "project-1" as ProjectId;
const forever = new AbortController().signal;

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`contract broken: ${what}`);
}

const flat = (project: Project): string =>
  JSON.stringify(
    snapshotOf(project)
      .events.map((e) => JSON.stringify(e))
      .sort(),
  );
const same = (a: Project, b: Project): boolean => flat(a) === flat(b);

async function refused(kind: "read-only" | "storage", task: Promise<unknown>): Promise<void> {
  const error = await task.then(
    () => null,
    (e: unknown) => e,
  );
  check(isFault(error, kind), `expected Fault ${kind}, got ${String(error)}`);
}

async function fill(opened: OpenedProject, count: number): Promise<void> {
  for (const step of work(count)) await opened.journal.append(step);
}

const names = (project: Project): string => [...project.labels.keys()].sort().join(" ");
const setBytes = (seed: number): Uint8Array => Uint8Array.from({ length: 100 }, (_, i) => (i * 7 + seed) % 256);

export const journalContract: Readonly<Record<string, (make: MakeWorld) => Promise<void>>> = {
  "what is rewritten is all there is: changes, prompt sets nobody names and the audit log before are erased": async (
    make,
  ) => {
    const { store } = await make({ compactEvery: 4 });
    const opened = await store.open(id, forever);
    await fill(opened, 6);
    const bytes = setBytes(1);
    await opened.journal.putPromptSet(promptSetIdOf(bytes), bytes);
    const last = (await opened.journal.audit()).at(-1)?.hash ?? "";
    const kept = emptyProject(id);
    await opened.journal.rewrite(kept, "Forget a slide");
    check((await opened.journal.promptSet(promptSetIdOf(bytes))) === null, "bytes are gone");
    const audit = await opened.journal.audit();
    check(audit.length === 1 && brokenAt(audit) === null, "the log begins anew");
    check(audit[0]?.title.includes(last) === true, "and names the hash it ended with");
    await opened.journal.append(change("Add class", { type: "class/put", value: tissueClass(1), at: 0 }));
    check(brokenAt(await opened.journal.audit()) === null, "and goes on");
    await opened.journal.close();
    const again = await store.open(id, forever);
    const own = ownClasses(again.project.classes);
    check(again.project.labels.size === 0 && own.length === 1, "only what came after is there");
    await again.journal.close();
  },
  "a new project is empty and may be written": async (make) => {
    const { store } = await make({ compactEvery: 100 });
    const { project, journal, warnings } = await store.open(id, forever);
    check(journal.role === "writer", "the first one writes");
    check(project.id === id && project.labels.size === 0 && project.classes.length === 1, "empty");
    check(warnings.length === 0, "no warnings");
  },

  "what was appended is there after closing and opening again": async (make) => {
    const { store } = await make({ compactEvery: 100 });
    const first = await store.open(id, forever);
    await fill(first, 3);
    await first.journal.append(change("Slide", { type: "slide/put", slide: slideRef(1) }));
    await first.journal.append(change("Run", runPut(1)));
    await first.journal.close();
    const { project, warnings } = await store.open(id, forever);
    check(names(project) === "label-0 label-1 label-2", names(project));
    check(project.classes[0]?.name === "Class 1" && project.slides.size === 1 && project.runs.size === 1, "all kinds");
    check(warnings.length === 0, "no warnings");
  },

  "a crash loses nothing that was appended": async (make) => {
    const { store, crash } = await make({ compactEvery: 100 });
    const first = await store.open(id, forever);
    await fill(first, 5);
    await crash(first);
    const again = await store.open(id, forever);
    check(again.journal.role === "writer", "the lock of a dead tab is free");
    check(again.project.labels.size === 5, "all five");
  },

  "a log cut into snapshots adds up to the same project": async (make) => {
    const plain = await make({ compactEvery: 1000 });
    const cut = await make({ compactEvery: 3 });
    const projects: Project[] = [];
    for (const { store } of [plain, cut]) {
      const opened = await store.open(id, forever);
      await fill(opened, 10);
      await opened.journal.append(change("Remove", { type: "label/remove", id: label(4).id }));
      await opened.journal.close();
      const again = await store.open(id, forever);
      await again.journal.append(change("More", { type: "label/put", label: label(50) }));
      await again.journal.close();
      projects.push((await store.open(id, forever)).project);
    }
    const [a, b] = projects;
    check(a !== undefined && b !== undefined && same(a, b) && a.labels.size === 10, "the same");
  },

  "appends that overlap are kept in order": async (make) => {
    const { store } = await make({ compactEvery: 4 });
    const opened = await store.open(id, forever);
    await opened.journal.append(change("c", { type: "class/put", value: tissueClass(1), at: 0 }));
    const puts = Array.from({ length: 20 }, (_, i) => ({ ...label(1), region: { ...label(1).region, x: i } }));
    await Promise.all(puts.map((value) => opened.journal.append(change("move", { type: "label/put", label: value }))));
    await opened.journal.close();
    const { project } = await store.open(id, forever);
    check(project.labels.get(label(1).id)?.region.x === 19, "the last one wins");
  },

  "a second opening reads and may not write, until it is opened after the first has closed": async (make) => {
    const { store } = await make({ compactEvery: 100 });
    const first = await store.open(id, forever);
    await fill(first, 2);
    const second = await store.open(id, forever);
    check(second.journal.role === "reader", "reader");
    check(second.project.labels.size === 2, "it sees the work");
    await refused("read-only", second.journal.append(change("x", { type: "label/put", label: label(9) })));
    await refused("read-only", second.journal.putPromptSet(promptSetIdOf(setBytes(1)), setBytes(1)));
    await second.journal.close();
    await first.journal.append(change("y", { type: "label/put", label: label(8) }));
    await first.journal.close();
    const third = await store.open(id, forever);
    check(third.journal.role === "writer" && third.project.labels.size === 3, "writer again");
  },

  "every change is in the audit log, through snapshots and crashes, in one whole chain": async (make) => {
    const { store, crash } = await make({ compactEvery: 3 });
    const first = await store.open(id, forever);
    await fill(first, 4);
    await crash(first);
    const again = await store.open(id, forever);
    await again.journal.append(change("Remove", { type: "label/remove", id: label(1).id }));
    const entries = await again.journal.audit();
    check(entries.length === work(4).length + 1, `${entries.length} entries`);
    check(entries.at(-1)?.title === "Remove" && brokenAt(entries) === null, "one chain");
    check(brokenAt(entries.toSpliced(2, 1)) === 2, "what is taken out is seen");
    await again.journal.close();
  },

  "projects do not mix": async (make) => {
    const { store } = await make({ compactEvery: 2 });
    const other = "project-10" as ProjectId;
    const [a, b] = [await store.open(id, forever), await store.open(other, forever)];
    check(a.journal.role === "writer" && b.journal.role === "writer", "one writer each");
    await fill(a, 4);
    await b.journal.append(change("c", { type: "class/put", value: tissueClass(7), at: 0 }));
    await a.journal.close();
    await b.journal.close();
    check((await store.open(id, forever)).project.labels.size === 4, "first");
    check((await store.open(other, forever)).project.labels.size === 0, "second");
  },

  "a garbled last entry loses the last action only, and says so": async (make) => {
    for (const damage of [
      () => ({}),
      () => "\u0000\u0001",
      () => null,
      (entry: unknown) => ({ ...(entry as object), events: [{ type: "label/put" }] }),
      (entry: unknown) => ({ ...(entry as object), events: [{ type: "no such event" }] }),
    ]) {
      const { store, crash, damage: spoil } = await make({ compactEvery: 100 });
      const first = await store.open(id, forever);
      await fill(first, 4);
      await crash(first);
      await spoil(id, -1, damage);
      const again = await store.open(id, forever);
      check(names(again.project) === "label-0 label-1 label-2", names(again.project));
      check(again.warnings.length === 1, "said once");
      await again.journal.append(change("z", { type: "label/put", label: label(30) }));
      await again.journal.close();
      const third = await store.open(id, forever);
      check(names(third.project) === "label-0 label-1 label-2 label-30", "work goes on");
      check(third.warnings.length === 0, "not said again");
    }
  },

  "an entry garbled in the middle loses that action only": async (make) => {
    const { store, crash, damage } = await make({ compactEvery: 100 });
    const first = await store.open(id, forever);
    await fill(first, 4);
    await crash(first);
    await damage(id, 2, () => ({ version: "journal/1" }));
    const again = await store.open(id, forever);
    check(names(again.project) === "label-0 label-2 label-3", names(again.project));
    check(again.warnings.length === 1, "said");
  },

  "labels whose class was lost keep a class to belong to": async (make) => {
    const { store, crash, damage } = await make({ compactEvery: 100 });
    const first = await store.open(id, forever);
    await fill(first, 2);
    await crash(first);
    await damage(id, 0, () => 17);
    const { project, warnings } = await store.open(id, forever);
    check(project.labels.size === 2 && project.classes[0]?.id === tissueClass(1).id, "labels and class");
    check(warnings.length === 2, "both said");
  },

  "an entry of a version from the future is refused and not touched": async (make) => {
    const { store, crash, damage } = await make({ compactEvery: 100 });
    const first = await store.open(id, forever);
    await fill(first, 1);
    await crash(first);
    let before: unknown = null;
    await damage(id, -1, (entry) => {
      before = entry;
      return { ...(entry as object), version: "journal/99" };
    });
    await refused("storage", store.open(id, forever));
    await damage(id, -1, (entry) => {
      check((entry as { version?: unknown }).version === "journal/99", "still there");
      return before;
    });
    check((await store.open(id, forever)).project.labels.size === 1, "the right version reads it all");
  },

  "prompt set bytes come back as they were; a set no event names is dropped at the next opening": async (make) => {
    const { store, crash } = await make({ compactEvery: 100 });
    const first = await store.open(id, forever);
    const [kept, orphan] = [setBytes(1), setBytes(2)];
    await first.journal.putPromptSet(promptSetIdOf(kept), kept);
    await first.journal.putPromptSet(promptSetIdOf(orphan), orphan);
    await first.journal.append(change("s", { type: "prompt-set/put", summary: summary(promptSetIdOf(kept)) }));
    kept.fill(0);
    await crash(first);
    const { journal, project } = await store.open(id, forever);
    check(project.promptSets.size === 1, "named");
    const bytes = await journal.promptSet(promptSetIdOf(setBytes(1)));
    check(bytes !== null && bytes.join() === setBytes(1).join(), "the bytes as they were");
    check((await journal.promptSet(promptSetIdOf(orphan))) === null, "the orphan is gone");
  },

  "damaged prompt set bytes are refused, not used": async (make) => {
    const { store, damagePromptSet } = await make({ compactEvery: 100 });
    const { journal } = await store.open(id, forever);
    const set = promptSetIdOf(setBytes(1));
    await journal.putPromptSet(set, setBytes(1));
    await damagePromptSet(id, set);
    await refused("storage", journal.promptSet(set));
  },

  "what could not be read back is not written": async (make) => {
    const { store } = await make({ compactEvery: 100 });
    const { journal } = await store.open(id, forever);
    const broken = { ...label(1), region: { x: Number.NaN, y: 0, width: 1, height: 1 } };
    const error = await journal.append(change("x", { type: "label/put", label: broken })).catch((e: unknown) => e);
    check(isFault(error, "damaged"), String(error));
    await journal.append(change("c", { type: "class/put", value: tissueClass(1), at: 0 }));
    await journal.close();
    const again = await store.open(id, forever);
    check(again.warnings.length === 0 && again.project.classes.length === 2, "only what can be read");
  },

  "a closed journal takes nothing more": async (make) => {
    const { store } = await make({ compactEvery: 100 });
    const { journal } = await store.open(id, forever);
    await journal.close();
    await refused("storage", journal.append(change("x", { type: "label/put", label: label(1) })));
  },

  "forgetting removes everything, and is refused while the project is open": async (make) => {
    const { store } = await make({ compactEvery: 3 });
    const first = await store.open(id, forever);
    await fill(first, 5);
    await first.journal.putPromptSet(promptSetIdOf(setBytes(1)), setBytes(1));
    await refused("read-only", store.forget(id));
    await first.journal.close();
    await store.forget(id);
    const { project, journal } = await store.open(id, forever);
    check(project.labels.size === 0 && project.classes.length === 1, "empty");
    check((await journal.promptSet(promptSetIdOf(setBytes(1)))) === null, "no bytes");
  },
};
