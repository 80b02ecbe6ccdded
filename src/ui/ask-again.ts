// A question whose answer got lost with whoever was asked: put once more, since a successor may be there. Knows no question.
import { Fault, isAbort, isFault, toFault } from "../base/fault.ts";

/** Whoever was asked is gone, and nobody here gave the question up. */
const gotLost = (error: unknown): boolean => isAbort(error) || (isFault(error) && error.kind === "worker-died");

/**
 * @param ask looks up anew whom it asks
 * @param signal ours: aborted, nothing is asked again. Rejects with a Fault but for that; what got lost twice is `worker-died`.
 */
export async function askAgain<T>(ask: () => Promise<T>, signal: AbortSignal, what: string): Promise<T> {
  try {
    return await ask().catch((error: unknown) => {
      signal.throwIfAborted();
      if (!gotLost(error)) throw error;
      return ask();
    });
  } catch (error) {
    signal.throwIfAborted();
    if (isAbort(error)) throw new Fault("worker-died", `${what}: it was interrupted.`, undefined, error);
    throw toFault(error, "read", what);
  }
}
