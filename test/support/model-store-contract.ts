// What every store of backbones must keep, as plain functions that throw: run in Node on memory and in a page on IndexedDB.
// Knows no test runner, so that a page can run it.
import { isFault } from "../../src/base/fault.ts";
import type { GivenFile } from "../../src/protocol/engine-api.ts";
import type { ModelStore } from "../../src/protocol/model-store.ts";
import { keptModel } from "./kept-model.ts";

/** A fresh browser: every store it opens sees what the others kept. `damage`: replaces what is stored of a backbone. */
export type ModelStoreWorld = Readonly<{
  open(): ModelStore;
  damage(id: string, record: unknown): Promise<void>;
}>;
export type MakeModelStoreWorld = () => Promise<ModelStoreWorld>;

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`contract broken: ${what}`);
}

const given = (path: string, bytes: readonly number[]): GivenFile => ({
  path,
  file: new File([Uint8Array.from(bytes)], path, { lastModified: 1234 }),
});
const files = [given("model.onnx", [1, 2, 3]), given("data/model.onnx_data", [4, 5, 6, 7])];

async function textOf(list: readonly GivenFile[]): Promise<string> {
  const parts = list.map(async ({ path, file }) => {
    const bytes = new Uint8Array(await file.slice(0, file.size).arrayBuffer());
    return `${path} ${file.name} ${file.lastModified} ${bytes.join(",")}`;
  });
  return (await Promise.all(parts)).join("; ");
}

async function names(store: ModelStore): Promise<string> {
  return (await store.list()).models.map(({ id }) => id).join(" ");
}

export const modelStoreContract: Readonly<Record<string, (make: MakeModelStoreWorld) => Promise<void>>> = {
  "a fresh browser keeps none and uses the embedded one": async (make) => {
    const store = (await make()).open();
    check((await names(store)) === "", "no backbones");
    const { id, unfinished } = await store.chosen();
    check(id === null && unfinished === 0, "the embedded one is chosen");
  },
  "what is put comes back with its files, in order, also to another visit": async (make) => {
    const world = await make();
    await world.open().put(keptModel("b"), files);
    await world.open().put(keptModel("a"), files.slice(0, 1));
    const store = world.open();
    const { models, warnings } = await store.list();
    check(
      JSON.stringify(models) === JSON.stringify([keptModel("b"), keptModel("a")]),
      "facts as they were, oldest first",
    );
    check(warnings.length === 0, "no warnings");
    check((await textOf(await store.files("b"))) === (await textOf(files)), "files as they were given");
    check((await store.files("a")).length === 1, "each its own files");
  },
  "putting again replaces facts and files": async (make) => {
    const world = await make();
    const store = world.open();
    await store.put(keptModel("a"), files);
    await store.put({ ...keptModel("a"), name: "Renamed" }, files.slice(1));
    const { models } = await store.list();
    check(models.length === 1 && models[0]?.name === "Renamed", "one entry, the new one");
    check((await textOf(await store.files("a"))) === (await textOf(files.slice(1))), "the new files only");
  },
  "what is removed is gone with its files": async (make) => {
    const world = await make();
    const store = world.open();
    await store.put(keptModel("a"), files);
    await store.put(keptModel("b"), files);
    await store.remove("a");
    await store.remove("never there");
    check((await names(store)) === "b", "the other one stays");
    const error = await store.files("a").then(
      () => null,
      (thrown: unknown) => thrown,
    );
    check(isFault(error, "storage"), "its files are a Fault, not an empty list");
  },
  "the choice is remembered": async (make) => {
    const world = await make();
    await world.open().choose({ id: "a", unfinished: 2 });
    const first = await world.open().chosen();
    check(first.id === "a" && first.unfinished === 2, "as it was chosen");
    await world.open().choose({ id: null, unfinished: 0 });
    check((await world.open().chosen()).id === null, "back to the embedded one");
  },
  "an entry that cannot be read is told and left where it is; the others are there": async (make) => {
    const world = await make();
    const store = world.open();
    await store.put(keptModel("a"), files);
    await store.put(keptModel("b"), files);
    await world.damage("a", { format: "pathotune-backbone/9" });
    const { models, warnings } = await store.list();
    check(models.length === 1 && models[0]?.id === "b", "the readable one");
    check(warnings.length === 1, "one warning");
    check((await textOf(await store.files("a"))) === (await textOf(files)), "the files of the other are still there");
  },
};
