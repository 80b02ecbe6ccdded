// Downloads of backbones for the page: a worker for each, and what is kept of them. Knows the worker; knows no list and no screen.
import { originsOf } from "../domain/hub-place.ts";
import { createIndexedDbPartStore } from "../platform/page/part-store.ts";
import { type Hub, type HubApi, hubMethods } from "../protocol/hub-api.ts";
import { connect, type Port } from "../protocol/rpc.ts";

/** @param approve workers started from now on may ask these servers */
export function createHub(approve: (origins: readonly string[]) => Promise<unknown>): Hub {
  const store = createIndexedDbPartStore();
  return {
    list: async () => {
      const { downloads, warnings } = await store.list();
      const sized = downloads.map(async (download) => {
        const sizes = await store.sizes(download.id);
        return { download, bytes: download.files.reduce((sum, { path }) => sum + (sizes.get(path) ?? 0), 0) };
      });
      return { downloads: await Promise.all(sized), warnings };
    },
    place: () => store.place(),
    setPlace: (place) => store.setPlace(place),
    files: (download) => store.files(download),
    remove: (id) => store.remove(id),
    download: async (job, options) => {
      await approve(originsOf(job.place));
      options.signal?.throwIfAborted();
      const worker = new Worker(new URL("../worker/hub-worker.ts", import.meta.url), { type: "module" });
      // The DOM's Worker differs from Port only in its overloads. The worker ends itself, after its last piece is written.
      return connect<HubApi>(hubMethods, worker as unknown as Port).api.download(job, options);
    },
  };
}
