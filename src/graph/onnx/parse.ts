// ONNX bytes -> graph. Knows protobuf and hostile input; refuses to know what a graph computes.
import { fromBinary } from "@bufbuild/protobuf";
import { Fault } from "../../base/fault.ts";
import type { Attribute, Dim, Graph, Initializer, Node, ValueInfo } from "../ir.ts";
import { isOp } from "../ops/op-names.ts";
import type { WeightFile } from "../weight-file.ts";
import {
  type AttributeProto,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type ValueInfoProto,
} from "./onnx_pb.ts";
import { createWeightFinder, dtypeOf, parseInitializer, shortestFloat } from "./parse-tensor.ts";

const limits = { bytes: 2 ** 31 - 1, nodes: 100_000, initializers: 100_000, attributeValues: 1_000_000 } as const;

/**
 * Parses a model. External data is resolved to tensor keys through `weights` (the file its `location` names). fp16 weights that
 * are only widened to fp32 become fp32 weights, those that are turned become transposed ones; Constant nodes become initializers. Fault `damaged`, `limit`, `bad-model`;
 * `unsupported-op` names every unknown operator at once. `name` is how messages call the file.
 */
export function parseOnnx(bytes: Uint8Array, options: Readonly<{ name: string; weights?: WeightFile }>): Graph {
  const { name } = options;
  if (bytes.length > limits.bytes)
    throw new Fault("limit", `${name} has ${bytes.length} bytes; at most 2 GiB are read.`);
  const proto = decode(bytes, name);
  const { graph } = proto;
  if (!graph) throw new Fault("damaged", `${name} is damaged or no ONNX model: it holds no graph.`);
  checkSizes(graph, name);

  const standard = (domain: string): boolean => domain === "" || domain === "ai.onnx";
  const unknown = graph.node
    .filter((node) => !(standard(node.domain) && (isOp(node.opType) || node.opType === "Constant")))
    .map((node) => (standard(node.domain) ? node.opType : `${node.domain}.${node.opType}`));
  if (unknown.length > 0) {
    const ops = [...new Set(unknown)].toSorted();
    throw new Fault("unsupported-op", `${name} uses operators this program does not know: ${ops.join(", ")}.`, { ops });
  }
  const opset = Number(proto.opsetImport.find((entry) => standard(entry.domain))?.version ?? 0n);
  if (opset < 13 || opset > 22) {
    throw new Fault(
      "unsupported",
      `${name} uses operator set ${opset}; 13 to 22 are read. Export it again with opset 20.`,
    );
  }

  const finder = options.weights ? createWeightFinder(options.weights) : null;
  const initializers: Initializer[] = graph.initializer.map((entry) => parseInitializer(entry, name, finder));
  const nodes: Node[] = [];
  for (const node of graph.node) {
    if (node.opType === "Constant") initializers.push(parseConstant(node, name));
    else nodes.push(parseNode(node, name));
  }
  const stored = new Set(initializers.map((entry) => entry.name));
  // Old exporters list initializers among the inputs too.
  const inputs = graph.input.filter((value) => !stored.has(value.name)).map((value) => parseValue(value, name));
  const outputs = graph.output.map((value) => parseValue(value, name));
  checkOrder(
    [...stored, ...inputs.map((value) => value.name)],
    nodes,
    outputs.map((value) => value.name),
    name,
  );
  return withPreparedWeights({
    inputs,
    outputs,
    nodes,
    initializers,
    opset,
  });
}

export function decode(bytes: Uint8Array, name: string) {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new Fault("damaged", `${name} is damaged or no ONNX model.`, {}, cause);
  }
}

export function checkSizes(graph: GraphProto, name: string): void {
  const tooMany = [
    [graph.node.length, limits.nodes, "nodes"],
    [graph.initializer.length, limits.initializers, "initializers"],
  ] as const;
  for (const [count, most, what] of tooMany) {
    if (count > most) throw new Fault("limit", `${name} has ${count} ${what}; at most ${most} are read.`);
  }
  if (graph.sparseInitializer.length > 0) {
    throw new Fault("unsupported", `${name} has sparse weights, which are not read. Export it with dense ones.`);
  }
}

type Step = Readonly<{ op: string; name: string; inputs: readonly string[]; outputs: readonly string[] }>;

/** Every value is written once, before it is read; `given` are there from the start. Fault damaged, naming the value. */
export function checkOrder(
  given: Iterable<string>,
  nodes: readonly Step[],
  outputs: readonly string[],
  file: string,
): void {
  const written = new Set(given);
  for (const node of nodes) {
    for (const value of node.inputs) {
      if (value !== "" && !written.has(value)) {
        throw new Fault(
          "damaged",
          `${file} is damaged: ${node.op} ${node.name} reads "${value}", which nothing computes.`,
        );
      }
    }
    for (const value of node.outputs) {
      if (value !== "" && written.has(value))
        throw new Fault("damaged", `${file} is damaged: "${value}" is written twice.`);
      written.add(value);
    }
  }
  const missing = outputs.find((value) => !written.has(value));
  if (missing !== undefined) {
    throw new Fault("damaged", `${file} is damaged: nothing computes its output "${missing}".`);
  }
}

export function parseValue(value: ValueInfoProto, file: string): ValueInfo {
  const type = value.type?.value;
  if (type?.case !== "tensorType" || !type.value.shape) {
    throw new Fault("bad-model", `${file}: input or output "${value.name}" has no shape.`);
  }
  const shape = type.value.shape.dim.map(({ value: dim }, i): Dim => {
    if (dim.case === "dimParam" && dim.value !== "") return dim.value;
    if (dim.case !== "dimValue" || dim.value <= 0n) return `${value.name}_${i}`;
    return Number(dim.value);
  });
  return { name: value.name, dtype: dtypeOf(type.value.elemType, `${file}: "${value.name}"`), shape };
}

function parseNode(node: NodeProto, file: string): Node {
  const { opType: op, name, input, output } = node;
  if (!isOp(op)) throw new Fault("unsupported-op", `${file} uses ${op}.`, { ops: [op] });
  const attributes = Object.fromEntries(
    node.attribute.map((a) => [a.name, parseAttribute(a, `${file}: ${op} ${name}`)]),
  );
  return { op, name, inputs: input, outputs: output, attributes };
}

export function parseAttribute(attribute: AttributeProto, where: string): Attribute {
  if (Math.max(attribute.ints.length, attribute.floats.length) > limits.attributeValues) {
    throw new Fault("limit", `${where}: attribute ${attribute.name} has too many values.`);
  }
  switch (Number(attribute.type)) {
    case 1:
      return { kind: "float", value: shortestFloat(attribute.f) };
    case 2:
      return { kind: "int", value: Number(attribute.i) };
    case 3:
      return { kind: "string", value: new TextDecoder().decode(attribute.s) };
    case 6:
      return { kind: "floats", value: attribute.floats.map(shortestFloat) };
    case 7:
      return { kind: "ints", value: attribute.ints.map(Number) };
    default:
      throw new Fault("unsupported", `${where}: attribute ${attribute.name} is of a kind that is not read.`);
  }
}

function parseConstant(node: NodeProto, file: string): Initializer {
  const name = node.output[0] ?? "";
  const [attribute] = node.attribute;
  switch (attribute?.name) {
    case "value":
      if (attribute.t) return { ...parseInitializer(attribute.t, file, null), name };
      break;
    case "value_int":
      return { name, dtype: "int64", shape: [], source: { kind: "inline", values: [Number(attribute.i)] } };
    case "value_float":
      return { name, dtype: "float32", shape: [], source: { kind: "inline", values: [shortestFloat(attribute.f)] } };
    case "value_ints": {
      const values = attribute.ints.map(Number);
      return { name, dtype: "int64", shape: [values.length], source: { kind: "inline", values } };
    }
  }
  throw new Fault("unsupported", `${file}: constant ${name} is of a kind that is not read.`);
}

/**
 * Widening fp16 to fp32 is exact, and turning a stored matrix moves numbers only: a weight that is read through such a Cast or
 * Transpose is an fp32 weight, or a turned one, for us.
 */
function withPreparedWeights(graph: Graph): Graph {
  const weights = new Map<string, Initializer>();
  for (const entry of graph.initializers) if (entry.source.kind === "weight") weights.set(entry.name, entry);
  const prepared: Initializer[] = [];
  const nodes = graph.nodes.filter((node) => {
    const entry = weights.get(node.inputs[0] ?? "");
    const ready = entry && (node.op === "Cast" ? widened(node, entry) : turned(node, entry));
    if (!ready) return true;
    weights.set(ready.name, ready);
    prepared.push(ready);
    return false;
  });
  if (prepared.length === 0) return graph;
  const read = new Set([...nodes.flatMap((node) => node.inputs), ...graph.outputs.map((value) => value.name)]);
  const byStart = new Map(prepared.map((entry) => [sourceKey(entry), entry]));
  // In the place of what they are made from, so that writing and reading again keeps the order.
  const placed = graph.initializers.flatMap((entry) => {
    if (entry.source.kind !== "weight" || read.has(entry.name)) return [entry];
    const heir = byStart.get(sourceKey(entry));
    return heir && read.has(heir.name) ? [heir] : [];
  });
  const there = new Set(placed.map((entry) => entry.name));
  const others = prepared.filter((entry) => read.has(entry.name) && !there.has(entry.name));
  return { ...graph, nodes, initializers: [...placed, ...others] };
}

const sourceKey = ({ source }: Initializer): string =>
  source.kind === "weight" ? `${source.key}+${source.elementOffset}` : "";

function widened(node: Node, entry: Initializer): Initializer | null {
  const to = node.attributes.to;
  if (entry.dtype !== "float16" || to?.kind !== "int" || to.value !== 1) return null;
  return { ...entry, name: node.outputs[0] ?? "", dtype: "float32" };
}

function turned(node: Node, entry: Initializer): Initializer | null {
  const { source, shape } = entry;
  const perm = node.attributes.perm;
  if (node.op !== "Transpose" || source.kind !== "weight" || source.transposed || shape.length !== 2) return null;
  if (perm && (perm.kind !== "ints" || perm.value.join() !== "1,0")) return null;
  return { ...entry, name: node.outputs[0] ?? "", shape: shape.toReversed(), source: { ...source, transposed: true } };
}
