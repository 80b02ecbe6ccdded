// A file behind HTTP range requests, as a byte source: every answer is checked against what was asked. Knows no slide.
import { Fault } from "../../base/fault.ts";
import { type ByteSource, checkRange, memorySource } from "../../slide/byte-source.ts";
import { type Answer, ask, defaultHttp, type Http, httpFault, nameOfAddress, truncatedWords } from "./http-request.ts";

export type HttpSourceOptions = Http &
  Readonly<{
    /** A server that sends only whole files is still good for files up to this many bytes. */
    wholeFileBytes: number;
    /** Larger files are refused: their size is not believed. */
    mostBytes: number;
  }>;

export const defaultHttpSource: HttpSourceOptions = {
  ...defaultHttp,
  wholeFileBytes: 64 * 1024 * 1024,
  mostBytes: 2 ** 44,
};

/** What must stay the same while a file is being read. */
type Version = Readonly<{ size: number; tag: string | null; modified: string | null }>;

type File = Readonly<{ url: string; name: string; version: Version; options: HttpSourceOptions }>;

const probeBytes = 64 * 1024;

/** Asks for the first bytes to learn size and manners of the server. `url` is absolute. Faults: network, limit. */
export async function openHttpSource(
  url: string,
  signal: AbortSignal,
  options: HttpSourceOptions = defaultHttpSource,
): Promise<ByteSource> {
  const name = nameOfAddress(url);
  const most = options.wholeFileBytes;
  const probe = await ask(
    options,
    { url, name, headers: { Range: `bytes=0-${probeBytes - 1}` } },
    {
      statuses: [200, 206, 416],
      most: (response) => {
        if (response.status !== 200) return probeBytes;
        const stated = Number(response.headers.get("content-length") ?? 0);
        if (stated <= most) return most;
        void response.body?.cancel();
        throw onlyWhole(name, most);
      },
      judge: (answer) => judgeProbe(answer, name, options),
    },
    signal,
  ).catch((error: unknown) => {
    // A whole file that turns out too long while it comes, from a server that states no length.
    throw error instanceof Fault && error.kind === "limit" && error.detail.size === undefined
      ? onlyWhole(name, most)
      : error;
  });
  if (probe.kind === "whole") return memorySource(probe.bytes, name);
  const { version, bytes: first } = probe;
  const file: File = { url, name, version, options };
  return {
    name,
    size: version.size,
    remote: true,
    async read(offset, length, readSignal) {
      readSignal.throwIfAborted();
      checkRange(version.size, offset, length, "data");
      if (length === 0) return new Uint8Array(0);
      if (offset + length <= first.length) return first.subarray(offset, offset + length);
      return readRange(file, offset, length, readSignal);
    },
    close() {},
  };
}

type Probe = Readonly<{ kind: "whole"; bytes: Uint8Array } | { kind: "ranges"; version: Version; bytes: Uint8Array }>;

function judgeProbe({ status, headers, bytes }: Answer, name: string, options: HttpSourceOptions): Probe {
  if (status === 416) {
    throw httpFault("empty", `"${name}" is empty on its server. Check the address.`, { again: false });
  }
  if (status === 200) {
    if (bytes.length === 0) throw httpFault("empty", `"${name}" is empty on its server.`, { again: false });
    return { kind: "whole", bytes };
  }
  const range = contentRange(headers, name);
  if (range.total > options.mostBytes) {
    const message = `The server says "${name}" has ${range.total} bytes; so much is not believed.`;
    throw new Fault("limit", message, { size: range.total });
  }
  const wanted = Math.min(probeBytes, range.total);
  if (range.first !== 0 || range.last !== wanted - 1) throw wrongRange(name, range.first, range.last);
  if (bytes.length !== wanted) {
    throw httpFault("truncated", truncatedWords(name, bytes.length, wanted), { again: true });
  }
  return {
    kind: "ranges",
    bytes,
    version: { size: range.total, tag: headers.get("etag"), modified: headers.get("last-modified") },
  };
}

async function readRange(file: File, offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
  const { url, name, version, options } = file;
  const asked = { url, name, headers: { Range: `bytes=${offset}-${offset + length - 1}` } };
  const judge = ({ status, headers, bytes }: Answer): Uint8Array => {
    if (status !== 206) throw stopped(name, status);
    const range = contentRange(headers, name);
    const changed =
      range.total !== version.size ||
      (version.tag !== null && headers.get("etag") !== version.tag) ||
      (version.modified !== null && headers.get("last-modified") !== version.modified);
    if (changed) {
      const message = `"${name}" changed on its server while it was being read. Open it again.`;
      throw httpFault("changed", message, { again: false });
    }
    if (range.first !== offset || range.last !== offset + length - 1) throw wrongRange(name, range.first, range.last);
    if (bytes.length !== length) {
      throw httpFault("truncated", truncatedWords(name, bytes.length, length), { again: true });
    }
    return bytes;
  };
  const most = (response: Response): number => {
    if (response.status === 206) return length;
    void response.body?.cancel();
    throw stopped(name, response.status);
  };
  return ask(options, asked, { statuses: [200, 206, 416], most, judge }, signal);
}

function contentRange(headers: Headers, name: string): Readonly<{ first: number; last: number; total: number }> {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get("content-range") ?? "");
  if (!match) {
    throw httpFault(
      "no-size",
      `The server of "${name}" does not say how large the file is. It must send Content-Range ` +
        "and, for pages of another origin, name it in Access-Control-Expose-Headers; or download the slide and open it as a file.",
      { again: false },
    );
  }
  return { first: Number(match[1]), last: Number(match[2]), total: Number(match[3]) };
}

const wrongRange = (name: string, first: number, last: number): Fault =>
  httpFault(
    "wrong-range",
    `The server of "${name}" sent bytes ${first}-${last} instead of those asked for. Try again, or open it as a file.`,
    { again: true },
  );

const stopped = (name: string, status: number): Fault =>
  httpFault(
    "no-ranges",
    `The server of "${name}" stopped sending parts of the file (status ${status}). Open it again.`,
    { again: true },
  );

const onlyWhole = (name: string, most: number): Fault =>
  httpFault(
    "no-ranges",
    `The server of "${name}" sends only whole files (no range requests), which works up to ${most >> 20} MiB. ` +
      "Use a server with range requests, or download the slide and open it as a file.",
    { again: false },
  );
