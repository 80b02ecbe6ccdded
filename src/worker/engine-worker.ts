// The engine's roof in a browser: runtimes, network and clock chosen, the api served to the page. Patches come from the slide worker
// over a port of their own, so that pixels for classification never visit the main thread.
import { Fault, type FaultKind, isFault } from "../base/fault.ts";
import { appVersion } from "../domain/app-version.ts";
import { createEngine } from "../engine/service.ts";
import { fetchBytes } from "../platform/worker/fetch-bytes.ts";
import { createGateStore } from "../platform/worker/gate-store.ts";
import { createRuntimes } from "../platform/worker/ort-runtime.ts";
import { type EngineApi, engineMethods } from "../protocol/engine-api.ts";
import { type Connection, connect, type Port, serve } from "../protocol/rpc.ts";
import { type PatchSource, type SlideApi, slideMethods } from "../protocol/slide-api.ts";

declare const self: DedicatedWorkerGlobalScope;

let slides: Connection<SlideApi> | null = null;

/**
 * The page posts `{ connect: port }` with one end of a MessageChannel whose other end it gave the slide worker; again after the
 * slide worker was restarted.
 */
self.addEventListener("message", (event: MessageEvent<unknown>) => {
  const { data } = event;
  if (typeof data !== "object" || data === null || !("connect" in data) || !(data.connect instanceof MessagePort))
    return;
  slides?.sever(new Fault("worker-died", "The slide reader was restarted."));
  slides = connect<SlideApi>(slideMethods, data.connect as unknown as Port);
});

function reader(): SlideApi {
  if (!slides) throw new Fault("worker-died", "The slide reader is not connected yet. Try again.");
  return slides.api;
}
/** Its death is not ours: a Fault says whose it was. */
async function asked<T>(question: (api: SlideApi) => Promise<T>): Promise<T> {
  try {
    return await question(reader());
  } catch (error) {
    throw isFault(error, "worker-died")
      ? new Fault(error.kind, error.message, { ...error.detail, ...ofSlides })
      : error;
  }
}
const ofSlides = { worker: "slides" } as const;
const patchSource: PatchSource = {
  patch: (params, options) => asked((api) => api.patch(params, options)),
  tissueGrid: (params, options) => asked((api) => api.tissueGrid(params, options)),
};

/** A message to this very worker comes after those that have arrived; a timer would be slowed down to 4 ms. */
const bell = new MessageChannel();
const waiting: (() => void)[] = [];
bell.port1.onmessage = () => waiting.shift()?.();
const pause = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve);
    bell.port2.postMessage(null);
  });

const engine = createEngine({
  runtimes: createRuntimes(),
  slides: patchSource,
  fetchBytes,
  // Blobs lie outside JavaScript's heap, large ones on disk.
  stash: (parts) => new Blob([...parts]),
  gates: createGateStore(),
  now: () => performance.now(),
  pause,
  appVersion,
  onLost: (fault) => stop(fault),
});

const { compiled: _compiled, release: _release, ...api } = engine;
const stop = serve<EngineApi>(endingOn(api), engineMethods, self as unknown as Port);

/**
 * What leaves the runtime's memory in doubt, or a heap that never shrinks full, ends this worker: everything in flight hears of it, and
 * the page starts another. While loading only the former: what does not fit once does not fit twice.
 */
function endingOn(api: EngineApi): EngineApi {
  const always: readonly FaultKind[] = ["out-of-memory", "worker-died", "device-lost"];
  const watched = <P extends unknown[], R>(method: (...params: P) => Promise<R>, kinds = always) => {
    return async (...params: P): Promise<R> => {
      try {
        return await method(...params);
      } catch (error) {
        if (isFault(error) && kinds.includes(error.kind) && error.detail.worker !== ofSlides.worker) stop(error);
        throw error;
      }
    };
  };
  return {
    ...api,
    load: watched(api.load, ["worker-died"]),
    classify: watched(api.classify),
    indexSlide: watched(api.indexSlide),
    warm: watched(api.warm),
    tune: watched(api.tune),
    keepFrozen: watched(api.keepFrozen),
    labelCurve: watched(api.labelCurve),
    ablation: watched(api.ablation),
    sweep: watched(api.sweep),
    previewMap: watched(api.previewMap),
  };
}
