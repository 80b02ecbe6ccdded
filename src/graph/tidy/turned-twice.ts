// Turning and reshaping twice is done at once, or not at all, and turning an axis of length 1 is reshaping; a value is not repeated for an operator that repeats it itself.
import { broadcast } from "../dims.ts";
import { ints } from "../ir.ts";
import { intsOf } from "../ops/op-rule.ts";
import type { Rule } from "./rewrite.ts";

export const onceTurned: Rule = ({ b, node, shape }) => {
  const [x = "", y = ""] = node.inputs;
  switch (node.op) {
    case "Transpose": {
      const first = b.producer(x);
      const perm = intsOf(node, "perm");
      const before = first?.op === "Transpose" ? intsOf(first, "perm") : null;
      if (!perm) return null;
      const origin = before ? (first?.inputs[0] ?? "") : x;
      const both = before ? perm.map((axis) => before[axis] ?? 0) : perm;
      if (both.every((axis, i) => axis === i)) return origin;
      const long = both.filter((axis) => b.shape(origin)[axis] !== 1);
      if (long.every((axis, i) => i === 0 || axis > (long[i - 1] ?? 0))) {
        return b.op("Reshape", [origin, b.vector(shape)], {}, node.name);
      }
      return before ? b.op("Transpose", [origin], { perm: ints(both) }, node.name) : null;
    }
    case "Reshape": {
      const first = b.producer(x);
      const origin = first?.op === "Reshape" ? (first.inputs[0] ?? "") : x;
      if (b.shape(origin).join() === shape.join()) return origin;
      return origin === x ? null : b.op("Reshape", [origin, b.vector(shape)], {}, node.name);
    }
    case "Add":
    case "Sub":
    case "Mul":
    case "Div": {
      const single = (value: string): string => {
        const maker = b.producer(value);
        return maker?.op === "Expand" ? (maker.inputs[0] ?? "") : value;
      };
      for (const [left, right] of [
        [single(x), single(y)],
        [single(x), y],
        [x, single(y)],
      ] as const) {
        if (left === x && right === y) continue;
        if (broadcast(b.shape(left), b.shape(right), node.name).join() !== shape.join()) continue;
        return b.op(node.op, [left, right], {}, node.name);
      }
      return null;
    }
    default:
      return null;
  }
};
