// Spawns the two workers, joins them by a channel of their own, and replaces the one that died. Knows no store.
import { Fault, toFault } from "../base/fault.ts";
import { type EngineApi, engineMethods } from "../protocol/engine-api.ts";
import { type Connection, connect, type MethodNames, type Port } from "../protocol/rpc.ts";
import { type SlideApi, slideMethods } from "../protocol/slide-api.ts";

export type Workers = Readonly<{
  /** Getters: after a death they answer with the successor. */
  slides: SlideApi;
  engine: EngineApi;
  /** Replaces the engine on purpose, e.g. after a failed load. */
  restartEngine(): void;
}>;

/** A worker that keeps dying (its script cannot be loaded, say) is not replaced for ever: then all calls reject with its Fault. */
export const mostRestarts = 3;

export type WorkersEvents = Readonly<{
  /** Everything in flight has been rejected; up to `mostRestarts` a successor is already there. `restarts`: deaths so far. */
  onSlideDeath(fault: Fault, restarts: number): void;
  onEngineDeath(fault: Fault, restarts: number): void;
}>;

type Part<Api> = { readonly worker: Worker; readonly connection: Connection<Api> };

export function startWorkers(events: WorkersEvents): Workers {
  const restarts = { slide: 0, engine: 0 };

  const spawnSlides = (): Part<SlideApi> =>
    join(
      new Worker(new URL("../worker/slide-worker.ts", import.meta.url), { type: "module" }),
      slideMethods,
      (fault) => {
        slide.worker.terminate();
        restarts.slide++;
        if (restarts.slide <= mostRestarts) {
          slide = spawnSlides();
          introduce();
        }
        events.onSlideDeath(fault, restarts.slide);
      },
    );
  const spawnEngine = (): Part<EngineApi> =>
    join(
      new Worker(new URL("../worker/engine-worker.ts", import.meta.url), { type: "module" }),
      engineMethods,
      (fault) => {
        restarts.engine++;
        if (restarts.engine <= mostRestarts) replaceEngine();
        else engine.worker.terminate();
        events.onEngineDeath(fault, restarts.engine);
      },
    );
  const introduce = (): void => {
    const { port1, port2 } = new MessageChannel();
    slide.worker.postMessage({ connect: port1 }, [port1]);
    engine.worker.postMessage({ connect: port2 }, [port2]);
  };
  const replaceEngine = (): void => {
    engine.worker.terminate();
    engine = spawnEngine();
    introduce();
  };

  let slide = spawnSlides();
  let engine = spawnEngine();
  introduce();
  return {
    get slides() {
      return slide.connection.api;
    },
    get engine() {
      return engine.connection.api;
    },
    restartEngine() {
      engine.connection.close();
      restarts.engine = 0;
      replaceEngine();
    },
  };
}

function join<Api extends { readonly [Name in keyof Api]: (params: never, options?: never) => Promise<unknown> }>(
  worker: Worker,
  methods: MethodNames<Api>,
  onDeath: (fault: Fault) => void,
): Part<Api> {
  // The DOM's Worker differs from Port only in its overloads.
  const connection = connect<Api>(methods, worker as unknown as Port, {
    onDeath: (fault) => onDeath(fault instanceof Fault ? fault : toFault(fault, "worker-died", "A worker stopped")),
  });
  return { worker, connection };
}
