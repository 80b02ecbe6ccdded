// Test page of the journal over IndexedDB: runs the contract, and lets a test drive one tab among several.
import { openDB } from "idb";
import type { ProjectId } from "../../../src/base/brand.ts";
import { isFault, present } from "../../../src/base/fault.ts";
import type { OpenedProject } from "../../../src/domain/keeping.ts";
import { createFileHandles } from "../../../src/platform/page/file-handles.ts";
import { createIndexedDbJournalStore } from "../../../src/platform/page/journal-store.ts";
import { journalContract, type MakeWorld } from "../../support/journal-contract.ts";
import { slideId, work } from "../../support/sample-project.ts";

let worlds = 0;
const make: MakeWorld = async ({ compactEvery }) => {
  const databaseName = `contract-${crypto.randomUUID()}-${worlds++}`;
  const withDb = async <T>(task: (db: Awaited<ReturnType<typeof openDB>>) => Promise<T>): Promise<T> => {
    const db = await openDB(databaseName);
    try {
      return await task(db);
    } finally {
      db.close();
    }
  };
  return {
    store: createIndexedDbJournalStore({ databaseName, compactEvery }),
    // A page cannot crash and go on; real crashes are tested with real tabs.
    crash: ({ journal }) => journal.close(),
    damage: (id, index, damage) =>
      withDb(async (db) => {
        const keys = (await db.getAllKeys("changes")).filter((key) => Array.isArray(key) && key[0] === id);
        const key = present(keys.at(index), "key");
        await db.put("changes", damage(await db.get("changes", key)), key);
      }),
    damagePromptSet: (id, set) =>
      withDb(async (db) => {
        const bytes: unknown = await db.get("promptSets", [id, set]);
        if (!(bytes instanceof Uint8Array)) throw new Error("no bytes");
        bytes[3] = 99;
        await db.put("promptSets", bytes, [id, set]);
      }),
  };
};

const id = "tabs" as ProjectId;
let opened: OpenedProject | null = null;

const page = {
  contract: (name: string) => present(journalContract[name], name)(make),
  open: async () => {
    opened = await createIndexedDbJournalStore({ compactEvery: 4 }).open(id, new AbortController().signal);
    return { role: opened.journal.role, labels: opened.project.labels.size, warnings: opened.warnings };
  },
  /** Appends a class and `count` labels; returns the kind of the Fault that ended it, or null. */
  append: async (count: number): Promise<string | null> => {
    try {
      for (const change of work(count)) await present(opened, "project").journal.append(change);
      return null;
    } catch (error) {
      return isFault(error) ? error.kind : String(error);
    }
  },
  /** A file of the origin's private file system stands for one the person picked: the same kind of handle, never asked about. */
  rememberFile: async (name: string, text: string): Promise<void> => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle(name, { create: true });
    const stream = await handle.createWritable();
    await stream.write(text);
    await stream.close();
    await createFileHandles().remember(slideId(1), handle);
  },
  reopenFile: async (): Promise<string | null> => {
    try {
      const found = await createFileHandles().reopen(slideId(1));
      return found?.kind === "file" ? await found.file.text() : null;
    } catch (error) {
      return isFault(error) ? `${error.kind}: ${error.message}` : String(error);
    }
  },
  removeFile: async (name: string): Promise<void> => (await navigator.storage.getDirectory()).removeEntry(name),
  forgetFile: () => createFileHandles().forget(slideId(1)),
  /** Durability the browser was asked for by a write, observed at the api. */
  durabilities: async (): Promise<readonly (string | undefined)[]> => {
    const seen: (string | undefined)[] = [];
    const original = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (this: IDBDatabase, stores, mode, options) {
      if (mode === "readwrite") seen.push(options?.durability);
      return original.call(this, stores, mode, options);
    };
    await page.append(1);
    IDBDatabase.prototype.transaction = original;
    return seen;
  },
};
export type JournalPage = typeof page;
(globalThis as { journalPage?: JournalPage }).journalPage = page;
