// Starts the thread that reads slides and connects to it, as the page does with its workers. Knows no slide.
import { MessageChannel, Worker } from "node:worker_threads";
import { Fault, toFault } from "../../base/fault.ts";
import { connect, type Port } from "../../protocol/rpc.ts";
import { type SlideApi, slideMethods } from "../../protocol/slide-api.ts";

export type SlideThread = Readonly<{ slides: SlideApi; close(): Promise<void> }>;

export function openSlideThread(): SlideThread {
  const { port1, port2 } = new MessageChannel();
  const file = new URL("./slide-thread.ts", import.meta.url).href;
  // A thread knows no TypeScript by itself in Node 20.
  const start = `import(${JSON.stringify(import.meta.resolve("tsx/esm/api"))}).then(({ register }) => { register(); return import(${JSON.stringify(file)}); })`;
  const worker = new Worker(start, { eval: true, workerData: { port: port2 }, transferList: [port2] });
  const { api, sever, close } = connect<SlideApi>(slideMethods, port1 as unknown as Port);
  worker.on("error", (error) => sever(toFault(error, "worker-died", "The slide reader died")));
  worker.on("exit", () => sever(new Fault("worker-died", "The slide reader ended.")));
  return {
    slides: api,
    async close() {
      close();
      port1.close();
      await worker.terminate();
    },
  };
}
