// A small static file server with range requests: for `npm start` and for tests. Knows nothing of the app.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".tif": "image/tiff",
};

export const isolationHeaders = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** Maps a request path to a file under `folder`, or null: nothing outside the folder is ever served. */
function fileFor(folder, path) {
  let decoded;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (decoded.includes("\0")) return null;
  const full = normalize(join(folder, decoded));
  if (full !== folder && !full.startsWith(folder + sep)) return null;
  for (const candidate of [full, join(full, "index.html")]) {
    try {
      const stat = statSync(candidate);
      if (stat.isFile()) return { path: candidate, size: stat.size, mtime: stat.mtimeMs };
    } catch {
      // Not there: the next candidate, then 404.
    }
  }
  return null;
}

/**
 * @param {{folder: string, prefix?: string, headers?: Record<string, string>}} options
 *   `prefix`: serve the folder under this path ("/apps/pathotune"); everything else is 404.
 */
export function createStaticServer({ folder, prefix = "", headers = {} }) {
  const root = normalize(folder).replace(/[\\/]$/, "");
  return createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0];
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method !== "GET" && request.method !== "HEAD") return response.writeHead(405).end();
    const file = path.startsWith(`${prefix}/`) ? fileFor(root, path.slice(prefix.length)) : null;
    if (!file) return response.writeHead(404, { "Content-Type": "text/plain" }).end("not found");
    const etag = `"${file.size.toString(16)}-${Math.round(file.mtime).toString(16)}"`;
    response.setHeader("Content-Type", types[extname(file.path)] ?? "application/octet-stream");
    response.setHeader("Accept-Ranges", "bytes");
    response.setHeader("ETag", etag);
    response.setHeader("Cache-Control", "no-cache");
    const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "");
    if (!range && request.headers["if-none-match"] === etag) return response.writeHead(304).end();
    let start = 0;
    let end = file.size - 1;
    if (range && (range[1] || range[2])) {
      if (range[1]) {
        start = Number(range[1]);
        if (range[2]) end = Math.min(end, Number(range[2]));
      } else start = Math.max(0, file.size - Number(range[2]));
      if (start > end || start >= file.size) {
        return response.writeHead(416, { "Content-Range": `bytes */${file.size}` }).end();
      }
      response.writeHead(206, {
        "Content-Range": `bytes ${start}-${end}/${file.size}`,
        "Content-Length": end - start + 1,
      });
    } else response.writeHead(200, { "Content-Length": file.size });
    if (request.method === "HEAD" || file.size === 0) return response.end();
    const stream = createReadStream(file.path, { start, end });
    stream.on("error", () => response.destroy());
    response.on("close", () => stream.destroy());
    stream.pipe(response);
  });
}
