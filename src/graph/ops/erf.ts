// The error function in float64. Knows one formula; accurate to a few units in the last place.

/** Abramowitz & Stegun 7.1.6: all terms positive, so nothing cancels. Beyond 6 it is 1 in float64. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

export const normalCdf = (x: number): number => 0.5 * (1 + erf(x / Math.SQRT2));
