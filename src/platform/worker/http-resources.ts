// The pieces of a slide beside an address, over HTTP. Stays below the root the person agreed to. Knows no format.
import { Fault } from "../../base/fault.ts";
import type { TreeAddress } from "../../slide/address-kind.ts";
import type { Resources } from "../../slide/resources.ts";
import {
  type Answer,
  type Asked,
  ask,
  defaultHttp,
  type Http,
  httpFault,
  nameOfAddress,
  truncatedWords,
} from "./http-request.ts";
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
    range: (path, offset, length, signal) => {
      const header = offset < 0 ? `bytes=${offset}` : `bytes=${offset}-${offset + length - 1}`;
      const request = asked(path, { Range: header });
      const judge = (answer: Answer): Uint8Array | null => judgeRange(answer, request.name, offset, length);
      return ask(http, request, { statuses: [200, 206, 404], most: wholeInsteadOfPart, judge }, signal);
    },
    open: (path, signal) => openHttpSource(asked(path, {}).url, signal, { ...defaultHttpSource, ...http }),
    close() {},
  };
}

const notFoundPage = 1024 * 1024;

/** A small piece may come whole where a part was asked. */
const wholeInsteadOfPart = 64 * 1024 * 1024;

function judgeRange(
  { status, headers, bytes }: Answer,
  name: string,
  offset: number,
  length: number,
): Uint8Array | null {
  if (status === 404) return null;
  if (status === 200) {
    const from = offset < 0 ? bytes.length + offset : offset;
    if (from < 0 || from + length > bytes.length) {
      throw new Fault("damaged", `"${name}" is cut off: it ends at ${bytes.length}. Copy it to the server again.`);
    }
    return bytes.subarray(from, from + length);
  }
  const range = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "");
  if (offset >= 0 && range && Number(range[1]) !== offset) {
    throw httpFault("wrong-range", `The server of "${name}" sent other bytes than those asked for.`, { again: true });
  }
  if (bytes.length !== length) {
    throw httpFault("truncated", truncatedWords(name, bytes.length, length), { again: true });
  }
  return bytes;
}

/** As in a path, but with the characters that IIIF and DICOMweb write plainly. */
const encodePart = (part: string): string => encodeURIComponent(part).replace(/%2C/g, ",").replace(/%3D/g, "=");
