// Named pieces under one root: a folder, several files, or what lies beside an address. What slides of many parts are read from.
// Knows no host and no format.
import { Fault } from "../base/fault.ts";
import type { LocalFile } from "../protocol/call.ts";
import type { ByteSource } from "./byte-source.ts";

/** `most`: bytes that are believed at most. `accept`: media types asked of a server. */
export type ResourceWish = Readonly<{ most: number; accept?: string }>;

/** `type`: the media type a server states; empty where there is none. */
export type Resource = Readonly<{ bytes: Uint8Array; type: string }>;

/**
 * Paths are relative to the root, parts separated by "/". `get` and `range` resolve to null where there is no such piece; they
 * reject with Fault `limit` beyond `most`, `network`/`read` where the host fails, `damaged` beyond a piece's end.
 */
export type Resources = Readonly<{
  /** For messages and for the slide's name; may identify a patient. */
  name: string;
  /** Whether pieces are read from a server. */
  remote: boolean;
  /** All paths, where they are known without asking a server. */
  paths: readonly string[] | null;
  get(path: string, wish: ResourceWish, signal: AbortSignal): Promise<Resource | null>;
  /** `length` bytes at `offset`; a negative offset counts from the end. */
  range(path: string, offset: number, length: number, signal: AbortSignal): Promise<Uint8Array | null>;
  /** A piece as a file of its own, to be closed by whoever asked; null where there is none. */
  open(path: string, signal: AbortSignal): Promise<ByteSource | null>;
  close(): void;
}>;

/** Files of a folder or picked together. `path` as in the folder. */
export type NamedFile = Readonly<{ path: string; file: LocalFile }>;

/** `open`: how the host reads one file. */
export function localResources(
  name: string,
  files: readonly NamedFile[],
  open: (file: LocalFile, signal: AbortSignal) => Promise<ByteSource>,
): Resources {
  const byPath = new Map(files.map(({ path, file }) => [path, file]));
  const using = async <T>(
    path: string,
    signal: AbortSignal,
    work: (source: ByteSource) => Promise<T>,
  ): Promise<T | null> => {
    const file = byPath.get(path);
    if (!file) return null;
    const source = await open(file, signal);
    try {
      return await work(source);
    } finally {
      source.close();
    }
  };
  return {
    name,
    remote: false,
    paths: [...byPath.keys()],
    get: (path, { most }, signal) =>
      using(path, signal, async (source) => {
        if (source.size > most) throw tooLarge(path, source.size, most);
        return { bytes: await source.read(0, source.size, signal), type: "" };
      }),
    range: (path, offset, length, signal) =>
      using(path, signal, (source) => source.read(offset < 0 ? source.size + offset : offset, length, signal)),
    open: async (path, signal) => {
      const file = byPath.get(path);
      return file ? open(file, signal) : null;
    },
    close() {},
  };
}

export function tooLarge(path: string, bytes: number, most: number): Fault {
  return new Fault("limit", `"${path}" has ${bytes} bytes; at most ${most} are read of such a piece. It is damaged.`);
}

/** JSON of a piece, as whatever it is; null where there is no such piece. Fault damaged where it is no JSON. */
export async function readJson(
  resources: Resources,
  path: string,
  most: number,
  signal: AbortSignal,
  accept = "application/json",
): Promise<unknown> {
  const found = await resources.get(path, { most, accept }, signal);
  return found ? parseJson(found.bytes, path) : null;
}

export function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Fault("damaged", `"${path}" is damaged: it is no JSON text. Copy or download it again.`, {}, error);
  }
}
