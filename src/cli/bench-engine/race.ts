// Times several things round by round, so that their ratios are taken within a round. Knows a clock only by what is handed to it.
import { Fault } from "../../base/fault.ts";

export type Contender = Readonly<{
  name: string;
  /** One run; returns milliseconds. */
  run(): Promise<number>;
}>;

/** Milliseconds by contender; the i-th values of all belong to one round. */
export type Times = ReadonlyMap<string, readonly number[]>;

/** `--rounds`. Fault `invalid` where it is not a whole number above 0; null where nothing is said. */
export function parseRounds(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d*$/.test(text)) throw new Fault("invalid", `--rounds takes a whole number above 0, not "${text}".`);
  return Number(text);
}

/**
 * Who runs when in a round: a Williams square (1949). Over `count` rounds, twice as many where it is odd, each contender follows each
 * other one equally often and begins equally many rounds, so that what one leaves behind burdens all alike.
 */
export function orderOf(count: number, round: number): readonly number[] {
  // 0, 1, n-1, 2, n-2, ...: neighbours differ by another number at each place.
  const order = Array.from({ length: count }, (_, i) => (i % 2 === 1 ? (i + 1) / 2 : count - i / 2));
  const moved = order.map((one) => (one + round) % count);
  return count % 2 === 1 && round % 2 === 1 ? moved.toReversed() : moved;
}

/** `warm`: one round first that does not count, as first runs compile, page in and grow heaps. */
export async function race(
  contenders: readonly Contender[],
  { rounds, warm }: Readonly<{ rounds: number; warm: boolean }>,
  log: (line: string) => void,
): Promise<Times> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = warm ? 0 : 1; round <= rounds; round++) {
    const took = new Map<string, number>();
    for (const index of orderOf(contenders.length, round)) {
      const contender = contenders[index];
      if (contender) took.set(contender.name, await contender.run());
    }
    const words = contenders.map(({ name }) => `${name} ${took.get(name)?.toFixed(0)}`).join(", ");
    log(`  ${round === 0 ? "warm-up" : `${round}/${rounds}`}: ${words} ms`);
    if (round > 0) for (const [name, ms] of took) times.get(name)?.push(ms);
  }
  return times;
}
