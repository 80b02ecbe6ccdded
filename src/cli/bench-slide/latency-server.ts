// One file behind HTTP on this machine, each answer late: what a server 50 ms away is like, but for its bandwidth. Knows byte ranges.
import { open, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { assert } from "../../base/fault.ts";

export type LatencyServer = Readonly<{
  url: string;
  /** Requests since it was started. */
  requests(): number;
  close(): Promise<void>;
}>;

/** Each answer `milliseconds` late, and the first of a connection once more, as setting it up takes a round trip. */
export async function serveLate(path: string, milliseconds: number): Promise<LatencyServer> {
  const { size } = await stat(path);
  const file = await open(path, "r");
  let count = 0;
  const greeted = new WeakSet<object>();
  const server = createServer(async (request, response) => {
    count++;
    const trips = greeted.has(request.socket) ? 1 : 2;
    greeted.add(request.socket);
    await after(trips * milliseconds);
    const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    const from = Number(match?.[1] ?? Number.NaN);
    const to = Math.min(size - 1, Number(match?.[2] ?? Number.NaN));
    if (!(from <= to)) {
      response.writeHead(416, { "Content-Range": `bytes */${size}` }).end();
      return;
    }
    const bytes = new Uint8Array(to - from + 1);
    await file.read(bytes, 0, bytes.length, from);
    const headers = { "Content-Range": `bytes ${from}-${to}/${size}`, "Content-Length": bytes.length, ETag: '"one"' };
    response.writeHead(206, headers).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo | null;
  assert(address, "a server that listens has an address");
  return {
    url: `http://127.0.0.1:${address.port}/slide.tif`,
    requests: () => count,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await file.close();
    },
  };
}
