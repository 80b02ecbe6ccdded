// Latest wins: starting a task cancels the one before it. Knows nothing of what the tasks do.

export type Latest = {
  /** Aborts the previous task, runs this one. Rejects with its AbortError when a newer one replaces it. */
  run<T>(task: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): Promise<T>;
  cancel(): void;
};

export function createLatest(): Latest {
  let current: AbortController | null = null;
  return {
    async run(task, outer) {
      current?.abort();
      const controller = new AbortController();
      current = controller;
      const signal = outer ? AbortSignal.any([controller.signal, outer]) : controller.signal;
      signal.throwIfAborted();
      try {
        const value = await task(signal);
        signal.throwIfAborted();
        return value;
      } finally {
        if (current === controller) current = null;
      }
    },
    cancel() {
      current?.abort();
      current = null;
    },
  };
}
