// The app without its server: keeps the app's own files, gives them the headers a bare host lacks, and tells every page what left it.
// Knows no slide and no model; what goes to other hosts is passed on as it is, and counted.
import { ledToHeader, type Sent } from "../domain/traffic.ts";
import { partOf } from "./offline/byte-range.ts";
import { contentPolicy, isApproved, isOrigin, isolation, withHeaders } from "./offline/headers.ts";

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

/** A page that was opened before this worker was there names what it had loaded; a person approves of servers. */
self.addEventListener("message", (event) => {
  const { kind, urls, origins } = (event.data ?? {}) as { kind?: unknown; urls?: unknown; origins?: unknown };
  if (kind === "approve" && Array.isArray(origins)) {
    const [port] = event.ports;
    event.waitUntil(approve(origins.filter(isOrigin)).then((added) => port?.postMessage({ added })));
  }
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
    event.respondWith(passedOn(request));
  }
});

/** Apart from the versions' caches: it outlives them. */
const approvals = "approved-origins";

async function approved(): Promise<readonly string[]> {
  const kept = await (await caches.open(approvals)).match(approvals);
  const origins: unknown = kept ? await kept.json().catch(() => []) : [];
  return Array.isArray(origins) ? origins.filter(isOrigin) : [];
}

/** Resolves to whether any of them is new: a page or worker that is there already keeps the policy it was given. */
async function approve(origins: readonly string[]): Promise<boolean> {
  const known = await approved();
  const added = origins.filter((origin) => !known.includes(origin));
  if (added.length > 0) await (await caches.open(approvals)).put(approvals, Response.json([...known, ...added]));
  return added.length > 0;
}

/** What may do something gets a policy; all of it is isolated. */
async function headersFor({ mode, destination }: Request): Promise<Readonly<Record<string, string>>> {
  const acts = mode === "navigate" || destination === "worker" || destination === "sharedworker";
  return acts ? { ...isolation, ...contentPolicy(await approved()) } : isolation;
}

/** The policy of a page knows nothing of where a server leads: what comes from one that nobody approved is not handed on. */
async function passedOn(request: Request): Promise<Response> {
  const response = await fetch(request);
  if (!response.redirected || response.type !== "cors") return response;
  const led = new URL(response.url);
  await tell({ host: hostOf(led), bytes: 0 });
  if (led.origin === self.location.origin || isApproved(led.origin, await approved())) return response;
  await response.body?.cancel();
  return new Response(null, { status: 403, headers: { [ledToHeader]: led.origin } });
}

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
  const headers = await headersFor(event.request);
  const kept = await (await caches.open(cacheName)).match(name);
  if (kept) return withHeaders(range === null ? kept : await partOf(kept, range), headers);
  await tell({ host: null, bytes: 0 });
  if (range !== null) {
    event.waitUntil(keep(name));
    return withHeaders(await fetch(event.request), headers);
  }
  const response = await fetch(event.request);
  if (response.ok && response.status === 200) event.waitUntil(put(name, response.clone()));
  return withHeaders(response, headers);
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
