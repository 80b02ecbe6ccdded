// Smooth minimisation: L-BFGS with Armijo backtracking. Knows no statistics; deterministic, no randomness, no clock.
import { addScaled, dot, maxAbs } from "./linear-algebra.ts";

/** Value at x; writes the gradient into `gradient`. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export type MinimiseOptions = Readonly<{
  /** Stops when the largest gradient component is at most this. */
  tolerance: number;
  maxIterations: number;
  /** Remembered steps. */
  memory?: number;
}>;

export type Minimum = Readonly<{ x: Float64Array; value: number; iterations: number; converged: boolean }>;

type Step = Readonly<{ s: Float64Array; y: Float64Array; rho: number }>;

/** Two-loop recursion (Nocedal & Wright 2006, algorithm 7.4): minus the approximate inverse Hessian times the gradient. */
function direction(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const d = gradient.map((g) => -g);
  const alphas = new Float64Array(steps.length);
  for (let i = steps.length - 1; i >= 0; i--) {
    const { s, y, rho } = steps[i]!;
    alphas[i] = rho * dot(s, d);
    addScaled(d, -alphas[i]!, y);
  }
  const last = steps.at(-1);
  if (last) {
    const scale = dot(last.s, last.y) / dot(last.y, last.y);
    for (let i = 0; i < d.length; i++) d[i]! *= scale;
  }
  for (let i = 0; i < steps.length; i++) {
    const { s, y, rho } = steps[i]!;
    addScaled(d, alphas[i]! - rho * dot(y, d), s);
  }
  return d;
}

/** Minimises a smooth function from `start`. For convex functions the minimum, else a stationary point. */
export function minimise(objective: Objective, start: Float64Array, options: MinimiseOptions): Minimum {
  const { tolerance, maxIterations, memory = 10 } = options;
  let x = start.slice();
  let gradient = new Float64Array(x.length);
  let value = objective(x, gradient);
  const steps: Step[] = [];
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (maxAbs(gradient) <= tolerance) return { x, value, iterations: iteration, converged: true };
    let d = direction(gradient, steps);
    let slope = dot(d, gradient);
    if (!(slope < 0)) {
      steps.length = 0;
      d = gradient.map((g) => -g);
      slope = dot(d, gradient);
    }
    // The very first step has no curvature to scale it: one of length 1 at most.
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let moved: { x: Float64Array<ArrayBuffer>; gradient: Float64Array<ArrayBuffer>; value: number } | null = null;
    for (let trial = 0; trial < 40 && !moved; trial++, length /= 2) {
      const next = x.slice();
      addScaled(next, length, d);
      const nextGradient = new Float64Array(x.length);
      const nextValue = objective(next, nextGradient);
      if (nextValue <= value + 1e-4 * length * slope) moved = { x: next, gradient: nextGradient, value: nextValue };
    }
    // No decrease within rounding: as near to the minimum as float64 comes.
    if (!moved) return { x, value, iterations: iteration, converged: maxAbs(gradient) <= Math.sqrt(tolerance) };
    const s = moved.x.map((v, i) => v - x[i]!);
    const y = moved.gradient.map((g, i) => g - gradient[i]!);
    const curvature = dot(s, y);
    if (curvature > 1e-12 * dot(y, y)) {
      steps.push({ s, y, rho: 1 / curvature });
      if (steps.length > memory) steps.shift();
    }
    ({ x, gradient, value } = moved);
  }
  return { x, value, iterations: maxIterations, converged: false };
}
