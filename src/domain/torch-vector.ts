// One vector of float32 -> a file that torch.load reads, also with weights_only: what eva keeps its embeddings in. Knows PyTorch's zip
// layout and the few pickle opcodes (protocol 2) of one contiguous tensor.
import { createByteParts, floatBytes } from "./bytes.ts";
import { writeZip } from "./zip-file.ts";

/** A tensor of shape [values.length]. */
export function writeTorchVector(values: Float32Array): Uint8Array<ArrayBuffer> {
  return writeZip([
    { path: "archive/data.pkl", bytes: pickled(values.length) },
    { path: "archive/byteorder", bytes: createByteParts().text("little").join() },
    { path: "archive/data/0", bytes: floatBytes(values) },
    { path: "archive/version", bytes: createByteParts().text("3\n").join() },
  ]);
}

/**
 * torch._utils._rebuild_tensor_v2(storage "0", offset 0, size (n,), stride (1,), requires_grad False, OrderedDict()), byte by byte as
 * torch.save writes it.
 */
function pickled(n: number): Uint8Array {
  const out = createByteParts();
  let memo = 0;
  const put = (): void => void out.text("q").u8(memo++);
  const global = (module: string, name: string): void => {
    out.text(`c${module}\n${name}\n`);
    put();
  };
  const unicode = (value: string): void => {
    out.text("X").u32le(value.length).text(value);
    put();
  };
  const integer = (value: number): void => {
    if (value < 256) out.text("K").u8(value);
    else if (value < 65_536) out.text("M").u16le(value);
    else out.text("J").u32le(value);
  };
  out.u8(0x80, 2);
  global("torch._utils", "_rebuild_tensor_v2");
  out.text("((X").u32le(7).text("storage");
  put();
  global("torch", "FloatStorage");
  unicode("0");
  unicode("cpu");
  integer(n);
  out.text("t");
  put();
  // The tuple names the storage; then offset, size and stride.
  out.text("Q");
  integer(0);
  integer(n);
  out.u8(0x85);
  put();
  integer(1);
  out.u8(0x85);
  put();
  out.u8(0x89);
  global("collections", "OrderedDict");
  out.text(")R");
  put();
  out.text("t");
  put();
  out.text("R");
  put();
  return out.text(".").join();
}
