// A part cut out of a result is computed alone where nobody reads the rest: Slice moves up through what treats the parts apart.
import type { Builder } from "../builder.ts";
import { elementCount, ints, type Node } from "../ir.ts";
import { intOf, intsOf } from "../ops/op-rule.ts";
import type { Rule } from "./rewrite.ts";

type Cut = Readonly<{ axis: number; start: number; end: number }>;

/** A rule for one pass over one graph: parts already cut out are used again. */
export function earlySlices(): Rule {
  const done = new Map<string, string>();
  return ({ b, node, only }) => {
    const wanted = node.op === "Slice" ? cutOf(b, node) : null;
    const [from = ""] = node.inputs;
    if (!wanted) return null;
    if (isAll(b, from, wanted)) return from;
    return above(from, wanted);

    /** The part of `value`, computed from parts of what it is computed from; null where it must be cut out of the whole. */
    function above(value: string, cut: Cut): string | null {
      const { axis, start, end } = cut;
      const maker = only(value);
      const [x = "", y = ""] = maker?.inputs ?? [];
      const shape = b.shape(value);
      const size = end - start;
      switch (maker?.op) {
        case "Reshape": {
          const layer = rowsOfLayer(x, value);
          if (layer && axis < shape.length - 1) {
            const { gemm, rows } = layer;
            const some = part(rows, cut);
            const [inputs, outputs] = [b.shape(some), b.shape(some).with(-1, shape.at(-1) ?? 0)];
            const flat = b.op("Reshape", [some, b.vector([elementCount(inputs.slice(0, -1)), inputs.at(-1) ?? 0])]);
            const made = b.op("Gemm", [flat, ...gemm.inputs.slice(1)], gemm.attributes, `${value}/part`);
            return b.op("Reshape", [made, b.vector(outputs)], {}, `${value}/part`);
          }
          const whole = b.shape(x);
          if (whole.slice(0, axis + 1).join() !== shape.slice(0, axis + 1).join()) return null;
          const rest = shape.map((n, i) => (i === axis ? size : n));
          return b.op("Reshape", [part(x, cut), b.vector(rest)], {}, `${value}/part`);
        }
        case "Transpose": {
          const perm = intsOf(maker, "perm");
          if (!perm) return null;
          const inner = part(x, { ...cut, axis: perm[axis] ?? 0 });
          return b.op("Transpose", [inner], { perm: ints(perm) }, `${value}/part`);
        }
        case "MatMul": {
          const back = shape.length - axis;
          if (back > 2) return null;
          const own = back === 1 ? y : x;
          const inner = part(own, { ...cut, axis: b.shape(own).length - back });
          return b.op("MatMul", back === 1 ? [x, inner] : [inner, y], {}, `${value}/part`);
        }
        case "Add":
        case "Sub":
        case "Mul": {
          const sides = [x, y].map((side) => {
            const own = axis - shape.length + b.shape(side).length;
            return own < 0 || b.shape(side)[own] === 1 ? side : part(side, { ...cut, axis: own });
          });
          return b.op(maker.op, sides, {}, `${value}/part`);
        }
        default:
          return null;
      }
    }

    /** A layer over all rows, [.., K] -> [rows, K] -> Gemm -> [rows, N] -> [.., N], whose third input is the same for each row. */
    function rowsOfLayer(product: string, value: string): Readonly<{ gemm: Node; rows: string }> | null {
      const gemm = only(product);
      const [flat = "", , third = ""] = gemm?.op === "Gemm" ? gemm.inputs : [];
      const reshape = flat === "" ? null : b.producer(flat);
      const [rows = ""] = reshape?.op === "Reshape" ? reshape.inputs : [];
      if (!gemm || rows === "" || intOf(gemm, "transA", 0) !== 0) return null;
      if (third !== "" && b.shape(third).length > 1) return null;
      const lead = (name: string): string => b.shape(name).slice(0, -1).join();
      const same = lead(rows) === lead(value) && b.shape(rows).at(-1) === b.shape(flat)[1];
      return same && b.shape(flat).length === 2 ? { gemm, rows } : null;
    }

    function part(value: string, cut: Cut): string {
      const key = `${value} ${cut.axis} ${cut.start} ${cut.end}`;
      const made =
        done.get(key) ??
        above(value, cut) ??
        b.op("Slice", [value, ...[cut.start, cut.end, cut.axis].map((n) => b.vector([n]))], {}, `${value}/part`);
      done.set(key, made);
      return made;
    }
  };
}

function cutOf(b: Builder, node: Node): Cut | null {
  const [from = "", starts = "", ends = "", axes = "", steps = ""] = node.inputs;
  const [start, ...more] = b.ints(starts);
  const [end] = b.ints(ends);
  const [axis] = axes === "" ? [0] : b.ints(axes);
  if (start === undefined || end === undefined || axis === undefined || more.length > 0 || steps !== "") return null;
  const length = b.shape(from)[axis] ?? 0;
  return axis < 0 || start < 0 || end < 0 || start > length ? null : { axis, start, end: Math.min(end, length) };
}

const isAll = (b: Builder, from: string, { axis, start, end }: Cut): boolean =>
  start === 0 && end === b.shape(from)[axis];
