// A database that is opened for one task and closed again, and its records read one by one: for what is asked seldom and shared by page
// and workers. Knows no schema and no record.
import { type DBSchema, type IDBPDatabase, openDB, type StoreNames } from "idb";
import { Fault } from "../../base/fault.ts";
import { storageRefusal } from "./storage-refusal.ts";

/** `what`: what could not be done, in words, should it fail: Fault `storage`. */
export type WithDatabase<Schema extends DBSchema> = <T>(
  what: string,
  task: (db: IDBPDatabase<Schema>) => Promise<T>,
) => Promise<T>;

/** `stores`: all of them, with keys of their own choosing. `room`: how to make room, as `storageRefusal` says it. */
export function createBriefDatabase<Schema extends DBSchema>(
  name: string,
  stores: readonly StoreNames<Schema>[],
  room: string,
): WithDatabase<Schema> {
  return async (what, task) => {
    if (typeof indexedDB === "undefined") {
      throw new Fault("storage", `${what}: this browser keeps nothing (no IndexedDB).`);
    }
    let db: IDBPDatabase<Schema> | null = null;
    try {
      db = await openDB<Schema>(name, 1, {
        upgrade: (made) => {
          for (const store of stores) made.createObjectStore(store);
        },
      });
      return await task(db);
    } catch (error) {
      throw storageRefusal(error, what, room);
    } finally {
      db?.close();
    }
  };
}

/** What can be read, and a warning for what cannot: one damaged record hides no other. */
export function readRecords<T extends object>(
  records: readonly unknown[],
  parse: (record: unknown) => T,
): Readonly<{ read: readonly T[]; warnings: readonly string[] }> {
  const read: T[] = [];
  const warnings: string[] = [];
  for (const record of records) {
    try {
      read.push(parse(record));
    } catch (error) {
      warnings.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { read, warnings };
}
