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
  /** Replaces the slide worker on purpose; its slides must be opened again. */
  restartSlides(): void;
  /** For good: what is in flight is rejected, and nobody comes after. */
  stop(): void;
}>;

/**
 * A worker that keeps dying (its script cannot be loaded, say) is not replaced for ever: more often than this within ten minutes, and
 * all calls reject with its Fault. A graphics driver that hiccups once an hour is no such worker.
 */
export const mostRestarts = 3;
const countedMilliseconds = 600_000;

export type WorkersEvents = Readonly<{
  /** Everything in flight has been rejected; up to `mostRestarts` a successor is already there. `restarts`: deaths that count. */
  onSlideDeath(fault: Fault, restarts: number): void;
  onEngineDeath(fault: Fault, restarts: number): void;
}>;

type Part<Api> = { readonly worker: Worker; readonly connection: Connection<Api> };

/** `now`: milliseconds, monotonic. */
export function startWorkers(events: WorkersEvents, now: () => number = () => performance.now()): Workers {
  const deaths: Record<"slide" | "engine", number[]> = { slide: [], engine: [] };
  const died = (who: keyof typeof deaths): number => {
    deaths[who] = [...deaths[who].filter((at) => now() - at < countedMilliseconds), now()];
    return deaths[who].length;
  };

  const spawnSlides = (): Part<SlideApi> =>
    join(
      new Worker(new URL("../worker/slide-worker.ts", import.meta.url), { type: "module" }),
      slideMethods,
      (fault) => {
        slide.worker.terminate();
        const restarts = died("slide");
        if (restarts <= mostRestarts) {
          slide = spawnSlides();
          introduce();
        }
        events.onSlideDeath(fault, restarts);
      },
    );
  const spawnEngine = (): Part<EngineApi> =>
    join(
      new Worker(new URL("../worker/engine-worker.ts", import.meta.url), { type: "module" }),
      engineMethods,
      (fault) => {
        const restarts = died("engine");
        if (restarts <= mostRestarts) replaceEngine();
        else engine.worker.terminate();
        events.onEngineDeath(fault, restarts);
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
      deaths.engine = [];
      replaceEngine();
    },
    restartSlides() {
      slide.connection.close();
      slide.worker.terminate();
      slide = spawnSlides();
      introduce();
    },
    stop() {
      for (const { connection, worker } of [slide, engine]) {
        connection.close();
        worker.terminate();
      }
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
