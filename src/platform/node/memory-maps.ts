// The port for kept maps over plain memory: for Node and for tests. Names no host. Everything is cloned and parsed on the way out.
import { Fault } from "../../base/fault.ts";
import { parseChunk, parseSheet, storedAnswers, storedSheet } from "../../domain/parse-sheet.ts";
import type { MapStore } from "../../protocol/map-store.ts";

type Entry = { record: unknown; readonly chunks: { answers: unknown; features: unknown }[] };
/** What outlives the stores opened on it. Tests damage it on purpose. */
export type MemoryMaps = Map<string, Entry>;

/** @param room chunks that fit; beyond it they are refused as by a full disk */
export function createMemoryMapStore(disk: MemoryMaps = new Map(), room = Number.POSITIVE_INFINITY): MapStore {
  return {
    list: async (slideId) => {
      const sheets = [];
      const warnings: string[] = [];
      for (const { record } of disk.values()) {
        try {
          const sheet = parseSheet(structuredClone(record));
          if (sheet.slideId === slideId) sheets.push(sheet);
        } catch (error) {
          warnings.push(error instanceof Error ? error.message : String(error));
        }
      }
      return { sheets, warnings };
    },
    put: async (record) => {
      disk.set(record.id, { record: storedSheet(structuredClone(record)), chunks: disk.get(record.id)?.chunks ?? [] });
    },
    append: async (record, chunk) => {
      const entry = disk.get(record.id);
      if (!entry) throw new Fault("storage", "This map is not kept.");
      if ([...disk.values()].reduce((sum, { chunks }) => sum + chunks.length, 0) >= room) {
        throw new Fault("storage", "There is no room for the map.");
      }
      entry.chunks.push(structuredClone({ answers: storedAnswers(chunk), features: chunk.features }));
    },
    chunks: async (record, { features }) => {
      const all = disk.get(record.id)?.chunks ?? [];
      const read = structuredClone(all).map((chunk) =>
        parseChunk(record, chunk.answers, features ? chunk.features : null),
      );
      const chunks = read.filter((chunk) => chunk !== null);
      return { chunks, damaged: read.length - chunks.length };
    },
    remove: async (id) => void disk.delete(id),
  };
}
