// One lane: tasks run one at a time, higher priority first, first come first served within one. A failure never blocks it.
// Knows nothing of what the tasks do.

export type LaneTask<T> = (signal: AbortSignal) => Promise<T>;

/** Smaller runs earlier. The order the house keeps: click > tuning step > sweep batch. */
export const lanePriority = { click: 0, step: 1, sweep: 2 } as const;
export type LanePriority = (typeof lanePriority)[keyof typeof lanePriority];

type Waiting = {
  readonly priority: LanePriority;
  readonly start: () => Promise<void>;
  readonly reject: (reason: unknown) => void;
};

export type Lane = {
  /** Queues a task. Aborting `signal` before it starts removes it; a running task sees the signal itself. */
  run<T>(priority: LanePriority, task: LaneTask<T>, signal?: AbortSignal): Promise<T>;
  /** Rejects everything still waiting with `reason`; the lane stays usable. */
  clear(reason: unknown): void;
  readonly waiting: number;
};

/**
 * `pause`: before each task, lets whatever has arrived meanwhile be heard. Without it a host whose tasks never wait for anything (a runtime
 * that computes on this very thread) hears of a click when all of them are done.
 */
export function createLane(pause: (() => Promise<void>) | null = null): Lane {
  const queue: Waiting[] = [];
  let busy = false;

  const next = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      while (queue.length > 0) {
        if (pause) await pause();
        await queue.shift()?.start();
      }
    } finally {
      busy = false;
    }
  };

  return {
    run<T>(priority: LanePriority, task: LaneTask<T>, signal: AbortSignal = new AbortController().signal): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const entry: Waiting = {
          priority,
          reject,
          start: async () => {
            signal.removeEventListener("abort", onAbort);
            try {
              resolve(await task(signal));
            } catch (error) {
              reject(error);
            }
          },
        };
        const onAbort = (): void => {
          const index = queue.indexOf(entry);
          if (index >= 0) queue.splice(index, 1);
          reject(signal.reason);
        };
        signal.addEventListener("abort", onAbort, { once: true });
        const at = queue.findIndex((other) => other.priority > priority);
        if (at < 0) queue.push(entry);
        else queue.splice(at, 0, entry);
        void next();
      });
    },
    clear(reason) {
      for (const entry of queue.splice(0)) entry.reject(reason);
    },
    get waiting() {
      return queue.length;
    },
  };
}
