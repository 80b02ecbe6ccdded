// Numbers that multiply are gathered: they move behind what is linear, meet there, and vanish where they make 1, or -1 before a sum.
// Knows Neg as the number -1.
import type { Builder } from "../builder.ts";
import type { Rule, Site } from "./rewrite.ts";

type Scaled = Readonly<{ value: string; factor: number }>;

export const gatheredFactors: Rule = ({ b, node, shape, only }) => {
  const [x = "", y = ""] = node.inputs;
  const same = (value: string): boolean => b.shape(value).join() === shape.join();
  switch (node.op) {
    case "Neg": {
      const { value, factor } = scaled({ b, only }, x);
      return factor === 1 ? null : times(b, value, -factor, node.name);
    }
    case "Mul": {
      const [left, right] = [numberOf(b, x), numberOf(b, y)];
      const number = right ?? left;
      if (number !== null && same(right === null ? y : x)) {
        const { value, factor } = scaled({ b, only }, right === null ? y : x);
        return factor * number === number && number !== 1 ? null : times(b, value, factor * number, node.name);
      }
      const [p, q] = [scaled({ b, only }, x), scaled({ b, only }, y)];
      const factor = p.factor * q.factor;
      // On the larger operand a number costs more, but a sign is taken by the sum that follows.
      if (p.factor === 1 && q.factor === 1) return null;
      if (Math.abs(factor) !== 1) return null;
      return times(b, b.op("Mul", [p.value, q.value], {}, node.name), factor, node.name);
    }
    case "Div": {
      const { value, factor } = scaled({ b, only }, x);
      return factor === 1 || !same(value) ? null : times(b, b.op("Div", [value, y], {}, node.name), factor, node.name);
    }
    case "ReduceSum": {
      const { value, factor } = scaled({ b, only }, x);
      if (factor === 1) return null;
      return times(b, b.op("ReduceSum", [value, y], node.attributes, node.name), factor, node.name);
    }
    case "Add":
    case "Sub": {
      const [p, q] = [scaled({ b, only }, x), scaled({ b, only }, y)];
      const minus = node.op === "Sub";
      if (q.factor === -1) return b.op(minus ? "Add" : "Sub", [x, q.value], {}, node.name);
      return p.factor === -1 && !minus ? b.op("Sub", [y, p.value], {}, node.name) : null;
    }
    default:
      return null;
  }
};

/** The number a value repeats. */
function numberOf(b: Builder, value: string): number | null {
  const maker = b.producer(value);
  const [origin = ""] = maker?.op === "Reshape" || maker?.op === "Expand" ? maker.inputs : [];
  return b.number(origin === "" ? value : origin);
}

/** A value that nobody else reads, without the number it was multiplied by last. */
function scaled({ b, only }: Pick<Site, "b" | "only">, value: string): Scaled {
  const maker = only(value);
  const [x = "", y = ""] = maker?.inputs ?? [];
  if (maker?.op === "Neg") return { value: x, factor: -1 };
  if (maker?.op !== "Mul") return { value, factor: 1 };
  const [left, right] = [b.number(x), b.number(y)];
  if (right !== null) return { value: x, factor: right };
  return left === null ? { value, factor: 1 } : { value: y, factor: left };
}

function times(b: Builder, value: string, factor: number, name: string): string {
  if (factor === 1) return value;
  return factor === -1 ? b.op("Neg", [value], {}, name) : b.op("Mul", [value, b.scalar(factor)], {}, name);
}
