// Least recently used answers of the backbone, in a stated budget of bytes. Knows keys and sizes, no model.

export type FeatureCache = Readonly<{
  get(key: string): Float32Array | null;
  /** Keeps the array itself, not a copy. One larger than the whole budget is not kept. */
  put(key: string, value: Float32Array): void;
  /** Gives up `bytes` of the budget, dropping what no longer fits; returns what takes them back. */
  lend(bytes: number): () => void;
  clear(): void;
  readonly bytes: number;
  /** Bytes that may be kept where nothing is lent. */
  readonly budget: number;
}>;

export function createFeatureCache(budgetBytes: number): FeatureCache {
  // A Map keeps insertion order: the first key is the one unused for longest.
  const entries = new Map<string, Float32Array>();
  let bytes = 0;
  let lent = 0;
  const drop = (key: string): void => {
    const value = entries.get(key);
    if (!value) return;
    entries.delete(key);
    bytes -= value.byteLength;
  };
  const fit = (): void => {
    for (const oldest of entries.keys()) {
      if (bytes <= budgetBytes - lent) break;
      drop(oldest);
    }
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
      if (value.byteLength > budgetBytes - lent) return;
      entries.set(key, value);
      bytes += value.byteLength;
      fit();
    },
    lend(wanted) {
      let mine = Math.max(0, Math.min(wanted, budgetBytes - lent));
      lent += mine;
      fit();
      return () => {
        lent -= mine;
        mine = 0;
      };
    },
    clear() {
      entries.clear();
      bytes = 0;
    },
    budget: budgetBytes,
    get bytes() {
      return bytes;
    },
  };
}
