// Times several things round by round, so that their ratios are taken within a round. Knows a clock only by what is handed to it.

export type Contender = Readonly<{
  name: string;
  /** One run; returns milliseconds. */
  run(): Promise<number>;
}>;

/** Milliseconds by contender; the i-th values of all belong to one round. */
export type Times = ReadonlyMap<string, readonly number[]>;

/**
 * `warm`: one round first that does not count, as first runs compile, page in and grow heaps. Each round starts with another
 * contender, so that none always follows the same one.
 */
export async function race(
  contenders: readonly Contender[],
  { rounds, warm }: Readonly<{ rounds: number; warm: boolean }>,
  log: (line: string) => void,
): Promise<Times> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = warm ? 0 : 1; round <= rounds; round++) {
    const took = new Map<string, number>();
    for (let i = 0; i < contenders.length; i++) {
      const contender = contenders[(i + round) % contenders.length];
      if (contender) took.set(contender.name, await contender.run());
    }
    const words = contenders.map(({ name }) => `${name} ${took.get(name)?.toFixed(0)}`).join(", ");
    log(`  ${round === 0 ? "warm-up" : `${round}/${rounds}`}: ${words} ms`);
    if (round > 0) for (const [name, ms] of took) times.get(name)?.push(ms);
  }
  return times;
}
