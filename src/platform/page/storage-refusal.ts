// What IndexedDB refuses, in words for the person. Knows no store.
import { Fault } from "../../base/fault.ts";

/** Fault `storage`; a Fault passes as it is. `room`: how to make room in this store, after "Free disk space, ". */
export function storageRefusal(error: unknown, what: string, room: string): Fault {
  if (error instanceof Fault) return error;
  const name = error instanceof DOMException ? error.name : "";
  const reason = error instanceof Error ? error.message : String(error);
  const why =
    name === "QuotaExceededError"
      ? `the browser's storage for this page is full. Free disk space, ${room}`
      : `the browser refused (${reason})`;
  return new Fault("storage", `${what}: ${why}.`, { name }, error);
}
