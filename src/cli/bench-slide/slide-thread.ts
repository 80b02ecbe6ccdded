// The slide service on a thread of its own, as the browser's slide worker is one. Knows the port it was given.
import { setMaxListeners } from "node:events";
import { type MessagePort, workerData } from "node:worker_threads";
import { createNodeSlideService } from "../../platform/node/slide-service.ts";
import { type Port, serve, transfer } from "../../protocol/rpc.ts";
import { type SlideApi, slideMethods } from "../../protocol/slide-api.ts";

const { port } = workerData as Readonly<{ port: MessagePort }>;
// Calls ask for many tiles under one signal, which Node takes for a leak.
setMaxListeners(0);
const slides = createNodeSlideService();
const api: SlideApi = {
  ...slides,
  async patch(params, options) {
    const pixels = await slides.patch(params, options);
    return transfer(pixels, [pixels.data.buffer]);
  },
};
serve(api, slideMethods, port as unknown as Port);
