// The database of the journal: its stores, its refusals in words, writes that are on disk or did not happen. Knows keys and values; not
// what the changes mean, and not who may write.
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from "idb";
import type { ProjectId } from "../../base/brand.ts";
import { Fault, isAbort } from "../../base/fault.ts";
import { parseAuditEntry } from "../../domain/audit.ts";
import { allOrNothing } from "./all-or-nothing.ts";

export interface Schema extends DBSchema {
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
export type Db = IDBPDatabase<Schema>;

const strict = { durability: "strict" } as const;
export const allOf = (id: ProjectId): IDBKeyRange => IDBKeyRange.bound([id, Number.NEGATIVE_INFINITY], [id, []]);

/** Failures of IndexedDB in words for the person. */
export function storageFault(error: unknown, what: string): unknown {
  // Faults, cancelling and our own mistakes pass; what IndexedDB refuses is a DOMException.
  if (!(error instanceof DOMException) || isAbort(error)) return error;
  const { name } = error;
  const why =
    name === "QuotaExceededError"
      ? "the browser's storage for this page is full. Free disk space or remove prompt sets; it is tried again with your next change"
      : `the browser refused (${error.message}). It is tried again with your next change`;
  return new Fault("storage", `${what}: ${why}.`, { name }, error);
}

/** @param onGone the connection is closed, by the browser or for another tab */
export async function openDatabase(name: string, onGone: () => void): Promise<Db> {
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
      blocking: () => {
        db.close();
        onGone();
      },
      terminated: onGone,
    });
    return db;
  } catch (error) {
    if (error instanceof DOMException && error.name === "VersionError") {
      throw new Fault("storage", "A newer version of this app is open in another tab. Reload this page to go on.");
    }
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

export async function write<Names extends StoreNames<Schema>>(
  db: Db,
  stores: Names[],
  what: string,
  body: (tx: Tx<Names>) => readonly Promise<unknown>[],
): Promise<void> {
  try {
    const tx = db.transaction(stores, "readwrite", strict);
    await allOrNothing(tx, () => body(tx));
  } catch (error) {
    // Nobody cancelled: a transaction that was given up reports itself as AbortError.
    if (isAbort(error))
      throw new Fault("storage", `${what}: the browser gave the write up. It is tried again.`, {}, error);
    throw storageFault(error, what);
  }
}

/** What lies on disk of one project, read in one transaction. */
export async function readRaw(db: Db, id: ProjectId) {
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

/** The number of the last change that lies there; 0: nothing does. */
export const lastSeq = ({ snapshot, keys }: Pick<Awaited<ReturnType<typeof readRaw>>, "snapshot" | "keys">): number =>
  Math.max(snapshot?.seq ?? 0, ...keys.slice(-1).map((key) => key[1]));
