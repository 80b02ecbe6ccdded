// DICOM's run-length coding: one packed plane a channel. Source: DICOM PS3.5, G.
import { Fault } from "../../base/fault.ts";

/** Planes one after the other. Fault damaged. */
export function unpackRle(
  frame: Uint8Array,
  { width, height }: Readonly<{ width: number; height: number }>,
  channels: number,
  what: string,
): Uint8Array {
  const pixels = width * height;
  const fail = (how: string): Fault => new Fault("damaged", `${what} is damaged: ${how}.`);
  if (frame.length < 64) throw fail("its run-length header is cut off");
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const segments = view.getUint32(0, true);
  if (segments !== channels) throw fail(`it has ${segments} run-length planes, not ${channels}`);
  const out = new Uint8Array(pixels * channels);
  for (let channel = 0; channel < channels; channel++) {
    let at = view.getUint32(4 + 4 * channel, true);
    let to = channel * pixels;
    const end = to + pixels;
    while (to < end) {
      const count = frame[at++];
      if (count === undefined) throw fail("its run-length data is cut off");
      if (count === 128) continue;
      if (count < 128) {
        const length = Math.min(count + 1, end - to);
        if (at + length > frame.length) throw fail("its run-length data is cut off");
        out.set(frame.subarray(at, at + length), to);
        at += count + 1;
        to += length;
      } else {
        const value = frame[at++];
        if (value === undefined) throw fail("its run-length data is cut off");
        const length = Math.min(257 - count, end - to);
        out.fill(value, to, to + length);
        to += length;
      }
    }
  }
  return out;
}
