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
  | "slow";

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
    url: `http://127.0.0.1:${port}/some/slide.svs?signature=secret`,
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
  if (manner === "not-found") {
    out.writeHead(404).end("nothing here");
    return;
  }
  if (!match || manner === "no-ranges") {
    out.writeHead(200, { "content-length": file.length }).end(file);
    return;
  }
  if (manner === "error-once" && count === 2) {
    out.writeHead(503).end();
    return;
  }
  if (manner === "dies" && !first) {
    request.socket.destroy();
    return;
  }
  if (manner === "slow" && !first) return; // never answers
  const from = Number(match[1]) + (manner === "wrong-range" && !first ? 1 : 0);
  const to = Math.min(Number(match[2]), file.length - 1);
  const total = file.length + (manner === "grows" && !first ? 1 : 0);
  const tag = manner === "changes" && !first ? '"two"' : '"one"';
  const cut = !first && (manner === "short-body" || (manner === "short-once" && count === 2));
  const body = file.subarray(from, cut ? to : to + 1);
  out.writeHead(206, {
    etag: tag,
    ...(manner !== "no-content-range" && { "content-range": `bytes ${from}-${to}/${total}` }),
    "content-length": body.length,
  });
  out.end(body);
}
