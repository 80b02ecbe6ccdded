// A table of float32 -> NumPy's .npy, version 1.0 (numpy.lib.format). Knows no meaning of the rows.
import { createByteParts, floatBytes } from "./bytes.ts";

/** `values` [rows, columns] row-major. */
export function writeNpy(values: Float32Array, rows: number, columns: number): Uint8Array<ArrayBuffer> {
  if (values.length !== rows * columns) throw new Error(`assertion failed: ${values.length} values for ${rows} rows`);
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  // The data begin at a multiple of 64 bytes: 10 bytes before the header, a newline at its end.
  const padding = (64 - ((10 + header.length + 1) % 64)) % 64;
  const text = `${header}${" ".repeat(padding)}\n`;
  return createByteParts()
    .u8(0x93)
    .text("NUMPY")
    .u8(1, 0)
    .u16le(text.length)
    .text(text)
    .bytes(floatBytes(values))
    .join();
}
