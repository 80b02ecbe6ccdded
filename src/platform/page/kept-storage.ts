// What this page keeps in the browser, with sizes, and erasing it. Knows IndexedDB, Cache Storage and local storage by name; nothing of
// what lies in them.
import { toFault } from "../../base/fault.ts";

export type KeptPart = Readonly<{
  id: "project" | "maps" | "models" | "files" | "gates" | "app" | "texts" | "other";
  /** Bytes of what lies there, without the browser's own overhead; null where it cannot be told. */
  bytes: number | null;
}>;

/** Databases by part; others of this origin are `other`. */
const databases: Readonly<Record<string, KeptPart["id"]>> = {
  pathotune: "project",
  "pathotune-maps": "maps",
  "pathotune-models": "models",
  "pathotune-files": "files",
  "pathotune-gates": "gates",
};

/** The service worker's versions of the app and its list of approved servers; what texts are encoded with is the library's own cache. */
const cachePart = (name: string): KeptPart["id"] =>
  name.startsWith("pathotune-") || name === "approved-origins" ? "app" : "texts";

/** Firefox before 126 cannot list: then those known by name are taken, and what is not there is deleted in vain. */
async function databaseNames(): Promise<readonly string[]> {
  if (typeof indexedDB === "undefined") return [];
  if (!("databases" in indexedDB)) return Object.keys(databases);
  return (await indexedDB.databases()).flatMap(({ name }) => (name === undefined ? [] : [name]));
}

const cacheNames = async (): Promise<readonly string[]> => (typeof caches === "undefined" ? [] : caches.keys());

/** In order of the table above; parts that hold nothing are left out. */
export async function keptParts(): Promise<readonly KeptPart[]> {
  const sizes = new Map<KeptPart["id"], number | null>();
  const add = (id: KeptPart["id"], bytes: number | null): void => {
    const before = sizes.get(id);
    sizes.set(id, before === null || bytes === null ? null : (before ?? 0) + bytes);
  };
  for (const name of await databaseNames()) {
    add(databases[name] ?? "other", await sizeOfDatabase(name).catch(() => null));
  }
  for (const name of await cacheNames()) add(cachePart(name), await sizeOfCache(name).catch(() => null));
  return [...sizes].map(([id, bytes]) => ({ id, bytes }));
}

function opened(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    // It was deleted meanwhile: opening must not make it anew.
    request.onupgradeneeded = () => request.transaction?.abort();
  });
}

async function sizeOfDatabase(name: string): Promise<number> {
  const db = await opened(name);
  db.onversionchange = () => db.close();
  try {
    let total = 0;
    for (const store of db.objectStoreNames) {
      const cursor = db.transaction(store).objectStore(store).openCursor();
      total += await new Promise<number>((resolve, reject) => {
        let sum = 0;
        cursor.onerror = () => reject(cursor.error);
        cursor.onsuccess = () => {
          const at = cursor.result;
          if (!at) return resolve(sum);
          sum += sizeOfValue(at.value);
          at.continue();
        };
      });
    }
    return total;
  } finally {
    db.close();
  }
}

/** Bytes of binary data as they are, text at one a character, numbers at eight. */
export function sizeOfValue(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value instanceof ArrayBuffer) return value.byteLength;
  if (value instanceof Blob) return value.size;
  const entries = value instanceof Map ? [...value].flat() : Object.entries(value).flat();
  return entries.reduce((sum: number, entry) => sum + sizeOfValue(entry), 0);
}

async function sizeOfCache(name: string): Promise<number> {
  const cache = await caches.open(name);
  let total = 0;
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    total += response ? (await response.blob()).size : 0;
  }
  return total;
}

/** Rejects with Fault `storage` where another tab holds it and does not let go. */
function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(toFault(request.error, "storage", `"${name}" could not be erased`));
    // Tabs of this app close theirs when asked (versionchange); one that is frozen does not.
    request.onblocked = () => {
      setTimeout(() => reject(toFault(null, "storage", `"${name}" is held by another tab; close it`)), 3000);
    };
  });
}

/** One part, for good. Parts that are used come back when they are needed; the project is only erased with everything. */
export async function clearPart(part: Exclude<KeptPart["id"], "project" | "other">): Promise<void> {
  for (const name of await databaseNames()) if (databases[name] === part) await deleteDatabase(name);
  for (const name of await cacheNames()) if (cachePart(name) === part) await caches.delete(name);
}

/**
 * Everything of this origin. Nothing may write meanwhile: the caller has stopped whatever does. Resolves to what is left, in words:
 * empty when all is gone.
 */
export async function eraseOrigin(): Promise<readonly string[]> {
  const failures: string[] = [];
  const attempt = async (what: string, task: () => Promise<unknown> | undefined): Promise<void> => {
    try {
      await task();
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await attempt("the offline copy of the app", async () => {
    const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
    await Promise.all(registrations.map((registration) => registration.unregister()));
  });
  // A write that was under way when everything stopped may make a database anew: looked at again.
  for (let round = 0; round < 3; round++) {
    const [names, cached] = [await databaseNames(), await cacheNames()];
    if (names.length + cached.length === 0) break;
    failures.length = 0;
    for (const name of names) await attempt(name, () => deleteDatabase(name));
    for (const name of cached) await attempt(name, () => caches.delete(name));
  }
  await attempt("files of the origin", async () => {
    const root = await navigator.storage?.getDirectory?.();
    if (root) for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
  });
  localStorage.clear();
  sessionStorage.clear();
  const left = [...("databases" in indexedDB ? await databaseNames() : []), ...(await cacheNames())];
  return [...failures, ...left.map((name) => `${name} is still there`)];
}
