// Seeded randomness with its state in the open: xoshiro128** seeded by splitmix64. Knows no clock and no ambient randomness.
import { assert, present } from "../base/fault.ts";

/**
 * State of one stream; every draw advances it. Plain data: `structuredClone` forks a stream at its present point.
 * xoshiro128** 1.1 (Blackman & Vigna 2018, https://prng.di.unimi.it/xoshiro128starstar.c).
 */
export type Random = Readonly<{ words: Uint32Array }>;

const mask64 = (1n << 64n) - 1n;

/** splitmix64 (Steele et al. 2014), the seeding the authors of xoshiro recommend: any seed, 0 too, gives a usable state. */
function* splitmix64(seed: bigint): Generator<bigint, never> {
  for (let state = seed & mask64; ; ) {
    state = (state + 0x9e3779b97f4a7c15n) & mask64;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask64;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask64;
    yield z ^ (z >> 31n);
  }
}

/** Two 64-bit outputs become the four words, low half first (as rand_xoshiro's `seed_from_u64`). */
export function createRandom(seed: number): Random {
  assert(Number.isSafeInteger(seed) && seed >= 0, `a seed is a whole number from 0 to 2^53-1, not ${seed}`);
  return fromSplitmix(BigInt(seed));
}

function fromSplitmix(seed: bigint): Random {
  const stream = splitmix64(seed);
  const a = stream.next().value;
  const b = stream.next().value;
  const low = (v: bigint): number => Number(v & 0xffffffffn);
  return { words: Uint32Array.of(low(a), low(a >> 32n), low(b), low(b >> 32n)) };
}

/**
 * An own stream per purpose ("fold 2/shuffle"), so that drawing more for one thing never changes another.
 * FNV-1a (64 bit, over UTF-16 code units) of the purpose is mixed into the seed.
 */
export function randomFor(seed: number, purpose: string): Random {
  assert(Number.isSafeInteger(seed) && seed >= 0, `a seed is a whole number from 0 to 2^53-1, not ${seed}`);
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < purpose.length; i++) {
    hash = ((hash ^ BigInt(purpose.charCodeAt(i))) * 0x100000001b3n) & mask64;
  }
  return fromSplitmix(BigInt(seed) ^ hash);
}

const rotl = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

/** Next 32 bits, as an unsigned integer. */
export function nextUint32(random: Random): number {
  const s = random.words;
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = s;
  const result = Math.imul(rotl(Math.imul(s1, 5), 7), 9) >>> 0;
  const t = s1 << 9;
  const b2 = s2 ^ s0;
  const b3 = s3 ^ s1;
  s[1] = s1 ^ b2;
  s[0] = s0 ^ b3;
  s[2] = b2 ^ t;
  s[3] = rotl(b3, 11);
  return result;
}

/** [0, 1), 53 random bits. */
export function uniform(random: Random): number {
  const high = nextUint32(random) >>> 5;
  const low = nextUint32(random) >>> 6;
  return (high * 67108864 + low) / 9007199254740992;
}

/** Standard normal, Box and Muller's pair with the second thrown away: the state stays four words. */
export function normal(random: Random): number {
  const u = 1 - uniform(random);
  const v = uniform(random);
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}

/** Whole number in [0, below), without bias (Lemire 2019 would save a division nobody here would notice). */
export function integer(random: Random, below: number): number {
  assert(Number.isInteger(below) && below > 0 && below <= 0x100000000, `integer(below) needs 1..2^32, not ${below}`);
  const limit = 0x100000000 - (0x100000000 % below);
  for (;;) {
    const draw = nextUint32(random);
    if (draw < limit) return draw % below;
  }
}

/** A new array in random order (Fisher and Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = integer(random, i + 1);
    const held = out[i] as T;
    out[i] = out[j] as T;
    out[j] = held;
  }
  return out;
}

/** One of `items`, which must not be empty. */
export function choice<T>(random: Random, items: readonly T[]): T {
  return present(items[integer(random, items.length)], "a chosen item");
}
