// Roof: the browser worker that downloads one backbone. Started after the person agreed to its servers, so that its policy lets it ask
// them; it ends by itself when the download does, with what has come on disk.
import { Fault } from "../base/fault.ts";
import { createIndexedDbPartStore } from "../platform/page/part-store.ts";
import { defaultHttp } from "../platform/worker/http-request.ts";
import { createHubDownloads } from "../platform/worker/hub-download.ts";
import { type HubApi, hubMethods } from "../protocol/hub-api.ts";
import { type Port, serve } from "../protocol/rpc.ts";

declare const self: DedicatedWorkerGlobalScope;

/** How long the worker before it may take to write its last piece. */
const handOver = 10_000;

const downloads = createHubDownloads({
  net: { ...defaultHttp, attempts: 5, online: () => navigator.onLine },
  parts: createIndexedDbPartStore(),
  now: () => Date.now(),
  pieceBytes: 2 ** 23,
  room,
  progressEvery: 200,
});

async function room(): Promise<number | null> {
  const { quota, usage } = (await navigator.storage?.estimate().catch(() => null)) ?? {};
  return quota === undefined || usage === undefined ? null : quota - usage;
}

/** Two tabs must not write one download. */
async function alone<T>(id: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  // Absent on plain http.
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) return task();
  const late = AbortSignal.timeout(handOver);
  let begun = false;
  const begin = (): Promise<T> => {
    begun = true;
    return task();
  };
  try {
    return await locks.request(`pathotune-download/${id}`, { signal: AbortSignal.any([signal, late]) }, begin);
  } catch (error) {
    if (begun || !late.aborted) throw error;
    signal.throwIfAborted();
    throw new Fault(
      "storage",
      "Another tab of PathoTune is downloading this backbone. Close it, or wait for it there.",
    );
  }
}

const api: HubApi = {
  async download(job, options) {
    const signal = options?.signal ?? new AbortController().signal;
    try {
      return await alone(job.id, signal, () => downloads.download(job, options));
    } finally {
      // After its answer is sent.
      setTimeout(() => self.close(), 1000);
    }
  },
};

// The scope differs from Port only in its overloads.
serve(api, hubMethods, self as unknown as Port);
