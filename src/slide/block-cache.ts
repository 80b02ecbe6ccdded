// A byte source behind a block cache: neighbouring reads become one, repeated reads none. Knows no file and no format.
import { createByteLru } from "../base/byte-lru.ts";
import { present } from "../base/fault.ts";
import { createSharedWork } from "../base/shared-work.ts";
import { type ByteSource, checkRange } from "./byte-source.ts";

export type BlockCacheOptions = Readonly<{
  /** Bytes per block. */
  blockBytes: number;
  /** Bytes of blocks kept. */
  budgetBytes: number;
  /** Missing neighbours are fetched together, up to this many bytes at once. */
  mergeBytes: number;
}>;

export const defaultBlockCache: BlockCacheOptions = {
  blockBytes: 64 * 1024,
  budgetBytes: 64 * 1024 * 1024,
  mergeBytes: 2 * 1024 * 1024,
};

/** Wraps `source`; closing the result closes it. Reads above a quarter of the budget go straight through. */
export function createBlockCache(source: ByteSource, options: BlockCacheOptions = defaultBlockCache): ByteSource {
  const { blockBytes, budgetBytes, mergeBytes } = options;
  const blocks = createByteLru<number, Uint8Array>(budgetBytes);
  const runBlocks = Math.max(1, Math.floor(mergeBytes / blockBytes));
  /** Key `first:count`: a run of blocks asked for together. */
  const runs = createSharedWork<string, readonly Uint8Array[]>(async (key, signal) => {
    const [first = 0, count = 0] = key.split(":").map(Number);
    const start = first * blockBytes;
    const bytes = await source.read(start, Math.min(count * blockBytes, source.size - start), signal);
    const parts = Array.from({ length: count }, (_, i) => bytes.slice(i * blockBytes, (i + 1) * blockBytes));
    parts.forEach((part, i) => {
      blocks.set(first + i, part, part.length);
    });
    return parts;
  });
  /** Which run a block is in flight with, so that overlapping reads join instead of fetching twice. */
  const inFlight = new Map<number, Readonly<{ key: string; first: number }>>();

  const fetchRun = async (
    key: string,
    first: number,
    count: number,
    signal: AbortSignal,
  ): Promise<readonly Uint8Array[]> => {
    for (let i = first; i < first + count; i++) inFlight.set(i, { key, first });
    try {
      return await runs.join(key, signal);
    } finally {
      for (let i = first; i < first + count; i++) if (inFlight.get(i)?.key === key) inFlight.delete(i);
    }
  };

  const gather = async (from: number, to: number, signal: AbortSignal): Promise<Map<number, Uint8Array>> => {
    const found = new Map<number, Uint8Array>();
    const wanted: Promise<void>[] = [];
    const take = (promise: Promise<readonly Uint8Array[]>, first: number): void => {
      const keep = promise.then((parts) => {
        parts.forEach((part, i) => {
          found.set(first + i, part);
        });
      });
      wanted.push(keep);
    };
    const joined = new Set<string>();
    for (let block = from; block <= to; ) {
      const cached = blocks.get(block);
      const running = inFlight.get(block);
      if (cached) {
        found.set(block++, cached);
      } else if (running) {
        if (!joined.has(running.key)) take(runs.join(running.key, signal), running.first);
        joined.add(running.key);
        block++;
      } else {
        let count = 1;
        while (count < runBlocks && block + count <= to && !blocks.get(block + count) && !inFlight.has(block + count)) {
          count++;
        }
        const key = `${block}:${count}`;
        joined.add(key);
        take(fetchRun(key, block, count, signal), block);
        block += count;
      }
    }
    await Promise.all(wanted);
    return found;
  };

  return {
    name: source.name,
    size: source.size,
    async read(offset, length, signal) {
      signal.throwIfAborted();
      checkRange(source.size, offset, length, "data");
      if (length === 0) return new Uint8Array(0);
      if (length > budgetBytes / 4) return source.read(offset, length, signal);
      const from = Math.floor(offset / blockBytes);
      const to = Math.floor((offset + length - 1) / blockBytes);
      const found = await gather(from, to, signal);
      if (from === to) {
        const block = present(found.get(from), "block");
        return block.subarray(offset - from * blockBytes, offset - from * blockBytes + length);
      }
      const out = new Uint8Array(length);
      for (let block = from; block <= to; block++) {
        const bytes = present(found.get(block), "block");
        const start = block * blockBytes;
        const first = Math.max(offset, start);
        const last = Math.min(offset + length, start + bytes.length);
        out.set(bytes.subarray(first - start, last - start), first - offset);
      }
      return out;
    },
    close() {
      blocks.clear();
      source.close();
    },
  };
}
