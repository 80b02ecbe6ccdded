// The port for kept backbones over IndexedDB: facts, files as blobs, and which one is used. Knows no screen and no tensors. Apart from
// the journal's database on purpose: gigabytes that can be given again must never stand in the way of labels that cannot.
import type { DBSchema } from "idb";
import { Fault } from "../../base/fault.ts";
import { parseKeptModel, storedKeptModel } from "../../domain/kept-model.ts";
import type { GivenFile } from "../../protocol/engine-api.ts";
import type { ChosenModel, ModelStore } from "../../protocol/model-store.ts";
import { allOrNothing } from "./all-or-nothing.ts";
import { createBriefDatabase, readRecords } from "./brief-database.ts";

interface Schema extends DBSchema {
  /** Value: a record of domain/kept-model.ts. `seq` orders them. */
  models: { key: string; value: Readonly<{ seq: number; record: unknown }> };
  /** Key: id of the model, place among its files. */
  files: { key: [string, number]; value: Readonly<{ path: string; name: string; lastModified: number; blob: Blob }> };
  settings: { key: string; value: unknown };
}

const strict = { durability: "strict" } as const;
const allOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id, Number.NEGATIVE_INFINITY], [id, []]);

export function createIndexedDbModelStore(databaseName = "pathotune-models"): ModelStore {
  const withDb = createBriefDatabase<Schema>(
    databaseName,
    ["models", "files", "settings"],
    "or remove other kept backbones",
  );
  return {
    list: () =>
      withDb("The kept backbones could not be read", async (db) => {
        const entries = (await db.getAll("models")).toSorted((a, b) => a.seq - b.seq);
        const { read, warnings } = readRecords(
          entries.map(({ record }) => record),
          parseKeptModel,
        );
        return { models: read, warnings };
      }),
    files: (id) =>
      withDb("The kept files of this backbone could not be read", async (db) => {
        const found = await db.getAll("files", allOf(id));
        if (found.length === 0) {
          throw new Fault("storage", "The files of this backbone are not kept here. Give them again.", { id });
        }
        return found.map(({ path, name, lastModified, blob }) => ({
          path,
          file: new File([blob], name, { lastModified }),
        }));
      }),
    put: (model, files) =>
      withDb("The backbone could not be kept", async (db) => {
        const stored = files.map((given) => blobOf(given));
        const last = (await db.getAll("models")).reduce((most, { seq }) => Math.max(most, seq), 0);
        const tx = db.transaction(["models", "files"], "readwrite", strict);
        await allOrNothing(tx, () => [
          tx.objectStore("files").delete(allOf(model.id)),
          ...stored.map((value, i) => tx.objectStore("files").put(value, [model.id, i])),
          tx.objectStore("models").put({ seq: last + 1, record: storedKeptModel(model) }, model.id),
        ]);
      }),
    remove: (id) =>
      withDb("The backbone could not be removed", async (db) => {
        const tx = db.transaction(["models", "files"], "readwrite", strict);
        await Promise.all([tx.objectStore("models").delete(id), tx.objectStore("files").delete(allOf(id)), tx.done]);
      }),
    chosen: () =>
      withDb("Which backbone was used last could not be read", async (db) =>
        parseChosen(await db.get("settings", "chosen")),
      ),
    choose: (chosen) =>
      withDb("Which backbone is used could not be remembered", async (db) => {
        await db.put("settings", chosen, "chosen");
      }),
  };
}

/** On a page every given file is a File. */
function blobOf({ path, file }: GivenFile): Schema["files"]["value"] {
  if (!(file instanceof Blob)) throw new Error("assertion failed: a file given to a page is a Blob");
  const { name, lastModified } = file as GivenFile["file"];
  return { path, name, lastModified, blob: file };
}

/** Anything but what `choose` writes is the embedded backbone. */
function parseChosen(value: unknown): ChosenModel {
  if (typeof value !== "object" || value === null || !("id" in value) || typeof value.id !== "string") {
    return { id: null, unfinished: 0 };
  }
  const unfinished = "unfinished" in value && typeof value.unfinished === "number" ? value.unfinished : 0;
  return { id: value.id, unfinished };
}
