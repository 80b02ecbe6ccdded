// How much this browser lets the page keep, and whether it may take it away again. Asks, never changes.

/** Bytes; null: the browser does not say. `lasting` false: it may clear the page's data when the disk runs short. */
export type StorageRoom = Readonly<{ used: number | null; room: number | null; lasting: boolean | null }>;

export async function readStorageRoom(): Promise<StorageRoom> {
  const storage = (navigator as { storage?: StorageManager }).storage;
  const estimate = await storage?.estimate?.().catch(() => null);
  const lasting = (await storage?.persisted?.().catch(() => null)) ?? null;
  return { used: estimate?.usage ?? null, room: estimate?.quota ?? null, lasting };
}
