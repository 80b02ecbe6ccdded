// The port for bytes of downloads over IndexedDB, and the address of a mirror beside them. A database of its own: what is half here is no
// backbone. Used by the page and by the worker that downloads. Knows no network.
import type { DBSchema } from "idb";
import { Fault } from "../../base/fault.ts";
import { type HubPlace, hub, readHubPlace, storedHubPlace } from "../../domain/hub-place.ts";
import { parseKeptDownload, storedKeptDownload } from "../../domain/kept-download.ts";
import type { PartStore } from "../../protocol/hub-api.ts";
import { createBriefDatabase, readRecords } from "./brief-database.ts";
import { storageRefusal } from "./storage-refusal.ts";

interface Schema extends DBSchema {
  downloads: { key: string; value: unknown };
  /** Key: id of the download, path, place of the piece. */
  pieces: { key: [string, string, number]; value: Blob };
  settings: { key: string; value: unknown };
}

export type PlaceStore = Readonly<{ place(): Promise<HubPlace>; setPlace(place: HubPlace): Promise<void> }>;

const allOf = (...key: readonly string[]): IDBKeyRange =>
  IDBKeyRange.bound([...key, Number.NEGATIVE_INFINITY], [...key, []]);

export function createIndexedDbPartStore(databaseName = "pathotune-downloads"): PartStore & PlaceStore {
  const withDb = createBriefDatabase<Schema>(
    databaseName,
    ["downloads", "pieces", "settings"],
    "or remove kept backbones, then go on: what has come is kept",
  );
  /** Pieces of a download in their order, one by one: together they may be gigabytes. */
  const walk = (id: string, take: (path: string, piece: Blob) => void) =>
    withDb("What has come of this download could not be read", async (db) => {
      for await (const cursor of db.transaction("pieces").store.iterate(allOf(id))) take(cursor.key[1], cursor.value);
    });
  return {
    list: () =>
      withDb("The kept downloads could not be read", async (db) => {
        const { read, warnings } = readRecords(await db.getAll("downloads"), parseKeptDownload);
        return { downloads: read, warnings };
      }),
    get: (id) =>
      withDb("The kept download could not be read", async (db) => {
        const record = await db.get("downloads", id);
        return record === undefined ? null : parseKeptDownload(record);
      }),
    put: (download) =>
      withDb("The download could not be kept", async (db) => {
        await db.put("downloads", storedKeptDownload(download), download.id);
      }),
    sizes: async (id) => {
      const sizes = new Map<string, number>();
      await walk(id, (path, piece) => sizes.set(path, (sizes.get(path) ?? 0) + piece.size));
      return sizes;
    },
    append: (id, path, piece) =>
      withDb("The bytes that came could not be kept", async (db) => {
        const tx = db.transaction("pieces", "readwrite");
        const last = await tx.store.openKeyCursor(allOf(id, path), "prev");
        const at = last === null ? 0 : last.key[2] + 1;
        const put = tx.store.put(new Blob([new Uint8Array(piece)]), [id, path, at]);
        const [written, done] = await Promise.allSettled([put, tx.done]);
        // Where the write fails, the transaction only says that it was aborted.
        if (written.status === "rejected") throw written.reason;
        if (done.status === "rejected") throw done.reason;
      }),
    read: async (id, path, take) => {
      const pieces: Blob[] = [];
      await walk(id, (of, piece) => void (of === path && pieces.push(piece)));
      for (const piece of pieces) {
        // A disk that lost it says so here.
        const bytes = await piece.arrayBuffer().catch((error: unknown) => {
          throw storageRefusal(error, "What has come of this download could not be read", "and begin it anew");
        });
        take(new Uint8Array(bytes));
      }
    },
    clear: (id, path) =>
      withDb("What has come of this download could not be removed", (db) => db.delete("pieces", allOf(id, path))),
    files: async ({ id, files }) => {
      const pieces = new Map<string, Blob[]>();
      await walk(id, (path, piece) => pieces.set(path, [...(pieces.get(path) ?? []), piece]));
      return files.map(({ path, bytes }) => {
        const file = new File(pieces.get(path) ?? [], path.slice(path.lastIndexOf("/") + 1), { lastModified: 0 });
        if (file.size === bytes) return { path, file };
        throw new Fault("storage", `"${path}" is not kept here any more. Remove the download and begin it anew.`);
      });
    },
    remove: (id) =>
      withDb("The download could not be removed", async (db) => {
        const tx = db.transaction(["downloads", "pieces"], "readwrite");
        await Promise.all([
          tx.objectStore("downloads").delete(id),
          tx.objectStore("pieces").delete(allOf(id)),
          tx.done,
        ]);
      }),
    place: () =>
      withDb(
        "The mirror's address could not be read",
        async (db) => readHubPlace(await db.get("settings", "hub")) ?? hub,
      ),
    setPlace: (place) =>
      withDb("The mirror's address could not be kept", async (db) => {
        await db.put("settings", storedHubPlace(place), "hub");
      }),
  };
}
