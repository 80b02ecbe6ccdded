// Reshapes that fit any batch and any number of tokens: which dims of one shape make up which of another. Knows no operator.
import { product, quotient } from "../dims.ts";
import type { Dim, Shape } from "../ir.ts";

type Nominal = ReadonlyMap<string, number>;

/** What a dim was when the file was written: every symbol replaced by its number. */
export function nominalOf(dim: Dim, nominal: Nominal): number {
  if (typeof dim === "number") return dim;
  return dim
    .split("*")
    .reduce((n, word) => n * (/^\d+$/.test(word) ? Number(word) : (nominal.get(word) ?? Number.NaN)), 1);
}

/** The shape [..] with -1 and 0 resolved against `from`; null where it cannot be. */
export function resolved(from: Shape, wanted: Shape, allowZero: boolean): Shape | null {
  const filled = wanted.map((dim, i) => (dim === 0 && !allowZero ? (from[i] ?? 0) : dim));
  const free = filled.indexOf(-1);
  const total = product(from);
  if (free < 0) return product(filled) === total ? filled : null;
  const rest = quotient(total, product(filled.filter((_, i) => i !== free)));
  return rest === null ? null : filled.map((dim, i) => (i === free ? rest : dim));
}

/**
 * A shape written in numbers, where batch and tokens were fixed at export, with the symbols of `from` put back in: walks both
 * shapes from the left and matches sizes. null where they do not fit.
 */
export function withSymbols(from: Shape, wanted: readonly number[], nominal: Nominal): Shape | null {
  const left: Dim[] = [...from];
  const result: Dim[] = [];
  for (const [index, size] of wanted.entries()) {
    let own: Dim = 1;
    for (let now = 1; ; now = nominalOf(own, nominal)) {
      const next = left[0];
      const whole = next === undefined ? 0 : nominalOf(next, nominal);
      if (next !== undefined && whole === 1) {
        // Ones fit anywhere; a batch of one must stay with its neighbours. [T,B,D] may become [T*B,D] or [T,B*heads,D/heads].
        const after = wanted[index + 1];
        const flattens = after === undefined || (after !== 1 && startsWith(left.slice(1), after, nominal));
        if (typeof next === "string" && now === size && size !== 1 && !flattens) break;
        own = product([own, next]);
        left.shift();
        if (size === 1) break;
        continue;
      }
      if (now === size) {
        // [B*T,D] becomes [1,T,D] where the batch was one.
        const hidden = size === 1 && own === 1 && next !== undefined ? leading(next, 1, nominal) : null;
        const rest = hidden === null || next === undefined ? null : quotient(next, hidden);
        if (hidden !== null && rest !== null) {
          own = hidden;
          left[0] = rest;
        }
        break;
      }
      if (next === undefined) return null;
      if ((size / now) % whole === 0) {
        own = product([own, next]);
        left.shift();
        continue;
      }
      const part = leading(next, size / now, nominal);
      const rest = part === null ? null : quotient(next, part);
      if (part === null || rest === null) return null;
      own = product([own, part]);
      left[0] = rest;
    }
    result.push(own);
  }
  if (left.length > 0) {
    // Only symbols whose number was one may be left: they belong to the last dim.
    if (left.some((dim) => nominalOf(dim, nominal) !== 1) || result.length === 0) return null;
    result.push(product([result.pop() ?? 1, ...left]));
  }
  return result;
}

/** Whether the first dims make up `size` exactly. */
function startsWith(dims: Shape, size: number, nominal: Nominal): boolean {
  let total = 1;
  for (const dim of dims) {
    total *= nominalOf(dim, nominal);
    if (total >= size) break;
  }
  return total === size;
}

/** The factor of a dim that was `size`: its symbols first, for they lead where axes were joined. */
function leading(dim: Dim, size: number, nominal: Nominal): Dim | null {
  if (typeof dim === "number") return dim % size === 0 ? size : null;
  const symbols = dim.split("*").filter((word) => !/^\d+$/.test(word));
  for (let mask = 2 ** symbols.length - 1; mask >= 0; mask--) {
    const own = product(symbols.filter((_, i) => mask & (1 << i)));
    const rest = size / nominalOf(own, nominal);
    const part = Number.isInteger(rest) ? product([rest, own]) : null;
    if (part !== null && quotient(dim, part) !== null) return part;
  }
  return null;
}

/**
 * The coarsest shape both can be read from by joining neighbours; `groups[i]`: how many of its dims make up dim i of `view`.
 * null where neither divides the other on the way.
 */
export function refinement(own: Shape, view: Shape): Readonly<{ fine: Shape; groups: readonly number[] }> | null {
  const a: Dim[] = [...own];
  const b: Dim[] = [...view];
  const fine: Dim[] = [];
  const groups: number[] = [];
  let members = 0;
  const close = (): void => {
    groups.push(members);
    members = 0;
    b.shift();
  };
  while (b.length > 0) {
    const [x, y] = [a[0], b[0]];
    // Ones are nobody's: they can be put anywhere without moving an element.
    if (y === 1 && members === 0) close();
    else if (x === undefined || y === undefined) return null;
    else if (x === 1) a.shift();
    else if (x === y) {
      fine.push(x);
      members++;
      a.shift();
      close();
    } else {
      const [more, less] = [quotient(x, y), quotient(y, x)];
      if (more !== null) {
        fine.push(y);
        members++;
        a[0] = more;
        close();
      } else if (less !== null) {
        fine.push(x);
        members++;
        a.shift();
        b[0] = less;
      } else return null;
    }
  }
  return a.every((dim) => dim === 1) ? { fine, groups } : null;
}

/** The second input of a Reshape from one shape to another: 0 copies a dim, -1 is what is left. null where two sizes stay unknown. */
export function reshapeVector(from: Shape, to: Shape): readonly number[] | null {
  const vector = to.map((dim, i) => (typeof dim === "number" ? dim : dim === from[i] ? 0 : -1));
  return vector.filter((n) => n === -1).length > 1 ? null : vector;
}
