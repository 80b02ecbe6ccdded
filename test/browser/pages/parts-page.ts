// Test page of the store of downloads over IndexedDB: runs the contract, and lets a test see what a browser without room says.
import { openDB } from "idb";
import { isFault, present } from "../../../src/base/fault.ts";
import { hub, parseHubPlace } from "../../../src/domain/hub-place.ts";
import { createIndexedDbPartStore } from "../../../src/platform/page/part-store.ts";
import { type MakePartStoreWorld, partStoreContract } from "../../support/part-store-contract.ts";

const make = async () => {
  const name = `parts-${crypto.randomUUID()}`;
  return {
    open: () => createIndexedDbPartStore(name),
    damage: async (id: string, record: unknown) => {
      const db = await openDB(name);
      await db.put("downloads", record, id);
      db.close();
    },
    damagePlace: async (record: unknown) => {
      const db = await openDB(name);
      await db.put("settings", record, "hub");
      db.close();
    },
  };
};

const page = {
  contract: (name: string) => present(partStoreContract[name], name)(make satisfies MakePartStoreWorld),
  /** What is said and how much is left where only some pieces fit. */
  tooLarge: async (pieceBytes: number, pieces: number) => {
    const store = (await make()).open();
    let words = "nothing";
    // Random: a disk that packs what it keeps must not make room.
    const piece = new Uint8Array(pieceBytes);
    for (let at = 0; at < pieceBytes; at += 65_536) crypto.getRandomValues(piece.subarray(at, at + 65_536));
    for (let i = 0; i < pieces && words === "nothing"; i++) {
      await store.append("a", "m", piece).catch((error: unknown) => {
        words = isFault(error) ? `${error.kind}: ${error.message}` : String(error);
      });
    }
    return { words, kept: (await store.sizes("a")).get("m") ?? 0 };
  },
  /** The mirror before, after it was set, and after its record was damaged. */
  place: async () => {
    const world = await make();
    const bases = [(await world.open().place()).base];
    await world.open().setPlace(parseHubPlace("https://mirror.org/hub", "https://files.org"));
    bases.push((await world.open().place()).base);
    await world.damagePlace({ format: "pathotune-hub/1", base: "javascript:1", fileHosts: [] });
    return [...bases, (await world.open().place()).base === hub.base ? "hub" : "other"];
  },
};
export type PartsPage = typeof page;
(globalThis as { partsPage?: PartsPage }).partsPage = page;
