// The page's side of the service worker: registers it, waits for it where isolation depends on it, and counts what it tells.
// Knows the browser; draws nothing.
import { noTraffic, parseSent, withSent } from "../domain/traffic.ts";
import { notify, type SessionStore } from "../state/session-store.ts";
import { say } from "../words/say.ts";

const triedKey = "pathotune-reloaded-for-isolation";

/** A development server has no such file, and a page over plain http may have none. */
const possible = (): boolean => import.meta.env.PROD && isSecureContext && "serviceWorker" in navigator;

/**
 * On a host without the isolation headers the page is loaded once more through the service worker, which adds them. Resolves to false
 * when that is on its way: nothing should be started. Never fails: without a service worker the app runs on one thread.
 */
export async function prepareOffline(): Promise<boolean> {
  if (!possible()) return true;
  const registered = navigator.serviceWorker.register("./service-worker.js", { type: "classic" }).catch(() => null);
  if (crossOriginIsolated || sessionStorage.getItem(triedKey) !== null) {
    void registered.then(keepWhatWasLoaded);
    return true;
  }
  const ready = await Promise.race([registered.then(controlled), later(8000)]);
  if (!ready) return true;
  sessionStorage.setItem(triedKey, "1");
  location.reload();
  return false;
}

/** Counts from now on; says so only where a service worker sees every request. */
export function countTraffic(session: SessionStore): void {
  if (!possible()) return;
  const follow = (): void => {
    const counting = navigator.serviceWorker.controller !== null;
    session.setState(({ traffic }) => ({ traffic: { ...traffic, counting } }));
  };
  session.setState({ traffic: noTraffic });
  follow();
  navigator.serviceWorker.addEventListener("controllerchange", follow);
  navigator.serviceWorker.addEventListener("message", (event) => {
    const sent = parseSent(event.data);
    if (sent) session.setState(({ traffic }) => ({ traffic: withSent(traffic, sent) }));
  });
}

/**
 * From now on page and workers that are started may ask these servers ("https://host", subdomains by a star). Resolves to whether that
 * is new, so that workers which ask must be started again; where no service worker sets a policy nothing is asked of it.
 */
export async function approveOrigins(origins: readonly string[]): Promise<boolean> {
  const worker = possible() ? navigator.serviceWorker.controller : null;
  if (!worker) return false;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<boolean>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<{ added?: unknown }>) => resolve(data.added === true);
  });
  worker.postMessage({ kind: "approve", origins }, [port2]);
  return Promise.race([answer, later(5000)]);
}

/** A version that was found while this one runs starts when no tab of this one is left. */
export function tellOfNewVersion(session: SessionStore): void {
  if (!possible()) return;
  void navigator.serviceWorker.ready.then((registration) => {
    const tell = (worker: ServiceWorker | null): void => {
      if (!worker || !navigator.serviceWorker.controller) return;
      const announce = (): void => {
        if (worker.state !== "installed") return;
        notify(
          session,
          "info",
          say("A new version is ready. It starts when you close all tabs of PathoTune and open it again."),
        );
      };
      worker.addEventListener("statechange", announce);
      announce();
    };
    tell(registration.waiting);
    registration.addEventListener("updatefound", () => tell(registration.installing));
  });
}

const later = (milliseconds: number): Promise<false> =>
  new Promise((resolve) => setTimeout(() => resolve(false), milliseconds));

async function controlled(registration: ServiceWorkerRegistration | null): Promise<boolean> {
  if (!registration) return false;
  await navigator.serviceWorker.ready;
  if (navigator.serviceWorker.controller) return true;
  return new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("controllerchange", () => resolve(true), { once: true });
  });
}

/** What was loaded before the worker was there is named to it, so that the next visit needs no server. */
async function keepWhatWasLoaded(registration: ServiceWorkerRegistration | null): Promise<void> {
  const { serviceWorker } = navigator;
  if (!registration || serviceWorker.controller) return;
  await controlled(registration);
  const urls = performance.getEntriesByType("resource").map(({ name }) => name);
  (await serviceWorker.ready).active?.postMessage({ kind: "keep", urls });
}
