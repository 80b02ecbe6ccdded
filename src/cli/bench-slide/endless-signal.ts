// A signal nobody aborts, for work that is timed to its end. Knows a habit of Node's.
import { setMaxListeners } from "node:events";

/** One patch asks for many tiles under one signal, which Node takes for a leak and says so. */
export function never(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return signal;
}
