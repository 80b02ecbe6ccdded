// Frames asked for at the same time travel in one request, as one request a frame is what makes DICOMweb slow. What was fetched is kept
// within the budget of whoever owns the cache. Knows no server. A batch is left when nobody waits for any of its frames.
import type { ByteLru } from "../../base/byte-lru.ts";
import { present } from "../../base/fault.ts";
import { orAborted } from "../../base/shared-work.ts";

export type FetchBatch<T> = (frames: readonly number[], signal: AbortSignal) => Promise<readonly T[]>;

export type FrameBatches<T> = Readonly<{ read(frame: number, signal: AbortSignal): Promise<T> }>;

export type BatchOptions = Readonly<{
  /** Frames of one request. */
  most: number;
  /** Requests at once. */
  together: number;
}>;

/** Where fetched values are kept: several batches share one budget, each under keys of its own. */
export type FrameCache<T> = Readonly<{
  kept: ByteLru<string, T>;
  keyOf(frame: number): string;
  bytesOf(value: T): number;
}>;

/** Turns of the microtask queue to wait for company: callers that start together get here within a few. */
const turns = 16;

type Wish<T> = { readonly result: Promise<T>; resolve(value: T): void; reject(error: unknown): void; wanted: number };

export function createFrameBatches<T>(
  fetchBatch: FetchBatch<T>,
  { kept, keyOf, bytesOf }: FrameCache<T>,
  { most, together }: BatchOptions,
): FrameBatches<T> {
  const waiting = new Map<number, Wish<T>>();
  const running = new Map<number, Wish<T>>();
  let requests = 0;
  let gathering = false;

  const send = async (): Promise<void> => {
    const batch = [...waiting].filter(([, wish]) => wish.wanted > 0).slice(0, most);
    for (const [frame, wish] of [...waiting]) if (wish.wanted === 0) waiting.delete(frame);
    if (batch.length === 0) return;
    for (const [frame, wish] of batch) {
      waiting.delete(frame);
      running.set(frame, wish);
    }
    requests++;
    const controller = new AbortController();
    for (const [, wish] of batch) leave.set(wish, () => batch.every(([, w]) => w.wanted === 0) && controller.abort());
    const frames = batch.map(([frame]) => frame).sort((a, b) => a - b);
    try {
      const values = await fetchBatch(frames, controller.signal);
      frames.forEach((frame, i) => {
        const value = present(values[i], "a frame that was asked for");
        kept.set(keyOf(frame), value, bytesOf(value));
        running.get(frame)?.resolve(value);
      });
    } catch (error) {
      for (const frame of frames) running.get(frame)?.reject(error);
    } finally {
      for (const [frame, wish] of batch) if (running.get(frame) === wish) running.delete(frame);
      requests--;
      pump();
    }
  };
  const leave = new WeakMap<Wish<T>, () => void>();

  const pump = (): void => {
    while (requests < together && waiting.size > 0) {
      const before = waiting.size;
      void send();
      if (waiting.size === before) break;
    }
  };

  const gather = async (): Promise<void> => {
    if (gathering) return;
    gathering = true;
    for (let i = 0; i < turns; i++) await null;
    gathering = false;
    pump();
  };

  const wish = (): Wish<T> => {
    let resolve: (value: T) => void = () => {};
    let reject: (error: unknown) => void = () => {};
    const result = new Promise<T>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    // Where all who waited have left, nobody hears of a failure.
    result.catch(() => {});
    return { result, resolve, reject, wanted: 0 };
  };

  return {
    async read(frame, signal) {
      signal.throwIfAborted();
      const found = kept.get(keyOf(frame));
      if (found !== undefined) return found;
      let mine = running.get(frame);
      // One that everybody left is about to end; whoever comes now asks anew.
      if (mine?.wanted === 0) mine = undefined;
      mine ??= waiting.get(frame);
      if (!mine) {
        mine = wish();
        waiting.set(frame, mine);
        void gather();
      }
      mine.wanted++;
      try {
        return await orAborted(mine.result, signal);
      } finally {
        mine.wanted--;
        if (mine.wanted === 0) leave.get(mine)?.();
      }
    },
  };
}
