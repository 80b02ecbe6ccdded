// Several writes of one IndexedDB transaction that are all on disk or did not happen. Knows no schema.
import { isAbort } from "../../base/fault.ts";

type Transaction = Readonly<{ done: Promise<void>; abort(): void }>;

/** `requests` makes all of them at once. Rejects with the reason of the write that failed. */
export async function allOrNothing(tx: Transaction, requests: () => readonly Promise<unknown>[]): Promise<void> {
  let asked: readonly Promise<unknown>[];
  try {
    asked = requests();
  } catch (error) {
    // A value that cannot be stored: without this, what was asked before it would be committed alone.
    tx.done.catch(() => {});
    tx.abort();
    throw error;
  }
  const outcomes = await Promise.allSettled([...asked, tx.done]);
  const reasons = outcomes.flatMap((o) => (o.status === "rejected" ? [o.reason as unknown] : []));
  // Where one write fails its neighbours only say that they were aborted: the one that says why is looked for.
  if (reasons.length > 0) throw reasons.find((reason) => !isAbort(reason)) ?? reasons[0];
}
