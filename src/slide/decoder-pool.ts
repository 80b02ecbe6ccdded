// Tiles decoded by several workers at once, where the codec is slow and cannot be interrupted. Bounds how many, how much memory and how
// long; a worker that died or is stuck is replaced. Knows no codec and no host: workers and the clock are given.
import { Fault, isFault } from "../base/fault.ts";
import type { CodedTile, CodedTileDecoder, DecodedTile } from "./slide-reader.ts";

export type DecoderWorker = Readonly<{
  /** `onStart`: the codec is loaded and begins; from then on time counts. Fault worker-died when the worker is gone. */
  decode(tile: CodedTile, onStart: () => void): Promise<DecodedTile>;
  /** At once, whatever it is doing. */
  close(): void;
}>;

export type DecoderHost = Readonly<{
  /** Workers at most. */
  most: number;
  spawn(): DecoderWorker;
  /** Calls back once after so many milliseconds; what it returns takes that back. */
  after(milliseconds: number, then: () => void): () => void;
}>;

/** Decoding needs some 20 bytes a pixel, and what a wasm module once took it keeps: a worker that had more than this ends after it. */
export const largeTilePixels = 1024 * 1024;
const mostPixelsTogether = 8 * 1024 * 1024;
/** A tile of 256 pixels takes some 20 ms. Larger than a megapixel: so much for each. */
export const patienceMs = 5000;

type Job = Readonly<{
  tile: CodedTile;
  resolve(decoded: DecodedTile): void;
  reject(reason: unknown): void;
}>;

/** First come, first served. Aborting takes a waiting tile out; a running one is let go, and its worker is free when it ends. */
export function createDecoderPool({ most, spawn, after }: DecoderHost): CodedTileDecoder {
  const idle: DecoderWorker[] = [];
  const waiting: Job[] = [];
  let workers = 0;
  let pixels = 0;

  const free = (): DecoderWorker | null => {
    const worker = idle.pop();
    if (worker || workers >= most) return worker ?? null;
    workers++;
    return spawn();
  };

  const start = (): void => {
    for (let job = waiting[0]; job; job = waiting[0]) {
      if (pixels > 0 && pixels + sizeOf(job.tile) > mostPixelsTogether) return;
      const worker = free();
      if (!worker) return;
      waiting.shift();
      void run(job, worker);
    }
  };

  const run = async ({ tile, resolve, reject }: Job, worker: DecoderWorker): Promise<void> => {
    const size = sizeOf(tile);
    pixels += size;
    let used = worker;
    let sound = false;
    try {
      let decoded: DecodedTile;
      try {
        decoded = await inTime(used, tile);
      } catch (error) {
        // It may have died of an earlier tile, or while it was idle: this one gets a second chance.
        if (!isFault(error, "worker-died")) throw error;
        used.close();
        used = spawn();
        decoded = await inTime(used, tile);
      }
      sound = true;
      resolve(decoded);
    } catch (error) {
      sound = isFault(error) && error.kind !== "worker-died" && error.detail.stuck !== true;
      reject(isFault(error, "worker-died") ? stopped(tile, error) : error);
    } finally {
      pixels -= size;
      if (sound && size <= largeTilePixels) idle.push(used);
      else {
        used.close();
        workers--;
      }
      start();
    }
  };

  const inTime = (worker: DecoderWorker, tile: CodedTile): Promise<DecodedTile> =>
    new Promise((resolve, reject) => {
      let stop = (): void => {};
      const onStart = (): void => {
        stop = after(patienceMs * Math.max(1, sizeOf(tile) / largeTilePixels), () => reject(stuck(tile)));
      };
      worker
        .decode(tile, onStart)
        .then(resolve, reject)
        .finally(() => stop());
    });

  return (tile, signal) =>
    new Promise<DecodedTile>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        const at = waiting.indexOf(job);
        if (at >= 0) waiting.splice(at, 1);
        reject(signal.reason);
      };
      const forget = (): void => signal.removeEventListener("abort", onAbort);
      const job: Job = {
        tile,
        resolve(decoded) {
          forget();
          resolve(decoded);
        },
        reject(reason) {
          forget();
          reject(reason);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      waiting.push(job);
      start();
    });
}

const sizeOf = ({ width, height }: CodedTile): number => width * height;

const names = { jpeg: "JPEG", jp2k: "JPEG 2000", "jpeg-ls": "JPEG-LS", webp: "WebP" } as const;

function stuck(tile: CodedTile): Fault {
  return new Fault(
    "damaged",
    `A ${names[tile.codec]} tile of ${tile.width} x ${tile.height} pixels took too long to decode and was left out: its data is damaged.`,
    { stuck: true },
  );
}

function stopped(tile: CodedTile, cause: Fault): Fault {
  return new Fault(
    "read",
    `The ${names[tile.codec]} decoder stopped twice at one tile, which was left out. Move the view to try again; if others follow, ` +
      "close other tabs and reload.",
    {},
    cause,
  );
}
