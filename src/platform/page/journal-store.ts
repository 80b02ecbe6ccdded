// The journal port over IndexedDB: an append-only log of changes with snapshots, and prompt set bytes beside it. Every write is one
// transaction of strict durability: it is on disk, or it did not happen. Knows no screen and nothing of what the changes mean.
import type { StoreNames } from "idb";
import type { ProjectId, PromptSetId } from "../../base/brand.ts";
import { assert, Fault } from "../../base/fault.ts";
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
import {
  allOf,
  type Db,
  lastSeq,
  openDatabase,
  readRaw,
  type Schema,
  storageFault,
  write,
} from "./journal-database.ts";
import { acquireWriterLock, type WriterLock } from "./writer-lock.ts";

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
      let onGone = (): void => {};
      try {
        const connect = (): Promise<Db> => openDatabase(databaseName, () => onGone());
        db = await connect();
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
        const seq = lastSeq(raw);
        const length = raw.entries.length - bad.length;
        const { audited } = raw;
        const made = journalOf({ db, connect, id, lock, project, seq, length, audited, compactEvery, now });
        onGone = made.onGone;
        return { project, warnings, journal: made.journal };
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
        const db = await openDatabase(databaseName, () => {});
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
  /** Opens it again after the browser has closed it. */
  connect: () => Promise<Db>;
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

const [mostTries, pauseMilliseconds] = [10, 300];
const lostMessage =
  "The browser has cleared what it kept of this page: nothing that is shown here is saved any more. Save the project as a file, or go " +
  "on working: with your next change everything on this page is kept again.";

function journalOf({ connect, id, lock, compactEvery, now, ...opened }: Opened): Readonly<{
  journal: Journal;
  /** To be called when the connection has ended. */
  onGone(): void;
}> {
  let { project, seq, length, audited } = opened;
  const { role } = lock;
  let connection: Promise<Db> | null = Promise.resolve(opened.db);
  /** `checked`: what was kept is known to lie there. */
  let [checked, lost, closed] = [true, false, false];
  const listeners = new Set<(fault: Fault) => void>();
  /** Sets this page has had in hand, for the day the browser has them no more. */
  const held = new Map<PromptSetId, Uint8Array>();
  const connected = (): Promise<Db> => {
    connection ??= connect().catch((error: unknown) => {
      connection = null;
      throw error;
    });
    return connection;
  };
  /** Closed for another tab, or by a browser that stumbled, all is there still; cleared, it is not. */
  const check = async (): Promise<void> => {
    if (checked) return;
    const kept = await connected()
      .then(async (db) => lastSeq(await readRaw(db, id)))
      .catch((error: unknown) => {
        // Closed while it was opened it says nothing.
        connection = null;
        throw storageFault(error, "What was saved cannot be looked at");
      });
    checked = true;
    if (kept === seq) return;
    lost = true;
    for (const listener of listeners) listener(new Fault("storage", lostMessage));
  };
  const assertWriter = (): void => {
    if (role === "reader") {
      throw new Fault("read-only", "This project is open in another tab or window; here it can only be read.");
    }
  };
  // One append after another: numbers and order must agree, and a failure must not block the next.
  let tail: Promise<unknown> = Promise.resolve();
  const append = async (change: ProjectChange): Promise<void> => {
    assertWriter();
    await check();
    // One change alone on an empty disk would pass for the whole project.
    if (lost) throw new Fault("storage", lostMessage);
    const entry = storedChange(change);
    const next = applyEvents(project, entry.events).project;
    const at = seq + 1;
    const compact = length + 1 >= compactEvery;
    // Hashed before the transaction opens: one that waits for anything else is closed under its owner.
    const audit = nextAuditEntry(audited, entry, now());
    await write(await connected(), ["changes", "snapshots", "audit"], "Your last change could not be saved", (tx) => [
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
    const db = await connected();
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
      ...[...(lost ? held : [])]
        .filter(([set]) => next.promptSets.has(set))
        .map(([set, bytes]) => tx.objectStore("promptSets").put(bytes, [id, set])),
    ]);
    [checked, lost] = [true, false];
    // Forgotten is forgotten here too.
    for (const set of held.keys()) if (!next.promptSets.has(set)) held.delete(set);
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
  const onGone = (): void => {
    connection = null;
    if (closed || role === "reader") return;
    checked = false;
    const look = async (): Promise<void> => {
      for (let tries = 0; tries < mostTries && !closed; tries++) {
        const seen = await check().then(
          () => true,
          () => false,
        );
        if (seen) return;
        // A browser that is still clearing opens nothing.
        await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
      }
      // Where it cannot be looked at, the next change says why.
    };
    void inOrder(look);
  };
  const journal: Journal = {
    role,
    onLost: (listener) => void listeners.add(listener),
    rewrite: (next, title) => inOrder(() => rewrite(next, title)),
    append: (change) => inOrder(() => append(change)),
    putPromptSet: async (set, bytes) => {
      assertWriter();
      assert(promptSetIdOf(bytes) === set, "a prompt set's id is the hash of its bytes");
      held.set(set, bytes);
      await write(await connected(), ["promptSets"], "The prompt set could not be kept", (tx) => [
        tx.objectStore("promptSets").put(bytes, [id, set]),
      ]);
    },
    promptSet: async (set) => {
      const kept = await connected()
        .then((db) => db.get("promptSets", [id, set]))
        .catch((error: unknown) => {
          throw storageFault(error, "The prompt set could not be read");
        });
      const bytes = kept ?? (lost ? held.get(set) : undefined);
      if (bytes === undefined) return null;
      if (!(bytes instanceof Uint8Array) || promptSetIdOf(bytes) !== set) {
        throw new Fault("storage", "The kept bytes of this prompt set are damaged. Load its file again.", { id: set });
      }
      held.set(set, bytes);
      return bytes;
    },
    audit: async () => {
      const entries = await connected()
        .then((db) => db.getAll("audit", allOf(id)))
        .catch((error: unknown) => {
          throw storageFault(error, "The audit log could not be read");
        });
      return entries.map((entry) => parseAuditEntry(entry) ?? unreadableEntry);
    },
    close: async () => {
      closed = true;
      lock.release();
      (await connection?.catch(() => null))?.close();
    },
  };
  return { journal, onGone };
}
