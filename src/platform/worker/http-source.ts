// A file behind HTTP range requests, as a byte source. Believes no server: every answer is checked. Knows no slide.
import { Fault, isFault } from "../../base/fault.ts";
import { type ByteSource, checkRange, memorySource } from "../../slide/byte-source.ts";

export type HttpSourceOptions = Readonly<{
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** A server that sends only whole files is still good for files up to this many bytes. */
  wholeFileBytes: number;
  /** Larger files are refused: their size is not believed. */
  mostBytes: number;
}>;

export const defaultHttpSource: HttpSourceOptions = {
  fetch: (url, init) => fetch(url, init),
  wholeFileBytes: 64 * 1024 * 1024,
  mostBytes: 2 ** 44,
};

/** What must stay the same while a file is being read. */
type Version = Readonly<{ size: number; tag: string | null; modified: string | null }>;

const probeBytes = 64 * 1024;

/** Asks for the first bytes to learn size and manners of the server. `url` is absolute. Faults: network, limit. */
export async function openHttpSource(
  url: string,
  signal: AbortSignal,
  options: HttpSourceOptions = defaultHttpSource,
): Promise<ByteSource> {
  const name = nameOf(url);
  const response = await request(url, name, `bytes=0-${probeBytes - 1}`, signal, options);
  if (response.status === 200) return wholeFile(response, name, signal, options);
  if (response.status === 416) throw new Fault("network", `"${name}" is empty on its server.`);
  const range = contentRange(response, name);
  await response.body?.cancel();
  const version: Version = { size: range.total, tag: response.headers.get("etag"), modified: lastModified(response) };
  if (version.size > options.mostBytes) {
    throw new Fault("limit", `The server says "${name}" has ${version.size} bytes; so much is not believed.`);
  }
  return {
    name,
    size: version.size,
    async read(offset, length, readSignal) {
      readSignal.throwIfAborted();
      checkRange(version.size, offset, length, "data");
      if (length === 0) return new Uint8Array(0);
      try {
        return await readRange(url, name, version, offset, length, readSignal, options);
      } catch (error) {
        // Once more: caches and proxies cut answers short now and then. A changed file stays changed.
        if (!isFault(error, "network") || error.detail.again !== true) throw error;
        return readRange(url, name, version, offset, length, readSignal, options);
      }
    },
    close() {},
  };
}

async function readRange(
  url: string,
  name: string,
  version: Version,
  offset: number,
  length: number,
  signal: AbortSignal,
  options: HttpSourceOptions,
): Promise<Uint8Array> {
  const response = await request(url, name, `bytes=${offset}-${offset + length - 1}`, signal, options);
  if (response.status !== 206) {
    await response.body?.cancel();
    throw network(`The server of "${name}" stopped sending parts of the file (status ${response.status}).`, true);
  }
  const range = contentRange(response, name);
  const changed =
    range.total !== version.size ||
    (version.tag !== null && response.headers.get("etag") !== version.tag) ||
    (version.modified !== null && lastModified(response) !== version.modified);
  if (changed) {
    await response.body?.cancel();
    throw network(`"${name}" changed on its server while it was being read. Open it again.`, false);
  }
  if (range.first !== offset || range.last !== offset + length - 1) {
    await response.body?.cancel();
    throw network(`The server of "${name}" sent bytes ${range.first}-${range.last} instead of those asked for.`, true);
  }
  const bytes = await body(response, length, name, signal);
  if (bytes.length !== length) {
    throw network(`The server of "${name}" sent ${bytes.length} of ${length} bytes.`, true);
  }
  return bytes;
}

async function request(
  url: string,
  name: string,
  range: string,
  signal: AbortSignal,
  options: HttpSourceOptions,
): Promise<Response> {
  let response: Response;
  try {
    // no-store: the browser's cache serialises parallel ranges of one URL and has returned cut-off ones.
    response = await options.fetch(url, {
      headers: { Range: range },
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      // The person agreed to this server; one that it points to has not been agreed to.
      redirect: "manual",
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw network(
      `"${name}" cannot be fetched: the server does not answer, or does not allow this page to read it ` +
        "(it must send Access-Control-Allow-Origin and expose Content-Range and ETag).",
      true,
      error,
    );
  }
  if (response.status === 200 || response.status === 206 || response.status === 416) return response;
  await response.body?.cancel();
  // Browsers hide where a redirect leads ("opaqueredirect", status 0), Node shows its status.
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) {
    throw network(
      `The server of "${name}" points to another address, which is not followed without asking you. ` +
        "Open that address itself (your browser shows it when it downloads the slide), or download the slide and open it as a file.",
      false,
    );
  }
  const hint = response.status === 404 ? "There is no such file." : response.status === 403 ? "Access is refused." : "";
  throw network(`The server answered ${response.status} for "${name}". ${hint}`.trim(), response.status >= 500);
}

/** A server without ranges sends everything: fine while it is small. */
async function wholeFile(
  response: Response,
  name: string,
  signal: AbortSignal,
  options: HttpSourceOptions,
): Promise<ByteSource> {
  const most = options.wholeFileBytes;
  const stated = Number(response.headers.get("content-length") ?? 0);
  if (stated <= most) {
    const bytes = await body(response, most + 1, name, signal);
    if (bytes.length <= most) return memorySource(bytes, name);
  } else {
    await response.body?.cancel();
  }
  throw network(
    `The server of "${name}" sends only whole files (no range requests), which works up to ${most >> 20} MiB. ` +
      "Use a server with range requests, or download the slide and open it as a file.",
    false,
  );
}

/** The body, but never more than `most` bytes of it. */
async function body(response: Response, most: number, name: string, signal: AbortSignal): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      total += value.length;
      if (total > most) {
        await reader.cancel();
        break;
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    throw network(`The connection broke while "${name}" was being read.`, true, error);
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function contentRange(response: Response, name: string): Readonly<{ first: number; last: number; total: number }> {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  if (!match) {
    throw network(
      `The server of "${name}" does not say how large the file is. It must send Content-Range ` +
        "and, for pages of another origin, name it in Access-Control-Expose-Headers.",
      false,
    );
  }
  return { first: Number(match[1]), last: Number(match[2]), total: Number(match[3]) };
}

const lastModified = (response: Response): string | null => response.headers.get("last-modified");

/** The last part of the path only: a query may hold a signature and never enters a message. */
function nameOf(url: string): string {
  const path = url
    .replace(/[?#].*$/, "")
    .split("/")
    .filter((part) => part !== "");
  const last = path.at(-1) ?? "slide";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

function network(message: string, again: boolean, cause?: unknown): Fault {
  return new Fault("network", message, { again }, cause);
}
