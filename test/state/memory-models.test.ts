// The store in memory keeps the contract that the one in a browser keeps.
import { describe, test } from "vitest";
import { createMemoryModelStore, emptyMemoryModels } from "../../src/platform/node/memory-models.ts";
import { modelStoreContract } from "../support/model-store-contract.ts";

describe("backbones kept in memory", () => {
  test.each(Object.entries(modelStoreContract))("%s", async (_, contract) => {
    await contract(async () => {
      const disk = emptyMemoryModels();
      return {
        open: () => createMemoryModelStore(disk),
        damage: async (id, record) => {
          const entry = disk.entries.get(id);
          if (entry) disk.entries.set(id, { ...entry, record });
        },
      };
    });
  });
});
