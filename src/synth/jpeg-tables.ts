// Splits a JPEG into its tables and the rest, as TIFF's JPEGTables wants it (TIFF Technical Note 2). Knows no pixels.
import { assert } from "../base/fault.ts";

/**
 * `tables` is an abbreviated stream of all DQT and DHT segments (SOI ... EOI); `image` is the same picture without them and
 * without the JFIF header, so that the TIFF's own PhotometricInterpretation alone says the colour space.
 */
export function splitJpeg(jpeg: Uint8Array): Readonly<{ tables: Uint8Array; image: Uint8Array }> {
  assert(jpeg[0] === 0xff && jpeg[1] === 0xd8, "the encoder gives a JPEG");
  const tables: Uint8Array[] = [Uint8Array.of(0xff, 0xd8)];
  const image: Uint8Array[] = [Uint8Array.of(0xff, 0xd8)];
  let at = 2;
  for (;;) {
    assert(jpeg[at] === 0xff && at + 4 <= jpeg.length, "the encoder's JPEG is made of segments");
    const marker = jpeg[at + 1] ?? 0;
    const length = ((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0);
    if (marker === 0xda) break;
    const segment = jpeg.subarray(at, at + 2 + length);
    if (marker === 0xdb || marker === 0xc4) tables.push(segment);
    else if (marker !== 0xe0) image.push(segment);
    at += 2 + length;
  }
  tables.push(Uint8Array.of(0xff, 0xd9));
  image.push(jpeg.subarray(at));
  return { tables: joined(tables), image: joined(image) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
