// Graph -> ONNX bytes. Knows protobuf; the same graph always gives the same bytes.
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Fault } from "../../base/fault.ts";
import { halfBits } from "../../math/half.ts";
import {
  type Attribute,
  type DType,
  elementCount,
  type Graph,
  type Initializer,
  type Node,
  type ValueInfo,
  type WeightSource,
} from "../ir.ts";
import { onnxTypeOf } from "../ops/elementwise.ts";
import type { WeightFile } from "../weight-file.ts";
import {
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "./onnx_pb.ts";

/**
 * `file`: weights are external data in `file.location` (fp16 ones through a Cast). Where a graph has no weights left
 * (see weightsAsInputs), `none`. Fault `bad-model` when a weight is not in the file.
 */
export type WeightStorage = Readonly<{ kind: "file"; file: WeightFile }> | Readonly<{ kind: "none" }>;

type TensorInit = MessageInitShape<typeof TensorProtoSchema>;
type NodeInit = MessageInitShape<typeof NodeProtoSchema>;

const float16 = onnxTypeOf.float16;
/** IR 9 goes with opset 20. */
const irVersion = 9n;

export function serializeOnnx(
  graph: Graph,
  options: Readonly<{ weights: WeightStorage }> = { weights: { kind: "none" } },
): Uint8Array<ArrayBuffer> {
  const preparing: NodeInit[] = [];
  const initializer = graph.initializers.map((entry): TensorInit => {
    if (entry.source.kind === "inline") return inlineTensor(entry, entry.source.values);
    const { tensor, nodes } = weightTensor(entry, entry.source, options.weights);
    preparing.push(...nodes);
    return tensor;
  });
  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: "pathotune",
    opsetImport: [{ domain: "", version: BigInt(graph.opset) }],
    graph: {
      name: "graph",
      node: [...preparing, ...graph.nodes.map(nodeInit)],
      initializer,
      input: graph.inputs.map(valueInit),
      output: graph.outputs.map(valueInit),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function weightTensor(
  { name, shape }: Initializer,
  { key, elementOffset, transposed }: WeightSource,
  storage: WeightStorage,
): Readonly<{ tensor: TensorInit; nodes: readonly NodeInit[] }> {
  const place = storage.kind === "file" ? storage.file.tensors.get(key) : undefined;
  if (storage.kind !== "file" || !place) {
    throw new Fault("bad-model", `The graph needs the weight ${key}, which its weight file does not hold.`, { key });
  }
  const count = elementCount(shape);
  if (elementOffset + count > elementCount(place.shape)) {
    throw new Fault(
      "bad-model",
      `Weight ${key} is [${place.shape.join(", ")}]; the graph needs ${count} elements from ${elementOffset} on for ${name}.`,
      { key },
    );
  }
  const half = place.dtype === "float16";
  const size = half ? 2 : 4;
  const upright = transposed ? `${name}${turnedSuffix}` : name;
  const stored = half ? `${name}${halfSuffix}` : upright;
  const tensor: TensorInit = {
    name: stored,
    dims: (transposed ? shape.toReversed() : shape).map(BigInt),
    dataType: half ? float16 : onnxTypeOf.float32,
    dataLocation: 1,
    externalData: [
      { key: "location", value: storage.file.location },
      { key: "offset", value: String(place.byteOffset + elementOffset * size) },
      { key: "length", value: String(count * size) },
    ],
  };
  const to = { name: "to", type: 2, i: BigInt(onnxTypeOf.float32) };
  const perm = { name: "perm", type: 7, ints: [1n, 0n] };
  return {
    tensor,
    nodes: [
      ...(half ? [{ opType: "Cast", name: upright, input: [stored], output: [upright], attribute: [to] }] : []),
      ...(transposed ? [{ opType: "Transpose", name, input: [upright], output: [name], attribute: [perm] }] : []),
    ],
  };
}

/** Endings of the names under which a weight is stored, before it is widened and turned under its own. */
const halfSuffix = ":f16";
const turnedSuffix = ":stored";

function inlineTensor({ name, dtype, shape }: Initializer, values: Float32Array | readonly number[]): TensorInit {
  const init = { name, dims: shape.map(BigInt), dataType: onnxTypeOf[dtype] };
  if (elementCount(shape) !== values.length) {
    throw new Fault("bad-model", `Constant ${name} has ${values.length} values for shape [${shape.join(", ")}].`);
  }
  const size = { float32: 4, float16: 2, int32: 4, int64: 8, bool: 1 }[dtype];
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  const write: Readonly<Record<DType, (at: number, value: number) => void>> = {
    float32: (at, value) => view.setFloat32(at, value, true),
    float16: (at, value) => view.setUint16(at, halfBits(value), true),
    int32: (at, value) => view.setInt32(at, value, true),
    int64: (at, value) => view.setBigInt64(at, BigInt(value), true),
    bool: (at, value) => view.setUint8(at, value === 0 ? 0 : 1),
  };
  for (const [i, value] of values.entries()) write[dtype](i * size, value);
  return { ...init, rawData: bytes };
}

function nodeInit(node: Node): NodeInit {
  const attribute = Object.entries(node.attributes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => attributeInit(name, value));
  return { opType: node.op, name: node.name, input: [...node.inputs], output: [...node.outputs], attribute };
}

function attributeInit(name: string, attribute: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  switch (attribute.kind) {
    case "float":
      return { name, type: 1, f: attribute.value };
    case "int":
      return { name, type: 2, i: BigInt(attribute.value) };
    case "string":
      return { name, type: 3, s: new TextEncoder().encode(attribute.value) };
    case "floats":
      return { name, type: 6, floats: [...attribute.value] };
    case "ints":
      return { name, type: 7, ints: attribute.value.map(BigInt) };
    default:
      return attribute satisfies never;
  }
}

function valueInit({ name, dtype, shape }: ValueInfo): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) =>
    typeof size === "number"
      ? { value: { case: "dimValue" as const, value: BigInt(size) } }
      : { value: { case: "dimParam" as const, value: size } },
  );
  return { name, type: { value: { case: "tensorType", value: { elemType: onnxTypeOf[dtype], shape: { dim } } } } };
}
