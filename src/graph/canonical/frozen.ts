// What exporters compute from weights and constants alone is computed at import, in float64. Where numbers only move, no copy is made.
import { elementCount } from "../ir.ts";
import { isOp } from "../ops/op-names.ts";
import { intsOf, type Tensor, tensor } from "../ops/op-rule.ts";
import { opTable } from "../ops/op-table.ts";
import type { ForeignNode } from "./foreign.ts";
import { integers, irNode, plainNumbers } from "./integers.ts";
import { type Frozen, type FrozenStore, type Lowering, type Rule, unsupported, type Value } from "./values.ts";

/** Elements a constant computed at import may have: the largest weight matrix of a ViT-g has 25 million. */
export const constantLimit = 2 ** 26;
const sameOrder: ReadonlySet<string> = new Set(["Identity", "Reshape", "Squeeze", "Unsqueeze"]);
const comparing: ReadonlySet<string> = new Set(["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"]);

export function addFrozen(store: FrozenStore, node: ForeignNode, made: Tensor, output = 0): Frozen {
  return store.add(`${node.outputs[output]}`, made);
}

export const turned = (value: Frozen): Frozen => {
  const { transposed, ...source } = value.source;
  return { ...value, shape: value.shape.toReversed(), source: transposed ? source : { ...source, transposed: true } };
};

/** An operator whose inputs are frozen numbers, at least one, and integers. */
export const frozenRule: Rule = (at, node, inputs) => {
  const { store } = at;
  const [first] = inputs;
  if (node.op === "Split") throw unsupported("weights are split here");
  if (node.op === "Transpose" && first?.kind === "frozen" && first.shape.length === 2) {
    const perm = intsOf(irNode(node), "perm");
    if (!perm || perm.join() === "1,0") return [turned(first)];
  }
  if (node.op === "Expand" && first?.kind === "frozen") return [expandedFrozen(at, node, first, inputs[1] ?? null)];
  if (node.op === "Where") return [chosen(at, node, inputs)];
  if (node.op === "Resize") return [resized(at, node, inputs)];
  if (comparing.has(node.op)) {
    const [a, b] = inputs.map((value) => numbersOf(at, value));
    if (a && b && b.data.length === 1) {
      const limit = b.data[0] ?? 0;
      const test = { Equal: 0, Less: -1, Greater: 1 }[node.op];
      if (test !== undefined)
        return [
          integers(
            [...a.data].map((x) => Number(Math.sign(x - limit) === test)),
            a.shape,
          ),
        ];
    }
  }
  if (!isOp(node.op)) throw unsupported(`no rule is known of ${node.op} on constants`);
  const tensors = inputs.map((value) => numbersOf(at, value));
  if (sameOrder.has(node.op) && first?.kind === "frozen" && !first.source.transposed) {
    const hollow: Tensor = { shape: first.shape, data: new Float64Array() };
    const [made] = opTable[node.op].evaluate(irNode(node), [hollow, ...tensors.slice(1)]);
    if (made) return [{ ...first, shape: made.shape }];
  }
  const results = opTable[node.op].evaluate(irNode(node), tensors);
  return results.map((made, i) => addFrozen(store, node, made, i));
};

export function numbersOf({ store }: Lowering, value: Value | null | undefined): Tensor | null {
  if (!value) return null;
  if (value.kind === "live") throw unsupported("it mixes constants with the image");
  return value.kind === "integers" ? plainNumbers(value) : store.tensor(value);
}

/** Repeating over an open batch is left to broadcasting. */
function expandedFrozen(at: Lowering, node: ForeignNode, value: Frozen, target: Value | null): Frozen {
  if (target?.kind !== "integers") throw unsupported("a repeat is computed from the image");
  const rank = Math.max(value.shape.length, target.values.length);
  const own = [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape];
  const shape = own.map((n, i) => {
    const dim = target.values[i - rank + target.values.length] ?? 1;
    return typeof dim === "number" && dim > 1 ? dim : n;
  });
  if (elementCount(shape) === elementCount(value.shape) && !value.source.transposed) return { ...value, shape };
  if (elementCount(shape) > constantLimit) throw unsupported(`a constant of ${elementCount(shape)} elements`);
  const expand = { ...irNode(node), op: "Expand" as const, attributes: {} };
  const sizes: Tensor = { shape: [rank], data: Float64Array.from(shape) };
  const [made] = opTable.Expand.evaluate(expand, [at.store.tensor(value), sizes]);
  if (!made) throw unsupported("a repeat");
  return addFrozen(at.store, node, made);
}

function chosen(at: Lowering, node: ForeignNode, inputs: readonly (Value | null)[]): Frozen {
  const [mask, a, b] = inputs.map((value) => numbersOf(at, value));
  if (!mask || !a || !b) throw unsupported("Where lacks an input");
  const evaluate = (op: "Add" | "Mul", x: Tensor, y: Tensor): Tensor => {
    const made = opTable[op].evaluate({ op, name: node.name, inputs: [], outputs: [], attributes: {} }, [x, y])[0];
    if (!made) throw unsupported("Where");
    return made;
  };
  // Positions instead of values: 0 * infinity would not be 0.
  const zeros = (t: Tensor): Tensor => tensor(t.shape, () => 0);
  const spread = (t: Tensor): Tensor =>
    [mask, a, b].filter((other) => other !== t).reduce((sum, other) => evaluate("Add", sum, zeros(other)), t);
  const [m, x, y] = [spread(mask), spread(a), spread(b)];
  return addFrozen(
    at.store,
    node,
    tensor(m.shape, (i) => (m.data[i] === 0 ? y.data[i] : x.data[i]) ?? 0),
  );
}

/** Position embeddings resized to the size they have. Another size needs another filter in every exporter: it is refused. */
function resized(at: Lowering, _node: ForeignNode, inputs: readonly (Value | null)[]): Frozen {
  const [value, , scales, sizes] = inputs;
  const wanted = numbersOf(at, sizes) ?? null;
  const factors = numbersOf(at, scales) ?? null;
  if (value?.kind !== "frozen") throw unsupported("an image is resized inside the model");
  const same = wanted
    ? wanted.data.length > 0 && [...wanted.data].join() === value.shape.join()
    : factors !== null && factors.data.length > 0 && factors.data.every((x) => Math.abs(x - 1) < 1e-3);
  if (!same) {
    throw unsupported(
      `position embeddings are resized from [${value.shape.join(", ")}] to [${[...(wanted ?? factors ?? { data: [] }).data].join(", ")}]; give the image size the model was made for`,
    );
  }
  return value;
}
