// A real IIIF server for tests: IIPImage as Debian packages it, behind a small gateway from HTTP to FastCGI. Knows no slide.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { freePort } from "./orthanc.ts";

const program = "/usr/lib/iipimage-server/iipsrv.fcgi";
export const hasIip = existsSync(program);

export type IipServer = Readonly<{
  /** Root of the IIIF images, without an ending "/". */
  root: string;
  close(): Promise<void>;
}>;

/** Serves the tiled TIFF files of `folder`. */
export async function startIipServer(folder: string, version: 2 | 3): Promise<IipServer> {
  const port = await freePort();
  const child = spawn(program, ["--bind", `127.0.0.1:${port}`], {
    stdio: "ignore",
    env: {
      FILESYSTEM_PREFIX: `${folder}/`,
      VERBOSITY: "0",
      LOGFILE: "/dev/null",
      IIIF_VERSION: String(version),
      CORS: "*",
    },
  });
  const gateway = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? "").replace(/^\/iiif\//, ""));
    askFastCgi(port, `IIIF=${path}`, request.headers.host ?? "")
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
  for (let i = 0; i < 100; i++) {
    if (
      await askFastCgi(port, "", "x")
        .then(() => true)
        .catch(() => false)
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    root: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/iiif`,
    async close() {
      gateway.closeAllConnections();
      await new Promise((resolve) => gateway.close(resolve));
      child.kill();
    },
  };
}

type CgiAnswer = Readonly<{ status: number; headers: Record<string, string>; body: Buffer }>;

/** One request of the FastCGI protocol, version 1 (fastcgi-archives.github.io): begin, parameters, empty input; then the output. */
function askFastCgi(port: number, query: string, host: string): Promise<CgiAnswer> {
  const record = (type: number, body: Buffer): Buffer =>
    Buffer.concat([Buffer.from([1, type, 0, 1, body.length >> 8, body.length & 255, 0, 0]), body]);
  const pair = (name: string, value: string): Buffer => {
    const length = (n: number): Buffer => {
      if (n < 128) return Buffer.from([n]);
      const long = Buffer.alloc(4);
      long.writeUInt32BE((n | 0x80000000) >>> 0);
      return long;
    };
    const bytes = [Buffer.from(name), Buffer.from(value)] as const;
    return Buffer.concat([length(bytes[0].length), length(bytes[1].length), ...bytes]);
  };
  const parameters = Buffer.concat([
    pair("REQUEST_METHOD", "GET"),
    pair("QUERY_STRING", query),
    pair("REQUEST_URI", `/iiif/${query.replace(/^IIIF=/, "")}`),
    pair("HTTP_HOST", host),
    pair("SERVER_PROTOCOL", "HTTP/1.1"),
  ]);
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const parts: Buffer[] = [];
    socket.on("data", (part) => parts.push(part));
    socket.on("error", reject);
    socket.on("close", () => {
      try {
        resolve(parseAnswer(outputOf(Buffer.concat(parts))));
      } catch (error) {
        reject(error);
      }
    });
    const begin = Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]);
    socket.write(
      Buffer.concat([record(1, begin), record(4, parameters), record(4, Buffer.alloc(0)), record(5, Buffer.alloc(0))]),
    );
  });
}

function outputOf(all: Buffer): Buffer {
  const out: Buffer[] = [];
  for (let at = 0; at + 8 <= all.length; ) {
    const length = all.readUInt16BE(at + 4);
    if (all[at + 1] === 6) out.push(all.subarray(at + 8, at + 8 + length));
    at += 8 + length + (all[at + 6] ?? 0);
  }
  return Buffer.concat(out);
}

function parseAnswer(output: Buffer): CgiAnswer {
  const end = output.indexOf("\r\n\r\n");
  if (end < 0) throw new Error("no answer");
  const headers: Record<string, string> = {};
  for (const line of output.subarray(0, end).toString().split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const status = Number.parseInt(headers.status ?? "200", 10);
  delete headers.status;
  delete headers["content-length"];
  return { status, headers, body: output.subarray(end + 4) };
}
