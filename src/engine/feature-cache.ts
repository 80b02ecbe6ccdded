// Least recently used answers of the backbone, in a stated budget of bytes. Knows keys and sizes, no model.

export type FeatureCache = Readonly<{
  get(key: string): Float32Array | null;
  /** Keeps the array itself, not a copy. One larger than the whole budget is not kept. */
  put(key: string, value: Float32Array): void;
  clear(): void;
  readonly bytes: number;
}>;

export function createFeatureCache(budgetBytes: number): FeatureCache {
  // A Map keeps insertion order: the first key is the one unused for longest.
  const entries = new Map<string, Float32Array>();
  let bytes = 0;
  const drop = (key: string): void => {
    const value = entries.get(key);
    if (!value) return;
    entries.delete(key);
    bytes -= value.byteLength;
  };
  return {
    get(key) {
      const value = entries.get(key);
      if (!value) return null;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    put(key, value) {
      drop(key);
      if (value.byteLength > budgetBytes) return;
      entries.set(key, value);
      bytes += value.byteLength;
      for (const oldest of entries.keys()) {
        if (bytes <= budgetBytes) break;
        drop(oldest);
      }
    },
    clear() {
      entries.clear();
      bytes = 0;
    },
    get bytes() {
      return bytes;
    },
  };
}
