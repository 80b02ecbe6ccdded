// Seeded mutants of files. Knows no format.

/** mulberry32 (Tommy Ettinger 2017). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Bits flipped, bytes replaced by extremes, parts cut out or doubled; most of it in the part of the file behind `often`. */
export function mutate(file: Uint8Array, next: () => number, often: number): Uint8Array {
  let out = file.slice();
  const times = 1 + Math.floor(next() * 4);
  for (let i = 0; i < times; i++) {
    const from = next() < 0.6 ? Math.floor(out.length * often) : 0;
    // Headers stand first: half of what is left aims there.
    const reach = often === 0 && next() < 0.5 ? Math.min(2000, out.length) : out.length - from;
    const at = from + Math.floor(next() * reach);
    const kind = Math.floor(next() * 5);
    if (kind === 0) out[at] = (out[at] ?? 0) ^ (1 << Math.floor(next() * 8));
    else if (kind === 1) out[at] = 0xff;
    else if (kind === 2) out.fill(next() < 0.5 ? 0 : 0xff, at, at + 4);
    else if (kind === 3) out = out.slice(0, Math.max(1, at));
    else out = Uint8Array.from([...out.slice(0, at), ...out.slice(Math.max(0, at - 16))]);
  }
  return out;
}
