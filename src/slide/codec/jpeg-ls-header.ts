// What a JPEG-LS picture says of itself, checked before a decoder sees it. Decodes nothing. Source: ITU-T T.87, annex C.
import { Fault } from "../../base/fault.ts";

export type Expected = Readonly<{ width: number; height: number; components: 1 | 3; ycbcr: boolean }>;

const damaged = (what: string, how: string): Fault => new Fault("damaged", `${what} is damaged: ${how}.`);

/** Faults: damaged; unsupported (not 8 bit, YCbCr). */
export function checkJpegLs(bytes: Uint8Array, expected: Expected, what: string): void {
  if (expected.ycbcr)
    throw new Fault("unsupported", `${what} is JPEG-LS in YCbCr colours, which is not read. Convert the slide.`);
  const word = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (word(0) !== 0xffd8) throw damaged(what, "it does not start like JPEG-LS");
  let at = 2;
  while (word(at) !== 0xfff7) {
    if (at >= bytes.length || (word(at) & 0xff00) !== 0xff00 || word(at + 2) < 2)
      throw damaged(what, "it has no JPEG-LS frame");
    at += 2 + word(at + 2);
  }
  const components = bytes[at + 9] ?? 0;
  const [bits, height, width] = [bytes[at + 4] ?? 0, word(at + 5), word(at + 7)];
  if (width !== expected.width || height !== expected.height) {
    throw damaged(what, `it claims ${width} x ${height} pixels where ${expected.width} x ${expected.height} belong`);
  }
  if (components !== expected.components) {
    throw damaged(what, `it has ${components} colour channels, not ${expected.components}`);
  }
  if (bits !== 8) throw new Fault("unsupported", `${what} has ${bits} bits per sample; only 8 are read.`);
}
