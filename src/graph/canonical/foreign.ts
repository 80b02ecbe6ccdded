// A graph as other programs export it: any operator by name, any operator set, weights as bytes wherever they lie.
// Knows the file's form and its limits; refuses to know what an operator computes.
import { Fault } from "../../base/fault.ts";
import type { Attribute, Attributes, Dim } from "../ir.ts";
import type { NodeProto, TensorProto } from "../onnx/onnx_pb.ts";
import { checkOrder, checkSizes, decode, parseAttribute, parseValue } from "../onnx/parse.ts";

/** A stored tensor, little endian and row-major; numbers are made of its bytes only when somebody reads them. */
export type ForeignTensor = Readonly<{
  dtype: ForeignType;
  shape: readonly number[];
  bytes: Uint8Array;
}>;
export type ForeignType = "float32" | "float16" | "bfloat16" | "float64" | "int64" | "int32" | "bool";

export type ForeignNode = Readonly<{
  op: string;
  name: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Attributes;
  /** The attribute `value` of Constant and ConstantOfShape. */
  value: ForeignTensor | null;
}>;

export type ForeignValue = Readonly<{ name: string; isFloat: boolean; shape: readonly Dim[] }>;

export type ForeignGraph = Readonly<{
  inputs: readonly ForeignValue[];
  outputs: readonly string[];
  nodes: readonly ForeignNode[];
  tensors: ReadonlyMap<string, ForeignTensor>;
  opset: number;
}>;

const types: Readonly<Record<number, readonly [ForeignType, number]>> = {
  1: ["float32", 4],
  6: ["int32", 4],
  7: ["int64", 8],
  9: ["bool", 1],
  10: ["float16", 2],
  11: ["float64", 8],
  16: ["bfloat16", 2],
};

/** Files beside the model by the name the model gives them. */
export type SideFiles = ReadonlyMap<string, Uint8Array>;

/** Names of the files its weights lie in. Faults: damaged. */
export function externalLocations(bytes: Uint8Array, name: string): ReadonlySet<string> {
  const { graph } = decode(bytes, name);
  const tensors = [
    ...(graph?.initializer ?? []),
    ...(graph?.node ?? []).flatMap((node) => node.attribute.flatMap(({ t }) => (t ? [t] : []))),
  ];
  const places = tensors.flatMap(({ externalData }) => externalData.filter(({ key }) => key === "location"));
  return new Set(places.map(({ value }) => value));
}

/** Faults: damaged, limit, bad-model (a file that is missing or too short), unsupported. */
export function parseForeign(bytes: Uint8Array, name: string, files: SideFiles): ForeignGraph {
  const proto = decode(bytes, name);
  const { graph } = proto;
  if (!graph || graph.output.length === 0) {
    throw new Fault("damaged", `${name} is damaged or no ONNX model: it holds no graph with an output.`);
  }
  checkSizes(graph, name);
  const opset = Number(proto.opsetImport.find(({ domain }) => standard(domain))?.version ?? 0n);
  if (opset < 11 || opset > 23) {
    throw new Fault(
      "unsupported",
      `${name} uses operator set ${opset}; 11 to 23 are read. Export it again with opset 18.`,
    );
  }
  if (proto.functions.length > 0) {
    throw new Fault("unsupported", `${name} defines functions of its own. Export it with inlined functions.`);
  }
  const tensors = new Map(graph.initializer.map((entry) => [entry.name, parseTensor(entry, name, files)]));
  const inputs = graph.input.filter((value) => !tensors.has(value.name));
  const nodes = graph.node.map((node) => parseNode(node, name, files));
  const outputs = graph.output.map((value) => value.name);
  checkOrder([...tensors.keys(), ...inputs.map((value) => value.name)], nodes, outputs, name);
  return {
    inputs: inputs.map((value) => {
      const { dtype, shape } = parseValue(value, name);
      return { name: value.name, isFloat: dtype === "float32" || dtype === "float16", shape };
    }),
    outputs,
    nodes,
    tensors,
    opset,
  };
}

const standard = (domain: string): boolean => domain === "" || domain === "ai.onnx";

function parseNode(node: NodeProto, file: string, files: SideFiles): ForeignNode {
  const attributes: Record<string, Attribute> = {};
  let value: ForeignTensor | null = null;
  for (const attribute of node.attribute) {
    const where = `${file}: ${node.opType} ${node.name}`;
    const kind = Number(attribute.type);
    if (kind === tensorKind && attribute.t) value = parseTensor(attribute.t, file, files);
    else if (!skipped.has(kind)) attributes[attribute.name] = parseAttribute(attribute, where);
  }
  const op = standard(node.domain) ? node.opType : `${node.domain}.${node.opType}`;
  return { op, name: node.name, inputs: node.input, outputs: node.output, attributes, value };
}

const tensorKind = 4;
/** Bodies of loops and branches, lists of texts: the operator that has them is refused by name, together with all others. */
const skipped: ReadonlySet<number> = new Set([0, 5, 8, 10]);

function parseTensor(proto: TensorProto, file: string, files: SideFiles): ForeignTensor {
  const what = `${file}: tensor ${proto.name}`;
  const type = types[proto.dataType];
  if (!type) throw new Fault("unsupported", `${what} has the ONNX element type ${proto.dataType}, which is not read.`);
  const [dtype, size] = type;
  const shape = proto.dims.map(Number);
  if (shape.length > 8 || shape.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    throw new Fault("damaged", `${what} has no valid shape.`);
  }
  const wanted = shape.reduce((a, b) => a * b, 1) * size;
  const bytes = Number(proto.dataLocation) === 1 ? externalBytes(proto, what, wanted, files) : ownBytes(proto, dtype);
  if (bytes.length !== wanted) {
    throw new Fault("damaged", `${what} has ${bytes.length} bytes where its shape needs ${wanted}.`);
  }
  return { dtype, shape, bytes };
}

function externalBytes(proto: TensorProto, what: string, wanted: number, files: SideFiles): Uint8Array {
  const field = (key: string): string | undefined => proto.externalData.find((entry) => entry.key === key)?.value;
  const location = field("location") ?? "";
  const file = files.get(location);
  if (!file) {
    throw new Fault("bad-model", `${what} lies in the file "${location}", which was not given with the model.`, {
      location,
    });
  }
  const from = Number(field("offset") ?? 0);
  const length = Number(field("length") ?? wanted);
  if (!Number.isSafeInteger(from) || from < 0 || length !== wanted || from + length > file.length) {
    const why = `needs ${wanted} bytes from ${from} on; the file has ${file.length}`;
    throw new Fault("bad-model", `${what} does not fit the file "${location}": it ${why}. Is it another model's?`, {
      location,
    });
  }
  return file.subarray(from, from + length);
}

/** Numbers may be in typed lists instead of raw bytes. */
function ownBytes(proto: TensorProto, dtype: ForeignType): Uint8Array {
  if (proto.rawData.length > 0) return proto.rawData;
  switch (dtype) {
    case "float32":
      return bytesOf(Float32Array.from(proto.floatData));
    case "float64":
      return bytesOf(Float64Array.from(proto.doubleData));
    case "int64":
      return bytesOf(BigInt64Array.from(proto.int64Data));
    case "int32":
      return bytesOf(Int32Array.from(proto.int32Data));
    case "bool":
      return Uint8Array.from(proto.int32Data);
    case "float16":
    case "bfloat16":
      return bytesOf(Uint16Array.from(proto.int32Data));
    default:
      return dtype satisfies never;
  }
}

const bytesOf = (list: ArrayBufferView): Uint8Array => new Uint8Array(list.buffer, list.byteOffset, list.byteLength);
