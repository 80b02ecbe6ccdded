// The journal port over IndexedDB: an append-only log of changes with snapshots, and prompt set bytes beside it. Every write is one
// transaction of strict durability: it is on disk, or it did not happen. Knows no screen and nothing of what the changes mean.
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from "idb";
import type { ProjectId, PromptSetId } from "../../base/brand.ts";
import { assert, Fault, isAbort } from "../../base/fault.ts";
import {
  type AuditEntry,
  firstAfterErasing,
  nextAuditEntry,
  parseAuditEntry,
  unreadableEntry,
} from "../../domain/audit.ts";
import type { Journal, JournalStore } from "../../domain/keeping.ts";
import { storedChange } from "../../domain/parse-project.ts";
import { applyEvents, type Project, type ProjectChange } from "../../domain/project.ts";
import { promptSetIdOf } from "../../domain/prompt-set-file.ts";
import { replay, snapshotOf } from "../../domain/replay.ts";
import { acquireWriterLock, type WriterLock } from "./writer-lock.ts";

interface Schema extends DBSchema {
  /** Key: project, sequence number. */
  changes: { key: [string, number]; value: unknown };
  snapshots: { key: string; value: Readonly<{ seq: number; snapshot: unknown }> };
  /** Key: project, sha256 of the bytes. */
  promptSets: { key: [string, string]; value: Uint8Array };
  /** Key: project, sequence number of the change. Never cut. */
  audit: { key: [string, number]; value: unknown };
  /** Entries that could not be read back, kept for a later version or a person who looks. */
  unreadable: { key: number; value: unknown };
}
type Db = IDBPDatabase<Schema>;

const strict = { durability: "strict" } as const;
const allOf = (id: ProjectId): IDBKeyRange => IDBKeyRange.bound([id, Number.NEGATIVE_INFINITY], [id, []]);

/** Failures of IndexedDB in words for the person. */
function storageFault(error: unknown, what: string): unknown {
  // Faults, cancelling and our own mistakes pass; what IndexedDB refuses is a DOMException.
  if (!(error instanceof DOMException) || isAbort(error)) return error;
  const { name } = error;
  const why =
    name === "QuotaExceededError"
      ? "the browser's storage for this page is full. Free disk space or remove prompt sets; it is tried again with your next change"
      : `the browser refused (${error.message}). It is tried again with your next change`;
  return new Fault("storage", `${what}: ${why}.`, { name }, error);
}

async function openDatabase(name: string): Promise<Db> {
  if (typeof indexedDB === "undefined") {
    throw new Fault("storage", "This browser keeps nothing (no IndexedDB): your work is lost when the tab closes.");
  }
  try {
    const db: Db = await openDB<Schema>(name, 2, {
      upgrade: (fresh, before) => {
        if (before < 1) {
          fresh.createObjectStore("changes");
          fresh.createObjectStore("snapshots");
          fresh.createObjectStore("promptSets");
          fresh.createObjectStore("unreadable", { autoIncrement: true });
        }
        if (before < 2) fresh.createObjectStore("audit");
      },
      // A newer version of the app in another tab must not wait for this one; later writes here fail and say so.
      blocking: () => db.close(),
    });
    return db;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Fault(
      "storage",
      `This browser does not let the page keep anything (${reason}): your work is lost when the tab closes. Private windows and ` +
        "blocked site data do this; allow site data for this page.",
      {},
      error,
    );
  }
}

type Tx<Names extends StoreNames<Schema>> = IDBPTransaction<Schema, Names[], "readwrite">;

async function write<Names extends StoreNames<Schema>>(
  db: Db,
  stores: Names[],
  what: string,
  body: (tx: Tx<Names>) => readonly Promise<unknown>[],
): Promise<void> {
  try {
    const tx = db.transaction(stores, "readwrite", strict);
    let requests: readonly Promise<unknown>[];
    try {
      requests = body(tx);
    } catch (error) {
      // A value that cannot be stored: without this, what was asked before it would be committed alone.
      tx.done.catch(() => {});
      tx.abort();
      throw error;
    }
    // All requests are made at once and all are waited for. Where a write fails, its neighbours only say that they were aborted:
    // the one that says why is looked for.
    const outcomes = await Promise.allSettled([...requests, tx.done]);
    const reasons = outcomes.flatMap((o) => (o.status === "rejected" ? [o.reason as unknown] : []));
    if (reasons.length > 0) throw reasons.find((reason) => !isAbort(reason)) ?? reasons[0];
  } catch (error) {
    // Nobody cancelled: a transaction that was given up reports itself as AbortError.
    if (isAbort(error))
      throw new Fault("storage", `${what}: the browser gave the write up. It is tried again.`, {}, error);
    throw storageFault(error, what);
  }
}

/** What lies on disk of one project, read in one transaction. */
async function readRaw(db: Db, id: ProjectId) {
  const tx = db.transaction(["changes", "snapshots", "promptSets", "audit"]);
  const [keys, entries, snapshot, sets, audit] = await Promise.all([
    tx.objectStore("changes").getAllKeys(allOf(id)),
    tx.objectStore("changes").getAll(allOf(id)),
    tx.objectStore("snapshots").get(id),
    tx.objectStore("promptSets").getAllKeys(allOf(id)),
    tx.objectStore("audit").openCursor(allOf(id), "prev"),
    tx.done,
  ]);
  return { keys, entries, snapshot, sets, audited: parseAuditEntry(audit?.value) };
}

export function createIndexedDbJournalStore(
  options: Readonly<{ databaseName?: string; compactEvery?: number; now?: () => number }> = {},
): JournalStore {
  const databaseName = options.databaseName ?? "pathotune";
  const compactEvery = options.compactEvery ?? 200;
  const now = options.now ?? (() => Date.now());
  const lockName = (id: ProjectId): string => `${databaseName}/project/${id}`;
  return {
    open: async (id, signal) => {
      // The lock first: what is read below cannot change under a writer.
      const lock = await acquireWriterLock(lockName(id), signal);
      let db: Db | null = null;
      try {
        db = await openDatabase(databaseName);
        signal.throwIfAborted();
        const raw = await readRaw(db, id);
        const { project, damaged, warnings } = replay(id, raw.snapshot?.snapshot ?? null, raw.entries);
        const bad = damaged.flatMap((i) => (raw.keys[i] ? [{ key: raw.keys[i], entry: raw.entries[i] }] : []));
        // Bytes no event names are left from a crash or an undone removal; where something is unreadable nothing is cleaned.
        const orphans =
          warnings.length > 0 ? [] : raw.sets.filter(([, set]) => !project.promptSets.has(set as PromptSetId));
        if (lock.role === "writer" && bad.length + orphans.length > 0) {
          await write(db, ["changes", "promptSets", "unreadable"], "The project could not be tidied", (tx) => [
            ...bad.map(({ entry }) => tx.objectStore("unreadable").add({ project: id, entry })),
            ...bad.map(({ key }) => tx.objectStore("changes").delete(key)),
            ...orphans.map((key) => tx.objectStore("promptSets").delete(key)),
          ]);
        }
        const seq = Math.max(raw.snapshot?.seq ?? 0, ...raw.keys.slice(-1).map((key) => key[1]));
        const length = raw.entries.length - bad.length;
        const { audited } = raw;
        const journal = journalOf({ db, id, lock, project, seq, length, audited, compactEvery, now });
        return { project, warnings, journal };
      } catch (error) {
        db?.close();
        lock.release();
        throw storageFault(error, "Your saved work could not be read");
      }
    },
    forget: async (id) => {
      const lock = await acquireWriterLock(lockName(id), new AbortController().signal);
      if (lock.role === "reader") {
        throw new Fault("read-only", "This project is open here or in another tab. Close it before removing it.");
      }
      try {
        const db = await openDatabase(databaseName);
        await write(db, ["changes", "snapshots", "promptSets", "audit"], "The project could not be removed", (tx) => [
          tx.objectStore("audit").delete(allOf(id)),
          tx.objectStore("changes").delete(allOf(id)),
          tx.objectStore("snapshots").delete(id),
          tx.objectStore("promptSets").delete(allOf(id)),
        ]);
        db.close();
      } finally {
        lock.release();
      }
    },
  };
}

type Opened = Readonly<{
  db: Db;
  id: ProjectId;
  lock: WriterLock;
  project: Project;
  seq: number;
  /** Changes in the log since the last snapshot. */
  length: number;
  /** The last entry of the audit log. */
  audited: AuditEntry | null;
  compactEvery: number;
  now: () => number;
}>;

function journalOf({ db, id, lock, compactEvery, now, ...opened }: Opened): Journal {
  let { project, seq, length, audited } = opened;
  const { role } = lock;
  const assertWriter = (): void => {
    if (role === "reader") {
      throw new Fault("read-only", "This project is open in another tab or window; here it can only be read.");
    }
  };
  // One append after another: numbers and order must agree, and a failure must not block the next.
  let tail: Promise<unknown> = Promise.resolve();
  const append = async (change: ProjectChange): Promise<void> => {
    assertWriter();
    const entry = storedChange(change);
    const next = applyEvents(project, entry.events).project;
    const at = seq + 1;
    const compact = length + 1 >= compactEvery;
    // Hashed before the transaction opens: one that waits for anything else is closed under its owner.
    const audit = nextAuditEntry(audited, entry, now());
    await write(db, ["changes", "snapshots", "audit"], "Your last change could not be saved", (tx) => [
      tx.objectStore("audit").add(audit, [id, at]),
      ...(compact
        ? [
            tx.objectStore("snapshots").put({ seq: at, snapshot: snapshotOf(next) }, id),
            tx.objectStore("changes").delete(allOf(id)),
          ]
        : // `add`, not `put`: two writers on one number would be a broken lock, and must not overwrite each other.
          [tx.objectStore("changes").add(entry, [id, at])]),
    ]);
    audited = audit;
    project = next;
    seq = at;
    length = compact ? 0 : length + 1;
  };
  const rewrite = async (next: Project, title: string): Promise<void> => {
    assertWriter();
    const first = firstAfterErasing(audited, title, now());
    const snapshot = snapshotOf(next);
    const at = seq + 1;
    const sets = await db.getAllKeys("promptSets", allOf(id));
    const orphans = sets.filter(([, set]) => !next.promptSets.has(set as PromptSetId));
    const stores: StoreNames<Schema>[] = ["changes", "snapshots", "promptSets", "audit", "unreadable"];
    await write(db, stores, "What was to be forgotten is still kept", (tx) => [
      tx.objectStore("audit").delete(allOf(id)),
      tx.objectStore("audit").add(first, [id, at]),
      tx.objectStore("changes").delete(allOf(id)),
      tx.objectStore("unreadable").clear(),
      tx.objectStore("snapshots").put({ seq: at, snapshot }, id),
      ...orphans.map((key) => tx.objectStore("promptSets").delete(key)),
    ]);
    audited = first;
    project = next;
    seq = at;
    length = 0;
  };
  const inOrder = (task: () => Promise<void>): Promise<void> => {
    const mine = tail.then(task);
    tail = mine.catch(() => {});
    return mine;
  };
  return {
    role,
    rewrite: (next, title) => inOrder(() => rewrite(next, title)),
    append: (change) => inOrder(() => append(change)),
    putPromptSet: async (set, bytes) => {
      assertWriter();
      assert(promptSetIdOf(bytes) === set, "a prompt set's id is the hash of its bytes");
      await write(db, ["promptSets"], "The prompt set could not be kept", (tx) => [
        tx.objectStore("promptSets").put(bytes, [id, set]),
      ]);
    },
    promptSet: async (set) => {
      const bytes = await db.get("promptSets", [id, set]).catch((error: unknown) => {
        throw storageFault(error, "The prompt set could not be read");
      });
      if (bytes === undefined) return null;
      if (!(bytes instanceof Uint8Array) || promptSetIdOf(bytes) !== set) {
        throw new Fault("storage", "The kept bytes of this prompt set are damaged. Load its file again.", { id: set });
      }
      return bytes;
    },
    audit: async () => {
      const entries = await db.getAll("audit", allOf(id)).catch((error: unknown) => {
        throw storageFault(error, "The audit log could not be read");
      });
      return entries.map((entry) => parseAuditEntry(entry) ?? unreadableEntry);
    },
    close: async () => {
      db.close();
      lock.release();
    },
  };
}
