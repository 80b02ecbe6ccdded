// Walks a foreign graph once and writes the plain one: integers are computed, constants folded, reshapes left pending, everything
// that is not understood collected. Knows which table a node's rule is in; the rules know the operators.
import { Fault } from "../../base/fault.ts";
import { type Builder, createBuilder } from "../builder.ts";
import type { Dim } from "../ir.ts";
import { intOf } from "../ops/op-rule.ts";
import type { ForeignGraph, ForeignNode } from "./foreign.ts";
import { constantLimit, frozenRule } from "./frozen.ts";
import { integerRule, integers, plainNumbers } from "./integers.ts";
import { arithmeticRules, floatTypes } from "./live-arithmetic.ts";
import { movingRules, shapeRule } from "./live-moving.ts";
import {
  createFrozenStore,
  type FrozenStore,
  integersOf,
  isInteger,
  type Lowering,
  type Rule,
  unsupported,
  type Value,
} from "./values.ts";
import { live, written } from "./write.ts";

/** Symbols for what may have been a number at export. */
export const batchSymbol = "B";
export const tokenSymbol = "T";
/** A size no model has, to tell the open batch from other sizes. */
const openBatch = 7919;

export type LowerOptions = Readonly<{
  name: string;
  /** Side of the image where the file leaves it open. */
  imagePixels: number | null;
  /** Values [B,T,D] at which the number of tokens becomes open (first) and fixed again (second). */
  tokenRange: readonly [from: string, to: string] | null;
}>;

export type Lowered = Readonly<{
  b: Builder;
  store: FrozenStore;
  image: string;
  values: ReadonlyMap<string, Value>;
  /** The value of the foreign graph a value of the new one stands for. */
  foreignName(name: string): string | null;
  at: Lowering;
  /** Inputs that stand for the values of `tokenRange`, and what they stand for. */
  joints: ReadonlyMap<string, string>;
}>;

const rules: Readonly<Record<string, Rule>> = { ...arithmeticRules, ...movingRules };

/** One Fault `unsupported-op` (operators without any rule) or `unsupported` lists everything; the parts below it are not blamed. */
export function lower(graph: ForeignGraph, options: LowerOptions): Lowered {
  const b = createBuilder();
  const store = createFrozenStore();
  const [input, ...more] = graph.inputs;
  if (!input?.isFloat || more.length > 0 || input.shape.length !== 4) {
    const list = graph.inputs.map(({ name, shape }) => `${name} [${shape.join(",")}]`).join(", ") || "none";
    throw notUnderstood(options.name, [], [`its input must be one RGB image [B,3,S,S], not ${list}`]);
  }
  const [batch, ...size] = input.shape;
  const sides = size.map((dim, i): Dim => (typeof dim === "number" ? dim : i === 0 ? 3 : (options.imagePixels ?? dim)));
  if (sides.some((dim) => typeof dim === "string")) {
    throw notUnderstood(
      options.name,
      [],
      ["it leaves the size of its image open; say for how many pixels it was made"],
    );
  }
  const nominal = new Map<string, number>([[batchSymbol, typeof batch === "number" ? batch : openBatch]]);
  const at: Lowering = { b, store, nominal, opset: graph.opset };
  const image = b.input("pixels", "float32", [batchSymbol, ...sides]);
  const values = new Map<string, Value>([[input.name, live(b, image)]]);
  for (const [name, tensor] of graph.tensors) {
    values.set(name, isInteger(tensor) ? integersOf(tensor) : store.add(name, tensor));
  }

  const ops = new Set<string>();
  const problems: string[] = [];
  const joints = new Map<string, string>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === "" ? null : values.get(name)));
    if (!isKnown(node.op)) ops.add(node.op);
    if (inputs.some((value) => value === undefined)) continue;
    if (!isKnown(node.op)) continue;
    try {
      const made = lowerNode(at, node, inputs as readonly (Value | null)[]);
      node.outputs.forEach((name, i) => {
        const value = made[i];
        if (name !== "" && value) values.set(name, value);
      });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      problems.push(`${node.op} ${node.name || node.outputs[0] || "?"}: ${error.message.replace(/\.$/, "")}`);
    }
    options.tokenRange?.forEach((name, i) => {
      if (!node.outputs.includes(name)) return;
      const value = values.get(name);
      if (value?.kind !== "live") return;
      const own = written(at, value);
      const [tokens = 0, width = 0] = b.known(own).shape.slice(1);
      if (i === 0) nominal.set(tokenSymbol, Number(tokens));
      const open = i === 0 ? tokenSymbol : (nominal.get(tokenSymbol) ?? 0);
      const joint = b.input(`joint/${i}`, "float32", [batchSymbol, open, width]);
      joints.set(joint, own);
      values.set(name, live(b, joint));
    });
  }
  if (ops.size > 0 || problems.length > 0) throw notUnderstood(options.name, [...ops].toSorted(), problems);
  const origin = new Map<string, string>();
  for (const [name, value] of values)
    if (value.kind === "live" && !origin.has(value.name)) origin.set(value.name, name);
  return { b, store, image, values, at, joints, foreignName: (name) => origin.get(name) ?? null };
}

const special: ReadonlySet<string> = new Set([
  ...["Constant", "ConstantOfShape", "Shape", "Size", "Cast", "Range", "Resize", "ReduceProd", "Not", "Floor", "Mod"],
  ...["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Min", "Max", "Split"],
]);
const isKnown = (op: string): boolean => special.has(op) || Object.hasOwn(rules, op);

function lowerNode(at: Lowering, node: ForeignNode, inputs: readonly (Value | null)[]): readonly Value[] {
  const given = inputs.filter((value) => value !== null);
  if (node.op === "Constant") return [constant(at, node)];
  if (node.op === "ConstantOfShape") return [filled(at, node, given[0])];
  if (node.op === "Shape") return shapeRule(at, node, inputs);
  if (node.op === "Cast" && given[0]?.kind !== "live") return [casted(at, node, given[0])];
  if (node.op === "Dropout" && given[0]) return [given[0]];
  const anyLive = given.some((value) => value.kind === "live");
  if (!anyLive && given.length > 0) {
    if (node.op === "Split") return splitConstant(at, node, inputs);
    return given.every((value) => value.kind === "integers")
      ? integerRule(at, node, inputs)
      : frozenRule(at, node, inputs);
  }
  const rule = rules[node.op];
  if (!rule) throw unsupported("it computes from the image what is understood for sizes only");
  return rule(at, node, inputs);
}

function constant({ store }: Lowering, node: ForeignNode): Value {
  const [name = ""] = node.outputs;
  if (node.value) return isInteger(node.value) ? integersOf(node.value) : store.add(name, node.value);
  for (const key of ["value_int", "value_ints", "value_float", "value_floats"]) {
    const attribute = node.attributes[key];
    if (attribute?.kind === "int") return integers([attribute.value], []);
    if (attribute?.kind === "ints") return integers(attribute.value);
    if (attribute?.kind === "float") return store.add(name, { shape: [], data: Float64Array.of(attribute.value) });
    if (attribute?.kind === "floats") {
      return store.add(name, { shape: [attribute.value.length], data: Float64Array.from(attribute.value) });
    }
  }
  throw unsupported("a constant of a kind that is not read");
}

/** Along open axes one element stands for all: it is broadcast later. */
function filled(at: Lowering, node: ForeignNode, shape: Value | undefined): Value {
  if (shape?.kind !== "integers") throw unsupported("its shape is computed from the image");
  const sizes = shape.values.map((dim) => (typeof dim === "number" ? dim : 1));
  const count = sizes.reduce((a, b) => a * b, 1);
  if (!(count <= constantLimit)) throw unsupported(`a constant of ${count} elements`);
  if (node.value && isInteger(node.value)) {
    return integers(new Array<number>(count).fill(Number(integersOf(node.value).values[0] ?? 0)), sizes);
  }
  const [name = ""] = node.outputs;
  const value = node.value ? (at.store.tensor(at.store.add(`${name}/value`, node.value)).data[0] ?? 0) : 0;
  return at.store.add(name, { shape: sizes, data: new Float64Array(count).fill(value) });
}

function casted(at: Lowering, node: ForeignNode, value: Value | undefined): Value {
  const to = node.attributes.to;
  const type = to?.kind === "int" ? to.value : 1;
  const [name = ""] = node.outputs;
  if (value?.kind === "integers") {
    if (!floatTypes.has(type))
      return type === 9
        ? integers(
            value.values.map((dim) => Number(dim !== 0)),
            value.shape,
          )
        : value;
    return at.store.add(name, plainNumbers(value));
  }
  if (value?.kind !== "frozen") throw unsupported("it lacks an input");
  if (floatTypes.has(type)) return value;
  return integers([...at.store.tensor(value).data].map(type === 9 ? (x) => Number(x !== 0) : Math.trunc), value.shape);
}

/** A constant in equal or given parts: one Slice each. */
function splitConstant(at: Lowering, node: ForeignNode, [value, given]: readonly (Value | null)[]): readonly Value[] {
  if (!value || value.kind === "live") throw unsupported("it lacks an input");
  const asIr = { op: "Slice" as const, name: node.name, inputs: [], outputs: [], attributes: node.attributes };
  const raw = intOf(asIr, "axis", 0);
  const axis = raw < 0 ? raw + value.shape.length : raw;
  const size = value.shape[axis] ?? 1;
  const attribute = node.attributes.split;
  const equal = Array.from({ length: node.outputs.length }, () => size / node.outputs.length);
  const parts =
    given?.kind === "integers" ? [...plainNumbers(given).data] : attribute?.kind === "ints" ? attribute.value : equal;
  let from = 0;
  return parts.flatMap((count, i) => {
    const bounds = [[from], [from + count], [axis]].map((list) => integers(list));
    from += count;
    const one: ForeignNode = {
      ...node,
      op: "Slice",
      attributes: {},
      outputs: [node.outputs[i] ?? `${node.name}/${i}`],
    };
    return (value.kind === "integers" ? integerRule : frozenRule)(at, one, [value, ...bounds]);
  });
}

export function notUnderstood(file: string, ops: readonly string[], problems: readonly string[]): Fault {
  const unknown = ops.length > 0 ? [`operators this program does not know: ${ops.join(", ")}`] : [];
  const all = [...unknown, ...problems.slice(0, 40), ...(problems.length > 40 ? [`${problems.length - 40} more`] : [])];
  const kind = ops.length > 0 ? "unsupported-op" : "unsupported";
  return new Fault(kind, `${file} cannot be used as it is: ${all.join("; ")}.`, { ops, problems: [...problems] });
}
