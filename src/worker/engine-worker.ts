// The engine's roof in a browser: runtimes, network and clock chosen, the api served to the page. Patches come from the slide worker
// over a port of their own, so that pixels for classification never visit the main thread.
import { Fault } from "../base/fault.ts";
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
const patchSource: PatchSource = {
  patch: async (params, options) => reader().patch(params, options),
  tissueGrid: async (params, options) => reader().tissueGrid(params, options),
};

const engine = createEngine({
  runtimes: createRuntimes(),
  slides: patchSource,
  fetchBytes,
  // Blobs lie outside JavaScript's heap, large ones on disk.
  stash: (parts) => new Blob([...parts]),
  gates: createGateStore(),
  now: () => performance.now(),
  appVersion,
});

const { compiled: _compiled, release: _release, ...api } = engine;
serve<EngineApi>(api, engineMethods, self as unknown as Port);
