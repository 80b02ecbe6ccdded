// The journal over memory keeps the contract of journals.
import { describe, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { createMemoryJournalStore, type MemoryDisk } from "../../src/platform/node/memory-journal.ts";
import { journalContract, type MakeWorld } from "../support/journal-contract.ts";

const make: MakeWorld = async ({ compactEvery }) => {
  const disk: MemoryDisk = new Map();
  return {
    store: createMemoryJournalStore(disk, { compactEvery }),
    crash: async ({ project }) => {
      present(disk.get(project.id), "folder").written = false;
    },
    damage: async (id, index, damage) => {
      const { entries } = present(disk.get(id), "folder");
      const at = index < 0 ? entries.length + index : index;
      entries[at] = damage(entries[at]);
    },
    damagePromptSet: async (id, set) => {
      present(disk.get(id)?.promptSets.get(set), "bytes")[3] = 99;
    },
  };
};

describe("the journal over memory", () => {
  for (const [name, contract] of Object.entries(journalContract)) test(name, () => contract(make));
});
