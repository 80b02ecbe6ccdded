// The app without its server: keeps the app's own files, gives them the headers a bare host lacks, and tells every page what left it.
// Knows no slide and no model; what goes to other hosts is passed on as it is, and counted.
import type { Sent } from "../domain/traffic.ts";
import { partOf } from "./offline/byte-range.ts";
import { isolation, withHeaders } from "./offline/headers.ts";

declare const self: ServiceWorkerGlobalScope;
/** Written in by the build: what this version is called, and the files that make the page start. */
declare const appVersion: string;
declare const appShell: readonly string[];

const prefix = "pathotune-";
const cacheName = `${prefix}${appVersion}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(appShell.map(fresh))));
});

self.addEventListener("activate", (event) => {
  const outdated = async (): Promise<void> => {
    const names = await caches.keys();
    await Promise.all(
      names.filter((name) => name.startsWith(prefix) && name !== cacheName).map((n) => caches.delete(n)),
    );
    await self.clients.claim();
  };
  event.waitUntil(outdated());
});

/** A page that was opened before this worker was there names what it had loaded. */
self.addEventListener("message", (event) => {
  const { kind, urls } = (event.data ?? {}) as { kind?: unknown; urls?: unknown };
  if (kind !== "keep" || !Array.isArray(urls)) return;
  const own = urls.filter((url): url is string => typeof url === "string" && isOwn(new URL(url, self.location.href)));
  event.waitUntil(Promise.all(own.map(keep)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.protocol !== "http:" && url.protocol !== "https:") return;
  const reads = request.method === "GET" || request.method === "HEAD";
  if (isOwn(url) && request.method === "GET") event.respondWith(ownFile(event, url));
  else {
    event.waitUntil(
      reads
        ? tell({ host: hostOf(url), bytes: 0 })
        : bodyOf(request).then((bytes) => tell({ host: hostOf(url), bytes })),
    );
    event.respondWith(fetch(request));
  }
});

const isOwn = (url: URL): boolean => url.href.startsWith(self.registration.scope);
const hostOf = (url: URL): string | null => (url.origin === self.location.origin ? null : url.host);
/** Past the browser's own cache: a version is kept whole or not at all. */
const fresh = (path: string): Request => new Request(new URL(path, self.registration.scope), { cache: "no-cache" });

/** The page's address carries the view and the slide; the file behind it is one. */
function nameOf(url: URL): string {
  const bare = new URL(url.pathname, url.origin).href;
  return bare === self.registration.scope ? new URL("index.html", bare).href : bare;
}

async function ownFile(event: FetchEvent, url: URL): Promise<Response> {
  const name = nameOf(url);
  const range = event.request.headers.get("range");
  const kept = await (await caches.open(cacheName)).match(name);
  if (kept) return withHeaders(range === null ? kept : await partOf(kept, range), isolation);
  await tell({ host: null, bytes: 0 });
  if (range !== null) {
    event.waitUntil(keep(name));
    return withHeaders(await fetch(event.request), isolation);
  }
  const response = await fetch(event.request);
  if (response.ok && response.status === 200) event.waitUntil(put(name, response.clone()));
  return withHeaders(response, isolation);
}

const keeping = new Map<string, Promise<void>>();
function keep(name: string): Promise<void> {
  const running = keeping.get(name) ?? keepNow(name).finally(() => keeping.delete(name));
  keeping.set(name, running);
  return running;
}

async function keepNow(name: string): Promise<void> {
  const cache = await caches.open(cacheName);
  const bare = nameOf(new URL(name, self.location.href));
  if (await cache.match(bare)) return;
  const response = await fetch(bare);
  if (response.ok && response.status === 200) await put(bare, response);
}

/** A full disk keeps nothing more; the app goes on with its server. */
async function put(name: string, response: Response): Promise<void> {
  await (await caches.open(cacheName)).put(name, response).catch(() => {});
}

async function bodyOf(request: Request): Promise<number> {
  return (await request.clone().blob()).size;
}

async function tell(sent: Sent): Promise<void> {
  for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage({ kind: "sent", ...sent });
}
