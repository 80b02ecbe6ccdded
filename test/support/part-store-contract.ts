// What every store of half-downloaded backbones must keep, as plain functions that throw: run in Node on memory and in a page on IndexedDB.
// Knows no test runner, so that a page can run it.
import { isFault } from "../../src/base/fault.ts";
import type { DownloadFile, KeptDownload } from "../../src/domain/kept-download.ts";
import type { PartStore } from "../../src/protocol/hub-api.ts";

/** A fresh browser: every store it opens sees what the others kept. */
export type PartStoreWorld = Readonly<{ open(): PartStore; damage(id: string, record: unknown): Promise<void> }>;
export type MakePartStoreWorld = () => Promise<PartStoreWorld>;

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`contract broken: ${what}`);
}

const file = (path: string, bytes: number): DownloadFile => ({
  path,
  bytes,
  sha256: "a".repeat(64),
  gitId: null,
  etag: '"e"',
  done: null,
});
const download = (id: string, ...files: readonly DownloadFile[]): KeptDownload => ({
  id,
  repo: "someone/vit",
  base: "https://huggingface.co",
  commit: "c".repeat(40),
  files,
});
const text = (bytes: Uint8Array): string => bytes.join(",");

async function piecesOf(store: PartStore, id: string, path: string): Promise<string> {
  const pieces: string[] = [];
  await store.read(id, path, (piece) => pieces.push(text(piece)));
  return pieces.join(" ");
}
const sizesOf = async (store: PartStore, id: string): Promise<string> =>
  JSON.stringify([...(await store.sizes(id))].toSorted());

export const partStoreContract: Readonly<Record<string, (make: MakePartStoreWorld) => Promise<void>>> = {
  "a fresh browser keeps none": async (make) => {
    const store = (await make()).open();
    const { downloads, warnings } = await store.list();
    check(downloads.length === 0 && warnings.length === 0, "nothing listed");
    check((await store.get("a")) === null, "nothing of it");
    check((await store.sizes("a")).size === 0 && (await piecesOf(store, "a", "x")) === "", "no bytes of it");
  },
  "records come back as they were put, the last one, also to another visit": async (make) => {
    const world = await make();
    await world.open().put(download("b", file("m", 3)));
    await world.open().put(download("a", file("m", 3)));
    const later = { ...download("b", file("m", 4)), commit: null };
    await world.open().put(later);
    const { downloads } = await world.open().list();
    check(JSON.stringify(downloads) === JSON.stringify([download("a", file("m", 3)), later]), "both, by their ids");
    check(JSON.stringify(await world.open().get("b")) === JSON.stringify(later), "one by its id");
  },
  "pieces come back in order, each file's own, however many": async (make) => {
    const world = await make();
    for (let i = 0; i < 12; i++) await world.open().append("a", "dir/m.onnx", Uint8Array.of(i, i));
    await world.open().append("a", "config.json", Uint8Array.of(7));
    await world.open().append("ab", "dir/m.onnx", Uint8Array.of(9));
    const store = world.open();
    const expected = Array.from({ length: 12 }, (_, i) => `${i},${i}`).join(" ");
    check((await piecesOf(store, "a", "dir/m.onnx")) === expected, "in the order they came");
    check((await sizesOf(store, "a")) === '[["config.json",1],["dir/m.onnx",24]]', "sizes by path");
  },
  "what was appended may be changed afterwards by who gave it": async (make) => {
    const store = (await make()).open();
    const piece = Uint8Array.of(1, 2);
    await store.append("a", "m", piece);
    piece[0] = 9;
    check((await piecesOf(store, "a", "m")) === "1,2", "a copy");
  },
  "clearing one file leaves the others; it begins anew": async (make) => {
    const store = (await make()).open();
    await store.append("a", "m", Uint8Array.of(1));
    await store.append("a", "n", Uint8Array.of(2));
    await store.clear("a", "m");
    check((await sizesOf(store, "a")) === '[["n",1]]', "only the other");
    await store.append("a", "m", Uint8Array.of(3));
    check((await piecesOf(store, "a", "m")) === "3", "from its beginning");
  },
  "files of a whole download are put together; what is not all there is a fault": async (make) => {
    const store = (await make()).open();
    await store.append("a", "dir/m.onnx", Uint8Array.of(1, 2));
    await store.append("a", "dir/m.onnx", Uint8Array.of(3));
    const [given] = await store.files(download("a", file("dir/m.onnx", 3)));
    check(given?.path === "dir/m.onnx" && given.file.name === "m.onnx", "its path and name");
    const bytes = new Uint8Array((await given?.file.slice(0, 3).arrayBuffer()) ?? new ArrayBuffer(0));
    check(text(bytes) === "1,2,3" && given?.file.size === 3, "its bytes");
    const [empty] = await store.files(download("a", file("none.json", 0)));
    check(empty?.file.size === 0, "an empty file is a file");
    const error = await store.files(download("a", file("dir/m.onnx", 4))).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    check(isFault(error, "storage"), "one that is cut off is no file");
  },
  "what is removed is gone with its bytes": async (make) => {
    const store = (await make()).open();
    await store.put(download("a", file("m", 1)));
    await store.put(download("b", file("m", 1)));
    await store.append("a", "m", Uint8Array.of(1));
    await store.append("b", "m", Uint8Array.of(1));
    await store.remove("a");
    await store.remove("never there");
    check((await store.list()).downloads.map(({ id }) => id).join() === "b", "the other one stays");
    check((await store.sizes("a")).size === 0 && (await store.sizes("b")).size === 1, "and only its bytes");
  },
  "a record that cannot be read is told, and can be removed": async (make) => {
    const world = await make();
    const store = world.open();
    await store.put(download("a", file("m", 1)));
    await world.damage("a", { format: "pathotune-download/9" });
    const { downloads, warnings } = await store.list();
    check(downloads.length === 0 && warnings.length === 1, "one warning");
    const error = await store.get("a").then(
      () => null,
      (thrown: unknown) => thrown,
    );
    check(isFault(error), "asked for by itself it is a fault");
    await store.remove("a");
    check((await store.list()).warnings.length === 0, "gone");
  },
};
