// Arithmetic of dimensions that may be symbols: products and sums in one canonical spelling. Knows no operator.
import { Fault } from "../base/fault.ts";
import type { Dim, Shape } from "./ir.ts";

/** "3*B*(N+4)" -> factors at the top level. */
function factors(dim: Dim): Readonly<{ count: number; symbols: readonly string[] }> {
  if (typeof dim === "number") return { count: dim, symbols: [] };
  let depth = 0;
  let word = "";
  const words: string[] = [];
  for (const char of `${dim}*`) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (char === "*" && depth === 0) {
      words.push(word);
      word = "";
    } else word += char;
  }
  const numbers = words.filter((text) => /^\d+$/.test(text)).map(Number);
  return { count: numbers.reduce((a, b) => a * b, 1), symbols: words.filter((text) => !/^\d+$/.test(text)) };
}

function spell(count: number, symbols: readonly string[]): Dim {
  if (symbols.length === 0 || count === 0) return count;
  const text = symbols.toSorted().join("*");
  return count === 1 ? text : `${count}*${text}`;
}

export function product(shape: Shape): Dim {
  const all = shape.map(factors);
  return spell(
    all.reduce((n, f) => n * f.count, 1),
    all.flatMap((f) => f.symbols),
  );
}

/** `total / part` where it is exact for every value of the symbols; null where it is not. */
export function quotient(total: Dim, part: Dim): Dim | null {
  const a = factors(total);
  const b = factors(part);
  const symbols = [...a.symbols];
  for (const symbol of b.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return null;
    symbols.splice(at, 1);
  }
  if (b.count === 0 || a.count % b.count !== 0) return null;
  return spell(a.count / b.count, symbols);
}

export function sum(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (a === 0) return b;
  if (b === 0) return a;
  const terms = [a, b].flatMap((dim) =>
    typeof dim === "string" && /^\([^()]*\)$/.test(dim) ? dim.slice(1, -1).split("+") : [String(dim)],
  );
  const count = terms.filter((text) => /^\d+$/.test(text)).reduce((n, text) => n + Number(text), 0);
  const symbols = terms.filter((text) => !/^\d+$/.test(text)).toSorted();
  return `(${[...(count > 0 ? [String(count)] : []), ...symbols].join("+")})`;
}

/** NumPy's rule. A symbol against a number above 1 must equal it when the graph runs. */
export function broadcast(a: Shape, b: Shape, what: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    if (typeof x === "string" && typeof y === "number") return y;
    if (typeof y === "string" && typeof x === "number") return x;
    throw new Fault("bad-model", `${what}: shapes [${a.join(", ")}] and [${b.join(", ")}] do not broadcast.`);
  });
}

/** Axis counted from the front. */
export function axisOf(axis: number, rank: number, what: string): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(positive) || positive < 0 || positive >= rank) {
    throw new Fault("bad-model", `${what}: axis ${axis} lies outside rank ${rank}.`);
  }
  return positive;
}
