// Keeps what was found out about backbones on this device, in the browser. Knows IndexedDB; knows nothing of what it keeps.
import { type DBSchema, openDB } from "idb";
import type { GateStore } from "../../engine/gates/kept-gates.ts";

interface Schema extends DBSchema {
  gates: { key: string; value: unknown };
}

/** A browser that keeps nothing costs a second look at each visit, no more: failures are silent. */
export function createGateStore(databaseName = "pathotune-gates"): GateStore {
  const withDb = async <T>(
    task: (db: Awaited<ReturnType<typeof openDB<Schema>>>) => Promise<T>,
    otherwise: T,
  ): Promise<T> => {
    try {
      const db = await openDB<Schema>(databaseName, 1, { upgrade: (fresh) => void fresh.createObjectStore("gates") });
      try {
        return await task(db);
      } finally {
        db.close();
      }
    } catch {
      return otherwise;
    }
  };
  return {
    get: (key) => withDb<unknown>(async (db) => (await db.get("gates", key)) ?? null, null),
    put: (key, value) => withDb<void>(async (db) => void (await db.put("gates", value, key)), undefined),
  };
}
