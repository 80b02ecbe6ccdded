// Calls that are worth making only so often: progress of steps that take a millisecond each would drown whoever draws it. Knows an
// injected clock and no timer: what falls between is dropped, not delayed.

/** Milliseconds between two tellings of progress: more often than an eye follows, seldom enough for a page that draws all of it. */
export const progressInterval = 100;

/** `true` at the first call and then once `milliseconds` have passed since the last `true`. `now` is in milliseconds. */
export function createSparse(now: () => number, milliseconds = progressInterval): () => boolean {
  let last: number | null = null;
  return () => {
    const at = now();
    if (last !== null && at - last < milliseconds) return false;
    last = at;
    return true;
  };
}
