// How far a study is and how long it will go on, from the parts that are done. Knows no part.
import { createSparse } from "../../base/sparse.ts";
import type { StudyProgress } from "../../domain/label-study.ts";

export type StudyClock = Readonly<{
  /** `parts`: how many of them there will be. */
  start(what: StudyProgress["what"], parts: number): void;
  step(): void;
  to(done: number): void;
}>;

/** `shares`: what part of the whole each kind of work is expected to take. */
export function createStudyClock(
  shares: Partial<Record<StudyProgress["what"], number>>,
  now: () => number,
  emit: (progress: StudyProgress) => void,
): StudyClock {
  let [before, share, parts, made] = [0, 0, 1, 0];
  let what: StudyProgress["what"] = "reading";
  let began = now();
  const isDue = createSparse(now);
  const tell = (): void => {
    const part = Math.min(1, made / Math.max(1, parts));
    const spent = (now() - began) / 1000;
    // Only what is being done now is measured; what comes after is known by its share alone.
    const whole = part > 0.05 && share > 0 ? spent / part / share : null;
    const done = Math.min(1, before + share * part);
    emit({ what, done, secondsLeft: whole === null ? null : whole * (1 - done) });
  };
  return {
    start(next, of) {
      before += share;
      share = shares[next] ?? 0;
      [what, parts, made, began] = [next, of, 0, now()];
      tell();
    },
    step() {
      made++;
      if (isDue()) tell();
    },
    to(done) {
      made = done;
      if (isDue()) tell();
    },
  };
}
