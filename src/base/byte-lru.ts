// Least recently used map within a byte budget. Knows nothing of what it holds.

export type ByteLru<K, V> = {
  get(key: K): V | undefined;
  /** Keeps `value`, drops the least recently used until the budget holds. A value larger than the budget is not kept. */
  set(key: K, value: V, bytes: number): void;
  delete(key: K): void;
  clear(): void;
  readonly bytes: number;
};

export function createByteLru<K, V>(budgetBytes: number): ByteLru<K, V> {
  const entries = new Map<K, Readonly<{ value: V; bytes: number }>>();
  let used = 0;
  const drop = (key: K): void => {
    const entry = entries.get(key);
    if (!entry) return;
    used -= entry.bytes;
    entries.delete(key);
  };
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key); // a Map keeps insertion order: the first key is the least recently used
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, bytes) {
      drop(key);
      if (bytes > budgetBytes) return;
      entries.set(key, { value, bytes });
      used += bytes;
      for (const oldest of entries.keys()) {
        if (used <= budgetBytes) break;
        drop(oldest);
      }
    },
    delete: drop,
    clear() {
      entries.clear();
      used = 0;
    },
    get bytes() {
      return used;
    },
  };
}
