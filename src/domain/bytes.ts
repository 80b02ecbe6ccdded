// Bytes put together piece by piece: numbers of either order, text, other bytes. Knows no file format.

export type ByteParts = Readonly<{
  u8(...values: readonly number[]): ByteParts;
  u16le(value: number): ByteParts;
  u32le(value: number): ByteParts;
  u32be(value: number): ByteParts;
  text(value: string): ByteParts;
  bytes(value: Uint8Array): ByteParts;
  readonly length: number;
  /** All of it, copied once. */
  join(): Uint8Array<ArrayBuffer>;
}>;

export function createByteParts(): ByteParts {
  const parts: Uint8Array[] = [];
  let length = 0;
  const encoder = new TextEncoder();
  const add = (part: Uint8Array): ByteParts => {
    parts.push(part);
    length += part.length;
    return self;
  };
  const number = (bytes: number, value: number, little: boolean): ByteParts => {
    const out = new Uint8Array(bytes);
    for (let i = 0; i < bytes; i++) out[little ? i : bytes - 1 - i] = Math.floor(value / 256 ** i) % 256;
    return add(out);
  };
  const self: ByteParts = {
    u8: (...values) => add(Uint8Array.from(values)),
    u16le: (value) => number(2, value, true),
    u32le: (value) => number(4, value, true),
    u32be: (value) => number(4, value, false),
    text: (value) => add(encoder.encode(value)),
    bytes: add,
    get length() {
      return length;
    },
    join() {
      const out = new Uint8Array(length);
      let at = 0;
      for (const part of parts) {
        out.set(part, at);
        at += part.length;
      }
      return out;
    },
  };
  return self;
}

/** The bytes of little-endian float32 values. */
export function floatBytes(values: Float32Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(values.length * 4);
  const view = new DataView(out.buffer);
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return out;
}
