// The port for bytes of downloads over plain memory: for Node and for tests. Names no host. Records are cloned and parsed on the way out,
// so that it keeps the promises of a real store.
import { Fault } from "../../base/fault.ts";
import { parseKeptDownload, storedKeptDownload } from "../../domain/kept-download.ts";
import type { PartStore } from "../../protocol/hub-api.ts";

/** What outlives the stores opened on it. */
export type MemoryParts = {
  readonly records: Map<string, unknown>;
  readonly pieces: Map<string, Map<string, Uint8Array[]>>;
};

export const emptyMemoryParts = (): MemoryParts => ({ records: new Map(), pieces: new Map() });

/** @param room bytes that fit; beyond it `append` is refused as by a full disk */
export function createMemoryPartStore(
  disk: MemoryParts = emptyMemoryParts(),
  room: () => number = () => Number.POSITIVE_INFINITY,
): PartStore {
  const piecesOf = (id: string, path: string): readonly Uint8Array[] => disk.pieces.get(id)?.get(path) ?? [];
  const size = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0);
  return {
    list: async () => {
      const downloads = [];
      const warnings: string[] = [];
      for (const [, record] of [...disk.records].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
        try {
          downloads.push(parseKeptDownload(structuredClone(record)));
        } catch (error) {
          warnings.push(error instanceof Error ? error.message : String(error));
        }
      }
      return { downloads, warnings };
    },
    get: async (id) => {
      const record = disk.records.get(id);
      return record === undefined ? null : parseKeptDownload(structuredClone(record));
    },
    put: async (download) => void disk.records.set(download.id, structuredClone(storedKeptDownload(download))),
    sizes: async (id) => new Map([...(disk.pieces.get(id) ?? [])].map(([path, pieces]) => [path, size(pieces)])),
    append: async (id, path, piece) => {
      const all = [...disk.pieces.values()].flatMap((files) => [...files.values()].flat());
      if (size(all) + piece.length > room()) throw new Fault("storage", "There is no room for more of this download.");
      const files = disk.pieces.get(id) ?? new Map<string, Uint8Array[]>();
      disk.pieces.set(id, files.set(path, [...piecesOf(id, path), piece.slice()]));
    },
    read: async (id, path, take) => {
      for (const piece of piecesOf(id, path)) take(piece);
    },
    clear: async (id, path) => void disk.pieces.get(id)?.delete(path),
    files: async ({ id, files }) =>
      files.map(({ path, bytes }) => {
        const pieces = piecesOf(id, path);
        if (size(pieces) !== bytes)
          throw new Fault("storage", `"${path}" is not kept here any more. Download it again.`);
        const name = path.slice(path.lastIndexOf("/") + 1);
        return {
          path,
          file: new File(
            pieces.map((piece) => new Uint8Array(piece)),
            name,
            { lastModified: 0 },
          ),
        };
      }),
    remove: async (id) => {
      disk.records.delete(id);
      disk.pieces.delete(id);
    },
  };
}
