// Moves small external tensors into the ONNX file itself. Knows where tensors lie; changes no value.
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataLocation as Place } from "./onnx_pb.ts";

/** Shapes and axes are a few numbers; weights are more. */
const smallBytes = 4096;

/**
 * Some exporters put every tensor into the external file, shapes too, and onnxruntime's web build cannot read a shape from there
 * while it loads a model. The same bytes where there is nothing to move. `files`: external data by the name the model gives it.
 */
export function inlineSmallTensors(bytes: Uint8Array, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  if (files.size === 0) return bytes;
  const model = fromBinary(ModelProtoSchema, bytes);
  let moved = 0;
  for (const tensor of model.graph?.initializer ?? []) {
    if (tensor.dataLocation !== Place.EXTERNAL) continue;
    const entry = (key: string): string | undefined => tensor.externalData.find((one) => one.key === key)?.value;
    const file = files.get(entry("location") ?? "");
    const [offset, length] = [Number(entry("offset") ?? 0), Number(entry("length") ?? Number.POSITIVE_INFINITY)];
    if (!file || length > smallBytes || offset + length > file.length) continue;
    tensor.rawData = file.slice(offset, offset + length);
    tensor.dataLocation = Place.DEFAULT;
    tensor.externalData = [];
    moved++;
  }
  return moved === 0 ? bytes : toBinary(ModelProtoSchema, model);
}
