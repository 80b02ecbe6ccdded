// The port for kept backbones over plain memory: for Node and for tests. Names no host.
// Records are cloned and parsed on the way out, so that it keeps the promises of a real store.
import { Fault } from "../../base/fault.ts";
import { parseKeptModel, storedKeptModel } from "../../domain/kept-model.ts";
import type { GivenFile } from "../../protocol/engine-api.ts";
import type { ChosenModel, ModelStore } from "../../protocol/model-store.ts";

/** What outlives the stores opened on it. Tests damage it on purpose. */
export type MemoryModels = {
  readonly entries: Map<string, Readonly<{ record: unknown; files: readonly GivenFile[] }>>;
  chosen: ChosenModel;
};

export const emptyMemoryModels = (): MemoryModels => ({ entries: new Map(), chosen: { id: null, unfinished: 0 } });

/** @param room bytes of files that fit; beyond it `put` is refused as by a full disk */
export function createMemoryModelStore(
  disk: MemoryModels = emptyMemoryModels(),
  room = Number.POSITIVE_INFINITY,
): ModelStore {
  return {
    list: async () => {
      const models = [];
      const warnings: string[] = [];
      for (const { record } of disk.entries.values()) {
        try {
          models.push(parseKeptModel(structuredClone(record)));
        } catch (error) {
          warnings.push(error instanceof Error ? error.message : String(error));
        }
      }
      return { models, warnings };
    },
    files: async (id) => {
      const entry = disk.entries.get(id);
      if (!entry) throw new Fault("storage", "The files of this backbone are not kept here. Give them again.", { id });
      return entry.files;
    },
    put: async (model, files) => {
      const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
      if (bytes > room) throw new Fault("storage", "There is no room for the files of this backbone.");
      disk.entries.set(model.id, { record: structuredClone(storedKeptModel(model)), files });
    },
    remove: async (id) => void disk.entries.delete(id),
    chosen: async () => disk.chosen,
    choose: async (chosen) => {
      disk.chosen = chosen;
    },
  };
}
