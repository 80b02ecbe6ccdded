// One computation per key, shared by everyone who wants it at the same time. It is aborted only when nobody wants it any more,
// and nothing is remembered of it once it ends. Knows nothing of the work.

export type SharedWork<K, V> = {
  /** Joins the running computation of `key` or starts it. Aborting `signal` rejects this caller only. */
  join(key: K, signal: AbortSignal): Promise<V>;
};

type Job<V> = { readonly controller: AbortController; readonly result: Promise<V>; wanted: number };

export function createSharedWork<K, V>(work: (key: K, signal: AbortSignal) => Promise<V>): SharedWork<K, V> {
  const jobs = new Map<K, Job<V>>();

  const start = (key: K): Job<V> => {
    const controller = new AbortController();
    const job: Job<V> = { controller, result: work(key, controller.signal), wanted: 0 };
    const forget = (): void => {
      if (jobs.get(key) === job) jobs.delete(key);
    };
    job.result.then(forget, forget);
    jobs.set(key, job);
    return job;
  };

  return {
    async join(key, signal) {
      signal.throwIfAborted();
      const job = jobs.get(key) ?? start(key);
      job.wanted++;
      try {
        return await orAborted(job.result, signal);
      } finally {
        job.wanted--;
        if (job.wanted === 0 && jobs.get(key) === job) {
          jobs.delete(key);
          job.controller.abort();
        }
      }
    },
  };
}

/** `promise`, or the abort reason as soon as `signal` aborts; the promise itself goes on. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
