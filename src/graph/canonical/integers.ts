// Arithmetic of shapes at import: what exporters compute with Shape, Gather, Concat, Where and their kin is known before anything
// runs, with symbols where the batch is open. Knows integers only.
import { broadcast, product, quotient, sum } from "../dims.ts";
import type { Dim, Node } from "../ir.ts";
import { broadcastTensors } from "../ops/elementwise.ts";
import { isOp } from "../ops/op-names.ts";
import { type Tensor, tensor } from "../ops/op-rule.ts";
import { opTable } from "../ops/op-table.ts";
import type { ForeignNode } from "./foreign.ts";
import { type Integers, type Rule, unsupported } from "./values.ts";

export const irNode = ({ op, name, inputs, outputs, attributes }: ForeignNode): Node => {
  if (!isOp(op)) throw unsupported(`no rule is known of ${op}`);
  return { op, name, inputs, outputs, attributes };
};

export const integers = (values: readonly Dim[], shape: readonly number[] = [values.length]): Integers => ({
  kind: "integers",
  shape,
  values,
});

/** Elements of a list of sizes, indices or a mask of T x T tokens. */
const listLimit = 2 ** 22;

/** Operators that move elements without looking at them. */
const moving: ReadonlySet<string> = new Set([
  "Concat",
  "Expand",
  "Gather",
  "Identity",
  "Reshape",
  "Slice",
  "Squeeze",
  "Transpose",
  "Unsqueeze",
]);

type Pair = (a: Dim, b: Dim) => Dim;
const numeric =
  (f: (a: number, b: number) => number): Pair =>
  (a, b) => {
    if (typeof a === "number" && typeof b === "number") return f(a, b);
    throw unsupported(`${a} and ${b} are compared or counted before the graph runs`);
  };
const exact = (dim: Dim | null, what: string): Dim => {
  if (dim === null) throw unsupported(`${what} is no whole number for every batch`);
  return dim;
};

const pairs: Readonly<Record<string, Pair>> = {
  Add: sum,
  Sub: (a, b) => (a === b ? 0 : b === 0 ? a : numeric((x, y) => x - y)(a, b)),
  Mul: (a, b) => (a === -1 || b === -1 ? numeric((x, y) => x * y)(a, b) : product([a, b])),
  Div: (a, b) =>
    typeof a === "number" && typeof b === "number" ? Math.floor(a / b) : exact(quotient(a, b), `${a} / ${b}`),
  Mod: numeric((a, b) => a - Math.floor(a / b) * b),
  Min: (a, b) => (a === b ? a : numeric(Math.min)(a, b)),
  Max: (a, b) => (a === b ? a : numeric(Math.max)(a, b)),
  Pow: numeric((a, b) => a ** b),
  // Sizes are positive, so a symbol is never -1 or 0.
  Equal: (a, b) => {
    if (a === b) return 1;
    const [low, high] = typeof a === "number" ? [a, b] : [b, a];
    if (typeof high === "string" && typeof low === "number" && low < 1) return 0;
    return numeric((x, y) => Number(x === y))(a, b);
  },
  Less: numeric((a, b) => Number(a < b)),
  LessOrEqual: numeric((a, b) => Number(a <= b)),
  Greater: numeric((a, b) => Number(a > b)),
  GreaterOrEqual: numeric((a, b) => Number(a >= b)),
  And: numeric((a, b) => Number(a !== 0 && b !== 0)),
  Or: numeric((a, b) => Number(a !== 0 || b !== 0)),
};

/** Positions of the elements of a list, to be moved in their place. */
const positions = (list: Integers, from = 0): Tensor => tensor(list.shape, (i) => from + i);

function paired(a: Integers, b: Integers, f: Pair): Integers {
  const left = broadcastTensors(
    positions(a),
    tensor(b.shape, () => 0),
    (x) => x,
    "a comparison",
  );
  const right = broadcastTensors(
    tensor(a.shape, () => 0),
    positions(b),
    (_, y) => y,
    "a comparison",
  );
  const values = [...left.data].map((i, at) => f(a.values[i] ?? 0, b.values[right.data[at] ?? 0] ?? 0));
  return integers(values, left.shape);
}

export const plainNumbers = (list: Integers): Tensor =>
  tensor(list.shape, (i) => {
    const dim = list.values[i] ?? 0;
    if (typeof dim === "number") return dim;
    throw unsupported(`${dim} is known only when the graph runs`);
  });

/** An operator all of whose inputs are integers. */
export const integerRule: Rule = (_at, node, inputs) => {
  const lists = inputs.map((value) => (value?.kind === "integers" ? value : null));
  const [a, b, c] = lists;
  const pair = pairs[node.op];
  if (pair && a && b) return [paired(a, b, pair)];
  if (node.op === "Not" && a)
    return [
      integers(
        a.values.map((dim) => Number(dim === 0)),
        a.shape,
      ),
    ];
  if (node.op === "Neg" && a)
    return [
      integers(
        [...plainNumbers(a).data].map((x) => -x),
        a.shape,
      ),
    ];
  if (node.op === "Floor" && a) return [a];
  if (node.op === "Where" && a && b && c) {
    const chosen = paired(
      a,
      paired(b, c, (x) => x),
      (cond, x) => (cond === 0 ? -1 : x),
    );
    const other = paired(
      a,
      paired(b, c, (_, y) => y),
      (_, y) => y,
    );
    const mask = paired(
      a,
      paired(b, c, () => 0),
      (cond) => cond,
    );
    return [
      integers(
        chosen.values.map((x, i) => (mask.values[i] === 0 ? (other.values[i] ?? 0) : x)),
        mask.shape,
      ),
    ];
  }
  if (node.op === "Range" && a && b && c) {
    const [from = 0, to = 0, step = 1] = [a, b, c].map((list) => plainNumbers(list).data[0]);
    if (!((to - from) / step <= listLimit)) throw unsupported(`a list from ${from} to ${to}`);
    return [integers(Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step))];
  }
  if (node.op === "ReduceProd" && a) return [integers([product(a.values)], [])];
  if (node.op === "Expand" && a && b) return [expanded(a, b)];
  if (moving.has(node.op) && a) return [moved(node, lists)];
  if (isOp(node.op)) {
    const [made] = opTable[node.op].evaluate(
      irNode(node),
      lists.map((list) => list && plainNumbers(list)),
    );
    if (made) return [integers([...made.data], made.shape)];
  }
  throw unsupported(`no rule is known of ${node.op} on integers`);
};

/** Repeating over an open batch changes nothing that broadcasting would not do later. */
function expanded(a: Integers, to: Integers): Integers {
  const wanted = broadcast(a.shape, to.values, "a repeat").map((dim) => (typeof dim === "number" ? dim : 1));
  if (!(wanted.reduce((n, d) => n * d, 1) <= listLimit)) throw unsupported(`a list of [${wanted.join(", ")}]`);
  return paired(a, integers(new Array(wanted.reduce((n, d) => n * d, 1)).fill(0), wanted), (x) => x);
}

function moved(node: ForeignNode, lists: readonly (Integers | null)[]): Integers {
  const data: Dim[] = [];
  const tensors = lists.map((list, i) => {
    if (!list) return null;
    if (i > 0 && node.op !== "Concat") return plainNumbers(list);
    const at = positions(list, data.length);
    data.push(...list.values);
    return at;
  });
  const [made] = opTable[irNode(node).op].evaluate(irNode(node), tensors);
  return integers(
    [...(made?.data ?? [])].map((i) => data[i] ?? 0),
    made?.shape ?? [],
  );
}
