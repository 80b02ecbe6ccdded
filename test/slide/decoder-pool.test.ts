// The pool of decoders: several tiles at once, the same pixels, and what becomes of workers that die or are stuck. The workers here are
// the real decoder, or deliberately bad.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { decodeTile } from "../../src/platform/node/tile-decoder.ts";
import { createDecoderPool, type DecoderWorker, largeTilePixels, patienceMs } from "../../src/slide/decoder-pool.ts";
import type { CodedTile, DecodedTile } from "../../src/slide/slide-reader.ts";

const never = new AbortController().signal;
const tileOf = (width = 64, height = 64, bytes = new Uint8Array(0)): CodedTile => ({
  codec: "jp2k",
  bytes,
  width,
  height,
  colour: "rgb",
});
const pixelsOf = ({ width, height }: CodedTile): DecodedTile => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(1),
});

/** Workers that answer when told, and a clock that is wound by hand. */
function world(most: number) {
  type Call = Readonly<{ tile: CodedTile; resolve(pixels: DecodedTile): void; reject(reason: unknown): void }>;
  const calls: Call[] = [];
  const timers = new Set<Readonly<{ at: number; then: () => void }>>();
  const counts = { spawned: 0, closed: 0 };
  let now = 0;
  const spawn = (): DecoderWorker => {
    counts.spawned++;
    return {
      decode: (tile, onStart) =>
        new Promise((resolve, reject) => {
          calls.push({ tile, resolve, reject });
          onStart();
        }),
      close: () => void counts.closed++,
    };
  };
  const decode = createDecoderPool({
    most,
    spawn,
    after(milliseconds, then) {
      const timer = { at: now + milliseconds, then };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  const pass = async (milliseconds: number): Promise<void> => {
    now += milliseconds;
    for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.then();
    await settle();
  };
  return { decode, calls, counts, timers, pass };
}
/** Whatever waits for something that is already there has run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const dead = (): Fault => new Fault("worker-died", "A background worker stopped.");

describe("a pool of decoders", () => {
  test("gives the bytes the decoder alone gives, in the order asked", async () => {
    const file = new Uint8Array(readFileSync(join(import.meta.dirname, "../fixtures/slides/twins/jpeg2000-rgb.svs")));
    const starts = [...file.keys()].filter(
      (i) => file[i] === 0xff && file[i + 1] === 0x4f && file[i + 2] === 0xff && file[i + 3] === 0x51,
    );
    const tiles = starts.map((start, i) => tileOf(64, 64, file.slice(start, starts[i + 1])));
    expect(tiles.length).toBeGreaterThan(3);
    const alone: DecodedTile[] = [];
    for (const tile of tiles) alone.push(await decodeTile(tile, never));
    const decode = createDecoderPool({
      most: 3,
      spawn: () => ({
        async decode(tile, onStart) {
          onStart();
          return decodeTile(tile, never);
        },
        close() {},
      }),
      after: () => () => {},
    });
    expect(await Promise.all(tiles.map((tile) => decode(tile, never)))).toEqual(alone);
  });

  test("decodes as many at once as it has workers, and starts no more of them than it needs", async () => {
    const { decode, calls, counts } = world(2);
    const first = decode(tileOf(), never);
    calls[0]?.resolve(pixelsOf(tileOf()));
    await first;
    const three = [1, 2, 3].map(() => decode(tileOf(), never));
    expect([calls.length, counts.spawned]).toEqual([3, 2]);
    for (let i = 1; i < 4; i++) {
      calls[i]?.resolve(pixelsOf(tileOf()));
      await settle();
    }
    await Promise.all(three);
    expect(counts).toEqual({ spawned: 2, closed: 0 });
  });

  test("bounds the pixels that are decoded at once, and ends a worker that had a large tile", async () => {
    const { decode, calls, counts } = world(4);
    const large = tileOf(2048, 2048);
    const three = [1, 2, 3].map(() => decode(large, never));
    expect(calls.length).toBe(2);
    calls[0]?.resolve(pixelsOf(large));
    await settle();
    expect(calls.length).toBe(3);
    for (const call of calls) call.resolve(pixelsOf(large));
    await Promise.all(three);
    await settle();
    expect(counts).toEqual({ spawned: 3, closed: 3 });
  });

  test("takes an aborted tile out of the queue, and keeps the worker of one that was running", async () => {
    const { decode, calls, counts } = world(1);
    const [running, waiting] = [new AbortController(), new AbortController()];
    const all = [decode(tileOf(), running.signal), decode(tileOf(), waiting.signal), decode(tileOf(8, 8), never)];
    const outcomes = Promise.allSettled(all);
    waiting.abort();
    running.abort();
    await expect(all[0]).rejects.toMatchObject({ name: "AbortError" });
    await expect(all[1]).rejects.toMatchObject({ name: "AbortError" });
    expect(calls.length).toBe(1);
    calls[0]?.resolve(pixelsOf(tileOf()));
    await settle();
    expect(calls.map(({ tile }) => tile.width)).toEqual([64, 8]);
    calls[1]?.resolve(pixelsOf(tileOf(8, 8)));
    expect((await outcomes)[2]).toMatchObject({ status: "fulfilled", value: { width: 8 } });
    expect(counts).toEqual({ spawned: 1, closed: 0 });
    await expect(decode(tileOf(), AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
  });

  test("replaces a worker that is stuck and says that the tile is damaged; a large tile is given its time", async () => {
    const { decode, calls, counts, pass, timers } = world(1);
    const outcome = decode(tileOf(), never).catch((error: unknown) => error);
    await pass(patienceMs - 1);
    expect(counts.closed).toBe(0);
    await pass(1);
    expect(await outcome).toMatchObject({ kind: "damaged", message: expect.stringMatching(/JPEG 2000.*too long/) });
    expect(counts).toEqual({ spawned: 1, closed: 1 });
    expect(2048 * 1024).toBe(largeTilePixels * 2);
    const next = decode(tileOf(2048, 1024), never);
    await pass(patienceMs * 2 - 1);
    calls[1]?.resolve(pixelsOf(tileOf(2048, 1024)));
    expect((await next).width).toBe(2048);
    expect(counts.spawned).toBe(2);
    expect(timers.size).toBe(0);
  });

  test("tries a tile once more whose worker died, then leaves it out with a reason; the next is decoded", async () => {
    const { decode, calls, counts } = world(1);
    const once = decode(tileOf(), never);
    calls[0]?.reject(dead());
    await settle();
    calls[1]?.resolve(pixelsOf(tileOf()));
    expect((await once).width).toBe(64);
    const twice = decode(tileOf(), never).catch((error: unknown) => error);
    calls[2]?.reject(dead());
    await settle();
    calls[3]?.reject(dead());
    expect(await twice).toMatchObject({ kind: "read", message: expect.stringMatching(/stopped twice/) });
    const next = decode(tileOf(), never);
    calls[4]?.resolve(pixelsOf(tileOf()));
    expect((await next).width).toBe(64);
    expect(counts).toEqual({ spawned: 4, closed: 3 });
  });

  test("keeps a worker that says that a tile is damaged", async () => {
    const { decode, calls, counts } = world(1);
    const outcome = decode(tileOf(), never).catch((error: unknown) => error);
    calls[0]?.reject(new Fault("damaged", "JPEG 2000 data is damaged"));
    expect(await outcome).toMatchObject({ kind: "damaged" });
    void decode(tileOf(), never);
    await settle();
    expect([calls.length, counts.spawned, counts.closed]).toEqual([2, 1, 0]);
  });
});
