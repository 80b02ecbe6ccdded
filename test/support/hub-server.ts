// Two real servers that answer as the hub does: one lists a repository and sends downloads on with 302, the other gives the bytes in
// ranges. Faults are switched on while they run. Knows no client.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What is wrong now; all of it may be changed between requests. */
export type HubFaults = {
  /** The repository is gated: these answers without the token. */
  gated: { status: 401 | 403; token: string } | null;
  /** Status of the next listings, then of the next downloads. */
  listing: { status: number; retryAfter?: string; times: number } | null;
  bytes: { status: number; retryAfter?: string; times: number } | null;
  /** The connection breaks after so many bytes of the next answers, one after the other. */
  cuts: number[];
  /** Another byte than the one that belongs there. */
  wrongByte: boolean;
  ranges: boolean;
  /** The server with the bytes allows no page to read them. */
  cdnCors: boolean;
  /** Bytes a second, of each answer. */
  speed: number | null;
  /** The hub lists nothing, as a plain mirror does. */
  lists: boolean;
};

export type HubServer = Readonly<{
  base: string;
  cdn: string;
  faults: HubFaults;
  /** "hub GET /path" or "cdn GET /path bytes=5-", in order. */
  requests: string[];
  /** Headers of the last request to either. */
  lastAuthorization: Record<"hub" | "cdn", string | undefined>;
  /** Puts files into the repository: a new commit. */
  commit(files: Readonly<Record<string, Uint8Array>>): string;
  sha256(path: string): string;
  close(): Promise<void>;
}>;

const digest = (kind: "sha1" | "sha256", ...parts: readonly (Uint8Array | string)[]): string => {
  const hash = createHash(kind);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

const exposed =
  "X-Repo-Commit,X-Error-Code,X-Error-Message,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag";

/** Small text files lie in git itself; all others are large ones (LFS). */
const isLarge = (path: string): boolean => !path.endsWith(".json");

export async function startHubServer(repo: string, files: Readonly<Record<string, Uint8Array>>): Promise<HubServer> {
  const faults: HubFaults = {
    gated: null,
    listing: null,
    bytes: null,
    cuts: [],
    wrongByte: false,
    ranges: true,
    cdnCors: true,
    speed: null,
    lists: true,
  };
  const requests: string[] = [];
  const lastAuthorization: HubServer["lastAuthorization"] = { hub: undefined, cdn: undefined };
  const commits = new Map<string, Readonly<Record<string, Uint8Array>>>();
  let head = "";
  const commit = (next: Readonly<Record<string, Uint8Array>>): string => {
    head = digest("sha1", ...Object.entries(next).flat(), String(commits.size));
    commits.set(head, next);
    return head;
  };
  commit(files);

  const failing = (out: ServerResponse, which: "listing" | "bytes"): boolean => {
    const fault = faults[which];
    if (!fault || fault.times <= 0) return false;
    fault.times -= 1;
    out.writeHead(fault.status, fault.retryAfter === undefined ? {} : { "Retry-After": fault.retryAfter }).end();
    return true;
  };
  const refused = (request: IncomingMessage, out: ServerResponse): boolean => {
    const { gated } = faults;
    if (!gated || request.headers.authorization === `Bearer ${gated.token}`) return false;
    out.writeHead(gated.status, { "X-Error-Code": "GatedRepo" }).end();
    return true;
  };
  const atRevision = (revision: string) => (revision === "main" ? head : revision);

  const hub = await listen((request, out) => {
    const path = decodeURIComponent((request.url ?? "").replace(/\?.*$/, ""));
    out.setHeader("Access-Control-Allow-Origin", request.headers.origin ?? "*");
    out.setHeader("Access-Control-Expose-Headers", exposed);
    if (request.method === "OPTIONS") {
      out
        .writeHead(200, {
          "Access-Control-Allow-Headers": "authorization,range",
          "Access-Control-Allow-Methods": "GET,HEAD",
        })
        .end();
      return;
    }
    requests.push(`hub ${request.method} ${path}`);
    lastAuthorization.hub = request.headers.authorization;
    const [, listed] = new RegExp(`^/api/models/${repo}/revision/([^/]+)$`).exec(path) ?? [];
    if (listed !== undefined && faults.lists) {
      const there = commits.get(atRevision(listed));
      if (failing(out, "listing")) return;
      if (!there) return void out.writeHead(404, { "X-Error-Code": "RevisionNotFound" }).end();
      const siblings = Object.entries(there).map(([rfilename, bytes]) => ({
        rfilename,
        size: bytes.length,
        blobId: digest("sha1", `blob ${bytes.length}\0`, bytes),
        ...(isLarge(rfilename) && { lfs: { sha256: digest("sha256", bytes), size: bytes.length, pointerSize: 134 } }),
      }));
      out.writeHead(200, { "Content-Type": "application/json" });
      return void out.end(
        JSON.stringify({ id: repo, sha: atRevision(listed), gated: faults.gated ? "manual" : false, siblings }),
      );
    }
    const [, revision = "", name = ""] = new RegExp(`^/${repo}/resolve/([^/]+)/(.+)$`).exec(path) ?? [];
    const bytes = commits.get(atRevision(revision))?.[name];
    if (!bytes) return void out.writeHead(404, { "X-Error-Code": "EntryNotFound" }).end();
    if (refused(request, out)) return;
    const about = { "X-Repo-Commit": atRevision(revision) };
    if (!isLarge(name)) {
      out.writeHead(200, {
        ...about,
        ETag: `"${digest("sha1", `blob ${bytes.length}\0`, bytes)}"`,
        "Content-Length": bytes.length,
      });
      return void out.end(request.method === "HEAD" ? undefined : bytes);
    }
    const sha256 = digest("sha256", bytes);
    const location = `${cdn.url}/${atRevision(revision)}/${name}?signature=once`;
    out
      .writeHead(302, {
        ...about,
        "X-Linked-ETag": `"${sha256}"`,
        "X-Linked-Size": String(bytes.length),
        Location: location,
      })
      .end();
  });

  const cdn = await listen((request, out) => {
    const path = decodeURIComponent((request.url ?? "").replace(/\?.*$/, ""));
    if (faults.cdnCors) {
      out.setHeader("Access-Control-Allow-Origin", "*");
      out.setHeader("Access-Control-Expose-Headers", "ETag,Content-Range,Content-Length,Accept-Ranges");
    }
    requests.push(`cdn ${request.method} ${path.split("/").slice(2).join("/")} ${request.headers.range ?? "whole"}`);
    lastAuthorization.cdn = request.headers.authorization;
    const [, revision = "", name = ""] = /^\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const there = commits.get(revision)?.[name];
    if (!there) return void out.writeHead(404).end();
    if (failing(out, "bytes")) return;
    const bytes = Uint8Array.from(there);
    if (faults.wrongByte) bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    send(request, out, bytes, `"${digest("sha256", there)}"`, faults);
  });

  return {
    base: hub.url,
    cdn: cdn.url,
    faults,
    requests,
    lastAuthorization,
    commit,
    sha256: (path) => digest("sha256", commits.get(head)?.[path] ?? new Uint8Array()),
    close: async () => {
      await Promise.all([hub.close(), cdn.close()]);
    },
  };
}

function send(request: IncomingMessage, out: ServerResponse, bytes: Uint8Array, etag: string, faults: HubFaults): void {
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? "") ?? [];
  const start = faults.ranges && from !== undefined ? Number(from) : 0;
  const body = bytes.subarray(start);
  const headers = { ETag: etag, "Content-Length": body.length, "Content-Type": "application/octet-stream" };
  if (faults.ranges && from !== undefined) {
    out.writeHead(206, { ...headers, "Content-Range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` });
  } else out.writeHead(200, headers);
  if (request.method === "HEAD") return void out.end();
  const cut = faults.cuts.shift();
  out.flushHeaders();
  const last = Math.min(cut ?? body.length, body.length);
  void (async () => {
    for (let at = 0; at < last && !out.destroyed; ) {
      const step = Math.min(last - at, faults.speed === null ? 65_536 : Math.max(1, Math.round(faults.speed / 20)));
      out.write(body.subarray(at, at + step));
      at += step;
      if (faults.speed !== null) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (cut !== undefined) setTimeout(() => out.destroy(), 50);
    else out.end();
  })();
}

async function listen(answer: (request: IncomingMessage, out: ServerResponse) => void) {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
