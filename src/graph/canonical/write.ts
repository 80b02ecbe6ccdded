// Brings values into the new graph: pending reshapes are written, frozen tensors become weights. Knows a few shapes of use.
import type { Builder } from "../builder.ts";
import { type Attributes, type Dim, ints, type Shape } from "../ir.ts";
import { shortestFloat } from "../onnx/parse-tensor.ts";
import type { Op } from "../ops/op-names.ts";
import { type Frozen, type Live, type Lowering, shapeOf, unsupported, type Value } from "./values.ts";
import { nominalOf, refinement, reshapeVector } from "./views.ts";

export const ownShape = (b: Builder, live: Live): Shape => b.known(live.name).shape;

/** The value under another shape of the same elements; null where two sizes would stay unknown. */
export function tryReshape(b: Builder, name: string, to: Shape, wanted: string): string | null {
  const from = b.known(name).shape;
  if (from.join() === to.join()) return name;
  const vector = reshapeVector(from, to);
  if (vector) return b.op("Reshape", [name, b.vector(vector)], {}, wanted);
  // Without its ones the sizes may stand where they are copied from.
  const ones = from.flatMap((dim, i) => (dim === 1 ? [i] : []));
  const rest = from.filter((dim) => dim !== 1);
  if (ones.length === 0 || (rest.join() !== to.join() && !reshapeVector(rest, to))) return null;
  return tryReshape(b, b.op("Squeeze", [name, b.vector(ones)], {}, `${wanted}/squeezed`), to, wanted);
}

export function reshaped(b: Builder, name: string, to: Shape): string {
  const made = tryReshape(b, name, to, `${name}/as`);
  if (made === null) {
    const from = b.known(name).shape;
    throw unsupported(`a reshape from [${from.join(", ")}] to [${to.join(", ")}] depends on two unknown sizes`);
  }
  return made;
}

/** The value under the shape the foreign graph gives it. */
export function written({ b, store }: Lowering, value: Value): string {
  if (value.kind === "live") return reshaped(b, value.name, value.view);
  if (value.kind === "integers") throw unsupported("integers reach the computation");
  return frozenName(b, store.tensor, value);
}

export function frozenName(
  b: Builder,
  tensor: (value: Frozen) => Readonly<{ data: Float64Array }>,
  value: Frozen,
): string {
  const count = value.shape.reduce((a, n) => a * n, 1);
  if (count === 1) return b.scalar(shortestFloat(tensor(value).data[0] ?? 0));
  const turned = value.source.transposed ? "|turned" : "";
  const name = `${value.name}${turned}|${value.shape.join("x")}`;
  return b.has(name) ? name : b.weight(name, value.source, value.shape);
}

export function live(b: Builder, name: string): Live {
  return { kind: "live", name, view: b.known(name).shape };
}

export function emit(at: Lowering, op: Op, inputs: readonly string[], attributes: Attributes, name: string): Live {
  return live(at.b, at.b.op(op, inputs, attributes, name));
}

/**
 * The value with its elements in rows: a shape [.., last] whose last dim is that of the view, so that an operator on rows can run
 * before a flattening as well as after it. null where rows are cut through.
 */
export function inRows({ b }: Lowering, value: Live): string | null {
  const own = ownShape(b, value);
  const last = value.view.at(-1);
  if (own.at(-1) === last) return value.name;
  const found = refinement(own, value.view);
  const count = found?.groups.at(-1) ?? 0;
  if (!found || last === undefined || count === 0) return null;
  const to = [...found.fine.slice(0, -count), last];
  return tryReshape(b, value.name, to, `${value.name}/rows`);
}

/** Drops axes of size one: at once where no reshape is pending, so that parts of one value keep equal shapes. */
export function withoutAxes({ b }: Lowering, value: Live, axes: readonly number[], name: string): Live {
  const view = value.view.filter((_, i) => !axes.includes(i));
  if (axes.length === 0 || ownShape(b, value).join() !== value.view.join()) return { ...value, view };
  return { kind: "live", name: b.op("Squeeze", [value.name, b.vector(axes)], {}, name), view };
}

/** Turns axes of a value whose reshape is pending: axes that were joined move together. */
export function transposed(at: Lowering, value: Live, perm: readonly number[], name: string): Live {
  const { b } = at;
  const found = refinement(ownShape(b, value), value.view);
  const split = found && tryReshape(b, value.name, found.fine, `${value.name}/axes`);
  if (!found || split === null) {
    return emit(at, "Transpose", [written(at, value)], { perm: ints(perm) }, name);
  }
  const starts = found.groups.map((_, i) => found.groups.slice(0, i).reduce((n, count) => n + count, 0));
  const fine = perm.flatMap((axis) =>
    Array.from({ length: found.groups[axis] ?? 0 }, (_, i) => (starts[axis] ?? 0) + i),
  );
  const turned = b.op("Transpose", [split], { perm: ints(fine) }, name);
  return { kind: "live", name: turned, view: perm.map((axis) => value.view[axis] ?? 1) };
}

/** Elements of a value, if it is frozen and all of them are equal. */
export function uniform({ store }: Lowering, value: Value | null | undefined): number | null {
  if (value?.kind !== "frozen") return null;
  const { data } = store.tensor(value);
  const [first] = data;
  return first !== undefined && data.every((x) => x === first) ? first : null;
}

/** Whether broadcasting with `other` leaves the shape as it is, at the sizes the file was written for. */
export function keepsShape({ nominal }: Lowering, value: Value, other: Value): boolean {
  const [own, more] = [shapeOf(value), shapeOf(other)];
  if (more.length > own.length) return false;
  const size = (dim: Dim | undefined): number => nominalOf(dim ?? 0, nominal);
  return more.every((dim, i) => dim === 1 || size(dim) === size(own[own.length - more.length + i]));
}
