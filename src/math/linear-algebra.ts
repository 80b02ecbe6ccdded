// Vectors and rows of row-major tables, in float64. Knows no meaning of what the rows are.
import { assert } from "../base/fault.ts";

export type Vector = Float64Array | Float32Array;

export function dot(a: Vector, b: Vector): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

/** Euclidean length. */
export const norm = (v: Vector): number => Math.sqrt(dot(v, v));

/** y += scale * x, in place. */
export function addScaled(y: Float64Array, scale: number, x: Vector): void {
  for (let i = 0; i < y.length; i++) y[i]! += scale * x[i]!;
}

/** Largest absolute value; 0 of nothing. */
export function maxAbs(v: Vector): number {
  let largest = 0;
  for (let i = 0; i < v.length; i++) largest = Math.max(largest, Math.abs(v[i]!));
  return largest;
}

/** Scales a vector to length 1 in place; one shorter than `tiny` points nowhere and becomes zeros. */
export function normalise(v: Vector, tiny = 1e-12): void {
  const length = norm(v);
  for (let i = 0; i < v.length; i++) v[i] = length > tiny ? v[i]! / length : 0;
}

/**
 * Softmax of each row of a [rows, columns] table, in place. -Infinity is an impossible column; of a row of nothing else all
 * columns are equal.
 */
export function softmaxRows(table: Float64Array, columns: number): void {
  for (let start = 0; start < table.length; start += columns) {
    const row = table.subarray(start, start + columns);
    const largest = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    if (largest === Number.NEGATIVE_INFINITY) {
      row.fill(1 / columns);
      continue;
    }
    let total = 0;
    for (let j = 0; j < columns; j++) {
      row[j] = Math.exp(row[j]! - largest);
      total += row[j]!;
    }
    for (let j = 0; j < columns; j++) row[j]! /= total;
  }
}

/**
 * Lower triangular L [size, size] with L L^T = `matrix`, which is symmetric, positive definite and row-major; only its lower triangle
 * is read. Cholesky and Banachiewicz, row by row: about size^3 / 3 operations. Asserts that the matrix is positive definite.
 */
export function choleskyOf(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = factor.subarray(i * size, (i + 1) * size);
    for (let j = 0; j <= i; j++) {
      const at = j * size;
      let rest = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) rest -= row[k]! * factor[at + k]!;
      assert(j < i || rest > 0, "a matrix to factor is positive definite");
      row[j] = j < i ? rest / factor[at + j]! : Math.sqrt(rest);
    }
  }
  return factor;
}

/** x [size] becomes L^-1 x, in place: forward substitution. `factor` is lower triangular, [size, size] row-major. */
export function solveLower(factor: Vector, x: Float64Array): void {
  const size = x.length;
  for (let i = 0; i < size; i++) {
    let rest = x[i]!;
    for (let k = 0; k < i; k++) rest -= factor[i * size + k]! * x[k]!;
    x[i] = rest / factor[i * size + i]!;
  }
}

/** Rows in an orthonormal basis of their own span: `coordinates` [rows, rank], `basis` [rank, width], rows = coordinates * basis. */
export type SpanOfRows = Readonly<{ coordinates: Float64Array; basis: readonly Float64Array[]; rank: number }>;

/** Gram and Schmidt, each row projected twice (Giraud et al. 2005: twice is enough). Of `rows` rows the rank is at most `rows`. */
export function spanOfRows(table: Float64Array, width: number, tiny = 1e-10): SpanOfRows {
  const rows = table.length / width;
  const basis: Float64Array[] = [];
  const found: Float64Array[] = [];
  for (let i = 0; i < rows; i++) {
    const rest = table.slice(i * width, (i + 1) * width);
    const along = new Float64Array(basis.length + 1);
    for (let pass = 0; pass < 2; pass++) {
      basis.forEach((direction, k) => {
        const share = dot(direction, rest);
        along[k]! += share;
        addScaled(rest, -share, direction);
      });
    }
    const length = norm(rest);
    if (length > tiny) {
      along[basis.length] = length;
      basis.push(rest.map((v) => v / length));
    }
    found.push(along);
  }
  const rank = basis.length;
  const coordinates = new Float64Array(rows * rank);
  found.forEach((along, i) => {
    coordinates.set(along.subarray(0, rank), i * rank);
  });
  return { coordinates, basis, rank };
}
