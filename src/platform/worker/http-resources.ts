// The pieces of a slide beside an address, over HTTP. Stays below the root the person agreed to. Knows no format.
import { Fault, isFault } from "../../base/fault.ts";
import { createSharedWork } from "../../base/shared-work.ts";
import type { TreeAddress } from "../../slide/address-kind.ts";
import type { ByteSource } from "../../slide/byte-source.ts";
import type { Resources } from "../../slide/resources.ts";
import { type Asked, ask, defaultHttp, type Http, nameOfAddress } from "./http-request.ts";
import { defaultHttpSource, openHttpSource } from "./http-source.ts";

/** `root` is absolute, http(s), and ends in "/". */
export function createHttpResources({ root, entry, query }: TreeAddress, http: Http = defaultHttp): Resources {
  const base = new URL(root);
  const name = nameOfAddress(entry === "info.json" || entry === "" ? root : entry);
  const asked = (path: string, headers: Readonly<Record<string, string>>): Asked => {
    const url = new URL(path.split("/").map(encodePart).join("/"), base);
    if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) {
      throw new Fault(
        "damaged",
        `"${name}" points outside its own folder ("${path.slice(0, 100)}"), which is not followed.`,
      );
    }
    url.search = query;
    return { url: url.href, name: nameOfAddress(path === "" ? root : path), headers };
  };
  const openAt = async (path: string, signal: AbortSignal): Promise<ByteSource | null> => {
    try {
      return await openHttpSource(asked(path, {}).url, signal, {
        ...defaultHttpSource,
        ...http,
        wholeFileBytes: wholePieceBytes,
      });
    } catch (error) {
      if (isFault(error, "network") && error.detail.reason === "missing") return null;
      throw error;
    }
  };
  // Pages may ask other origins for the end of a file only with leave asked first, which bare servers do not understand: the size is learnt
  // instead, once a piece.
  const sources = new Map<string, ByteSource | null>();
  const opening = createSharedWork(openAt);
  const sourceAt = async (path: string, signal: AbortSignal): Promise<ByteSource | null> => {
    const known = sources.get(path);
    if (known !== undefined) return known;
    const source = await opening.join(path, signal);
    for (const oldest of sources.keys()) if (sources.size >= mostSources) sources.delete(oldest);
    sources.set(path, source);
    return source;
  };
  return {
    name,
    remote: true,
    paths: null,
    get: (path, { most, accept }, signal) =>
      ask(
        http,
        asked(path, accept === undefined ? {} : { Accept: accept }),
        {
          statuses: [200, 404],
          most: (response) => (response.status === 404 ? notFoundPage : most),
          judge: ({ status, headers, bytes }) =>
            status === 404 ? null : { bytes, type: headers.get("content-type") ?? "" },
        },
        signal,
      ),
    async range(path, offset, length, signal) {
      const source = await sourceAt(path, signal);
      return source ? source.read(offset < 0 ? source.size + offset : offset, length, signal) : null;
    },
    open: openAt,
    close: () => sources.clear(),
  };
}

const notFoundPage = 1024 * 1024;
/** Large pieces of which parts are read; each holds what its first answer brought. */
const mostSources = 64;
/** What such a piece may have where a server sends no parts. */
const wholePieceBytes = 4 * 1024 * 1024;

/** As in a path, but with the characters that IIIF and DICOMweb write plainly. */
const encodePart = (part: string): string => encodeURIComponent(part).replace(/%2C/g, ",").replace(/%3D/g, "=");
