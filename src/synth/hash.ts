// Numbers from coordinates: a stateless integer hash, and a small stream seeded by one. Knows no tissue and no host.

/** 32-bit hash of a seed and two lattice coordinates (a multiply-xorshift finaliser; statistical quality, not security). */
export function hash2(seed: number, a: number, b: number): number {
  let h = seed ^ Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  h = Math.imul(h ^ (h >>> 15), 0x165667b1);
  return (h ^ (h >>> 14)) >>> 0;
}

/** A seed of its own for a named purpose, so that two uses of one seed never see the same numbers. */
export function subSeed(seed: number, purpose: string): number {
  let h = seed >>> 0;
  for (let i = 0; i < purpose.length; i++) h = hash2(h, purpose.charCodeAt(i), i + 1);
  return h;
}

/** Draws numbers one after another; only ever kept inside one drawn object, so that regions stay independent. */
export type Draw = {
  /** Uniform in [0, 1). */
  unit(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Bell-shaped around 0, standard deviation about 1, never beyond 3 (mean of uniforms). */
  bell(): number;
};

/** Mulberry32. */
export function createDraw(seed: number): Draw {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    unit,
    between: (low, high) => low + (high - low) * unit(),
    bell: () => (unit() + unit() + unit() - 1.5) * 2,
  };
}
