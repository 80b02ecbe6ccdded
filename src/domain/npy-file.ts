// Numbers -> NumPy's .npy, version 1.0 (numpy.lib.format, NEP 1). Knows no meaning of the numbers.
import { createByteParts, floatBytes } from "./bytes.ts";

/** `descr`: NumPy's name of the type. `values`: the little-endian bytes of all elements, row-major. */
export function npyArray(descr: "<f4" | "|u1", shape: readonly number[], values: Uint8Array): Uint8Array<ArrayBuffer> {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims}), }`;
  // The data begin at a multiple of 64 bytes: 10 bytes before the header, a newline at its end.
  const padding = (64 - ((10 + header.length + 1) % 64)) % 64;
  const text = `${header}${" ".repeat(padding)}\n`;
  return createByteParts().u8(0x93).text("NUMPY").u8(1, 0).u16le(text.length).text(text).bytes(values).join();
}

/** `values` [rows, columns] row-major. */
export function writeNpy(values: Float32Array, rows: number, columns: number): Uint8Array<ArrayBuffer> {
  if (values.length !== rows * columns) throw new Error(`assertion failed: ${values.length} values for ${rows} rows`);
  return npyArray("<f4", [rows, columns], floatBytes(values));
}
