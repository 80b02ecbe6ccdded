// Folders of a slide's pieces over HTTP, with faults on demand, and a small DICOMweb server over DICOM files. Knows no reader.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";

export type PartServer = Readonly<{ url: string; requests: string[]; close(): Promise<void> }>;

/** Answers itself and returns true, or leaves the request to the folder. */
export type Meddle = (path: string, response: ServerResponse, count: number) => boolean;

export function servePartsOf(folder: string, meddle: Meddle = () => false): Promise<PartServer> {
  return serve((request, response, path, count) => {
    if (meddle(path, response, count)) return;
    const file = join(folder, normalize(decodeURIComponent(path)));
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end("nothing here");
      return;
    }
    const bytes = readFileSync(file);
    const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "");
    if (!range) {
      response.writeHead(200, { "content-length": bytes.length }).end(bytes);
      return;
    }
    const from = range[1] === "" ? bytes.length - Number(range[2]) : Number(range[1]);
    const to = range[1] === "" || range[2] === "" ? bytes.length - 1 : Math.min(Number(range[2]), bytes.length - 1);
    const body = bytes.subarray(from, to + 1);
    const headers = { "content-range": `bytes ${from}-${to}/${bytes.length}`, "content-length": body.length };
    response.writeHead(206, headers).end(body);
  });
}

export type WebSlide = Readonly<{
  /** DICOM JSON of the series' instances. */
  metadata: unknown;
  /** Frames (from 0) of an instance. */
  frames: ReadonlyMap<string, readonly Uint8Array[]>;
  /** Media type of a part. */
  type: string;
}>;

/**
 * What servers do differently: media types they refuse (406), parts without a length, parts that hold a line like a boundary, one frame less
 * than asked.
 */
export type WebManner = Readonly<{ refuses?: RegExp; lengths?: boolean; loses?: boolean; cutsOff?: boolean }>;

export function serveDicomWeb({ metadata, frames, type }: WebSlide, manner: WebManner = {}): Promise<PartServer> {
  const boundary = "drawn-boundary";
  return serve((request, response, path) => {
    const accept = request.headers.accept ?? "";
    if (manner.refuses?.test(accept)) {
      response.writeHead(406).end();
      return;
    }
    if (path.endsWith("/metadata")) {
      response.writeHead(200, { "content-type": "application/dicom+json" }).end(JSON.stringify(metadata));
      return;
    }
    const match = /\/instances\/([\d.]+)\/frames\/([\d,]+)$/.exec(path);
    const own = frames.get(match?.[1] ?? "");
    if (!match || !own) {
      response.writeHead(404).end();
      return;
    }
    const wanted = (match[2] ?? "")
      .split(",")
      .map(Number)
      .slice(0, manner.loses ? -1 : undefined);
    const parts = wanted.flatMap((number) => {
      const frame = own[number - 1] ?? new Uint8Array(0);
      const length = manner.lengths === false ? "" : `Content-Length: ${frame.length}\r\n`;
      return [
        Buffer.from(`--${boundary}\r\nContent-Type: ${type}\r\n${length}\r\n`),
        Buffer.from(frame),
        Buffer.from("\r\n"),
      ];
    });
    const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
    response.writeHead(200, { "content-type": `multipart/related; type="${type}"; boundary=${boundary}` });
    response.end(manner.cutsOff ? body.subarray(0, body.length - 40) : body);
  });
}

type Answer = (request: IncomingMessage, response: ServerResponse, path: string, count: number) => void;

async function serve(answer: Answer): Promise<PartServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*$/, "");
    requests.push(path);
    answer(request, response, path, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
