// A real HTTP server with bad manners on demand. Knows no slide.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Manner =
  | "good"
  | "no-ranges"
  | "short-body"
  | "short-once"
  | "wrong-range"
  | "no-content-range"
  | "changes"
  | "grows"
  | "error-once"
  | "dies"
  | "not-found"
  | "redirects"
  | "slow"
  | "slow-once"
  | "busy"
  | "busy-once"
  | "cut-off"
  | "cut-off-once"
  | "expired"
  | "expires"
  | "refused"
  | "whole-later"
  | "lies-about-length"
  | "endless"
  | "empty"
  | "no-cors"
  | "hides-range";

export type FlakyServer = Readonly<{ url: string; requests: string[]; close(): Promise<void> }>;

export async function startFlakyServer(file: Uint8Array, manner: Manner): Promise<FlakyServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers.range ?? "none");
    answer(request, response, file, manner, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/some/slide.svs${manner === "refused" ? "" : "?signature=secret"}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(request: IncomingMessage, out: ServerResponse, file: Uint8Array, manner: Manner, count: number): void {
  const first = count === 1; // the probe is answered well, so that reading is what fails
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  if (manner === "redirects" && !request.url?.startsWith("/elsewhere")) {
    out.writeHead(302, { location: "/elsewhere/slide.svs" }).end();
    return;
  }
  // What a page of another origin may read: http://fetch.spec.whatwg.org, CORS protocol.
  if (manner !== "no-cors") out.setHeader("access-control-allow-origin", "*");
  if (manner !== "hides-range") out.setHeader("access-control-expose-headers", "Content-Range, ETag");
  if (manner === "dies" && !first) {
    request.socket.destroy();
    return;
  }
  if (request.method === "HEAD") {
    out.writeHead(200, { "content-length": file.length }).end();
    return;
  }
  if (manner === "expired" || manner === "refused" || (manner === "expires" && !first)) {
    out.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>");
    return;
  }
  if (manner === "busy" || (manner === "busy-once" && count === 2)) {
    out.writeHead(503, { "retry-after": "0" }).end();
    return;
  }
  if (manner === "empty") {
    out.writeHead(200, { "content-length": 0 }).end();
    return;
  }
  if (manner === "endless") {
    // States no length and never ends.
    const more = (): void => void (out.destroyed || (out.write(file) ? setImmediate(more) : out.once("drain", more)));
    out.writeHead(200);
    more();
    return;
  }
  if (manner === "not-found") {
    out.writeHead(404).end("nothing here");
    return;
  }
  if (!match || manner === "no-ranges" || (manner === "whole-later" && !first)) {
    out.writeHead(200, { "content-length": file.length }).end(file);
    return;
  }
  if (manner === "error-once" && count === 2) {
    out.writeHead(503).end();
    return;
  }
  if (!first && (manner === "slow" || (manner === "slow-once" && count === 2))) return; // never answers
  const from = Number(match[1]) + (manner === "wrong-range" && !first ? 1 : 0);
  const to = Math.min(Number(match[2]), file.length - 1);
  const total = file.length + (manner === "grows" && !first ? 1 : 0);
  const tag = manner === "changes" && !first ? '"two"' : '"one"';
  const cut = !first && (manner === "short-body" || (manner === "short-once" && count === 2));
  const body = file.subarray(from, cut ? to : to + 1);
  if (!first && (manner === "cut-off" || (manner === "cut-off-once" && count === 2))) {
    out.writeHead(206, { etag: tag, "content-range": `bytes ${from}-${to}/${total}`, "content-length": body.length });
    out.write(body.subarray(0, body.length >> 1), () => out.destroy());
    return;
  }
  if (!first && manner === "lies-about-length") {
    // More than it says in Content-Range, as some proxies send.
    out.writeHead(206, { etag: tag, "content-range": `bytes ${from}-${to}/${total}` });
    out.end(Buffer.concat([body, body]));
    return;
  }
  out.writeHead(206, {
    etag: tag,
    ...(manner !== "no-content-range" && { "content-range": `bytes ${from}-${to}/${total}` }),
    "content-length": body.length,
  });
  out.end(body);
}
