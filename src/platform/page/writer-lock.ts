// One writer per project and browser, by the Web Locks api. Knows no project: a name in, a role out. The browser frees the lock
// when a tab closes, reloads or crashes; a reader becomes writer by reloading only.
import { Fault, isAbort } from "../../base/fault.ts";
import type { WriterRole } from "../../domain/keeping.ts";

export type WriterLock = Readonly<{ role: WriterRole; release(): void }>;

/** A page that reloads can arrive a moment before its predecessor's lock is freed. */
const graceMilliseconds = 400;

function request(locks: LockManager, name: string, options: LockOptions): Promise<WriterLock | null> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, options, (lock) => {
        if (lock === null) return resolve(null);
        // The lock is held for as long as this promise is pending.
        return new Promise<void>((release) => resolve({ role: "writer", release }));
      })
      .catch(reject);
  });
}

/** Rejects with Fault `storage` where the browser has no locks (pages that are not served over https or from localhost). */
export async function acquireWriterLock(name: string, signal: AbortSignal): Promise<WriterLock> {
  signal.throwIfAborted();
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) {
    throw new Fault(
      "storage",
      "This browser cannot make sure that only one tab writes (no Web Locks), so your work is not kept here: it is lost when " +
        "the tab closes. Open the app over https or from localhost, in a current browser.",
    );
  }
  const reader: WriterLock = { role: "reader", release: () => {} };
  try {
    const now = await request(locks, name, { ifAvailable: true });
    if (now) return now;
    return (
      (await request(locks, name, { signal: AbortSignal.any([signal, AbortSignal.timeout(graceMilliseconds)]) })) ??
      reader
    );
  } catch (error) {
    signal.throwIfAborted();
    if (isAbort(error) || (error instanceof DOMException && error.name === "TimeoutError")) return reader;
    throw new Fault(
      "storage",
      "The browser refused to lock this project for writing; your work is not kept here.",
      {},
      error,
    );
  }
}
