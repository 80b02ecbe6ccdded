// Downloads without a network: bytes lie in memory, and a test says how each goes. Keeps the promises of the port.
import { Fault } from "../../src/base/fault.ts";
import { type HubPlace, hub } from "../../src/domain/hub-place.ts";
import type { DownloadFile, KeptDownload } from "../../src/domain/kept-download.ts";
import { createMemoryPartStore, emptyMemoryParts, type MemoryParts } from "../../src/platform/node/memory-parts.ts";
import type { Hub, HubJob, HubProgress } from "../../src/protocol/hub-api.ts";

export type FakeHub = Hub &
  Readonly<{
    disk: MemoryParts;
    jobs: HubJob[];
    /** What the next downloads do; the default is to come whole. */
    next: ((job: HubJob, signal: AbortSignal, tell: (progress: HubProgress) => void) => Promise<void>) | null;
    goesLike(next: FakeHub["next"]): void;
  }>;

export const progressOf = (bytes: number, total: number): HubProgress => ({
  bytes,
  total,
  file: "model.safetensors",
  waiting: null,
  notes: [],
});

/** Three bytes. */
export const wholeFile: DownloadFile = {
  path: "model.safetensors",
  bytes: 3,
  sha256: "a".repeat(64),
  gitId: null,
  etag: null,
  done: { sha256: "a".repeat(64), against: "hub-sha256" },
};

export const downloadOf = (id: string, file: DownloadFile = wholeFile): KeptDownload => ({
  id,
  repo: "a/b",
  base: hub.base,
  commit: "c".repeat(40),
  files: [file],
});

export function createFakeHub(disk: MemoryParts = emptyMemoryParts()): FakeHub {
  const store = createMemoryPartStore(disk);
  const jobs: HubJob[] = [];
  let place: HubPlace = hub;
  let next: FakeHub["next"] = null;
  return {
    disk,
    jobs,
    get next() {
      return next;
    },
    goesLike: (given) => {
      next = given;
    },
    list: async () => {
      const { downloads, warnings } = await store.list();
      const sized = downloads.map(async (download) => {
        const sizes = [...(await store.sizes(download.id)).values()];
        return { download, bytes: sizes.reduce((sum, size) => sum + size, 0) };
      });
      return { downloads: await Promise.all(sized), warnings };
    },
    place: async () => place,
    setPlace: async (given) => {
      place = given;
    },
    files: (download) => store.files(download),
    remove: (id) => store.remove(id),
    download: async (job, { signal = new AbortController().signal, onProgress = () => {} }) => {
      jobs.push(job);
      await next?.(job, signal, onProgress);
      signal.throwIfAborted();
      const download = downloadOf(job.id);
      await store.put(download);
      await store.append(job.id, wholeFile.path, new Uint8Array(3));
      return download;
    },
  };
}

export const broken = (): Fault => new Fault("network", "The connection broke.", { reason: "cut-off" });
