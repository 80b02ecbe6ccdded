// The port for kept maps over IndexedDB. A database of its own, like backbones: maps can be computed again, labels cannot, and must
// never lack room because of them. Knows no screen.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { Fault } from "../../base/fault.ts";
import { parseChunk, parseSheet, storedAnswers, storedSheet } from "../../domain/parse-sheet.ts";
import type { MapStore } from "../../protocol/map-store.ts";
import { storageRefusal } from "./storage-refusal.ts";

interface Schema extends DBSchema {
  sheets: { key: string; value: unknown };
  /** Key: sheet, running number. */
  answers: { key: [string, number]; value: unknown };
  features: { key: [string, number]; value: Float32Array };
}
type Db = IDBPDatabase<Schema>;

const allOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id, Number.NEGATIVE_INFINITY], [id, []]);

const refusal = (error: unknown, what: string): Fault => storageRefusal(error, what, "or discard maps you do not need");

export function createIndexedDbMapStore(databaseName = "pathotune-maps"): MapStore {
  let opened: Promise<Db> | null = null;
  const database = (): Promise<Db> => {
    opened ??= openDB<Schema>(databaseName, 1, {
      upgrade: (fresh) => {
        fresh.createObjectStore("sheets");
        fresh.createObjectStore("answers");
        fresh.createObjectStore("features");
      },
      blocking: (_current, _blocked, event) => {
        (event.target as IDBDatabase).close();
        opened = null;
      },
      terminated: () => {
        opened = null;
      },
    });
    opened.catch(() => {
      opened = null;
    });
    return opened;
  };
  const withDb = async <T>(what: string, task: (db: Db) => Promise<T>): Promise<T> => {
    if (typeof indexedDB === "undefined") {
      throw new Fault("storage", `${what}: this browser keeps nothing (no IndexedDB).`);
    }
    try {
      return await task(await database());
    } catch (error) {
      throw refusal(error, what);
    }
  };
  return {
    list: (slideId) =>
      withDb("The kept maps could not be read", async (db) => {
        const sheets = [];
        const warnings: string[] = [];
        for (const entry of await db.getAll("sheets")) {
          try {
            const sheet = parseSheet(entry);
            if (sheet.slideId === slideId) sheets.push(sheet);
          } catch (error) {
            warnings.push(error instanceof Error ? error.message : String(error));
          }
        }
        return { sheets, warnings };
      }),
    put: (record) =>
      withDb("The map could not be kept", async (db) => {
        await db.put("sheets", storedSheet(record), record.id);
      }),
    append: ({ id }, chunk) =>
      withDb("Places of the map could not be kept", async (db) => {
        const tx = db.transaction(["answers", "features"], "readwrite");
        // Asked for inside the transaction: another tab may append to the same sheet.
        const last = await tx.objectStore("answers").openKeyCursor(allOf(id), "prev");
        const number = (last?.key[1] ?? -1) + 1;
        const requests = [tx.objectStore("answers").put(storedAnswers(chunk), [id, number])];
        if (chunk.features.length > 0) requests.push(tx.objectStore("features").put(chunk.features, [id, number]));
        const outcomes = await Promise.allSettled([...requests, tx.done]);
        const failed = outcomes.find((outcome) => outcome.status === "rejected");
        if (failed) throw failed.reason;
      }),
    chunks: (record, { features }) =>
      withDb("A kept map could not be read", async (db) => {
        const tx = db.transaction(["answers", "features"]);
        const [answers, keys] = await Promise.all([
          tx.objectStore("answers").getAll(allOf(record.id)),
          tx.objectStore("answers").getAllKeys(allOf(record.id)),
        ]);
        const beside = new Map<number, Float32Array>();
        if (features) {
          const [values, featureKeys] = await Promise.all([
            tx.objectStore("features").getAll(allOf(record.id)),
            tx.objectStore("features").getAllKeys(allOf(record.id)),
          ]);
          featureKeys.forEach(([, number], i) => {
            const value = values[i];
            if (value) beside.set(number, value);
          });
        }
        const read = answers.map((answer, i) => {
          const number = keys[i]?.[1] ?? -1;
          return parseChunk(record, answer, features ? (beside.get(number) ?? null) : null);
        });
        const chunks = read.filter((chunk) => chunk !== null);
        return { chunks, damaged: read.length - chunks.length };
      }),
    remove: (id) =>
      withDb("The map could not be discarded", async (db) => {
        const tx = db.transaction(["sheets", "answers", "features"], "readwrite");
        await Promise.all([
          tx.objectStore("sheets").delete(id),
          tx.objectStore("answers").delete(allOf(id)),
          tx.objectStore("features").delete(allOf(id)),
          tx.done,
        ]);
      }),
  };
}
