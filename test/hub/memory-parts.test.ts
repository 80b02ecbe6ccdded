// The memory store of downloads keeps the contract; IndexedDB's runs it in test/browser/part-store.test.ts.
import { expect, test } from "vitest";
import { createMemoryPartStore, emptyMemoryParts } from "../../src/platform/node/memory-parts.ts";
import { partStoreContract } from "../support/part-store-contract.ts";

test.each(Object.entries(partStoreContract))("%s", async (_name, keeps) => {
  const make = async () => {
    const disk = emptyMemoryParts();
    return {
      open: () => createMemoryPartStore(disk),
      damage: async (id: string, record: unknown) => void disk.records.set(id, record),
    };
  };
  await expect(keeps(make)).resolves.toBeUndefined();
});
