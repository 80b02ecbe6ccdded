// A slide of 100,000 x 100,000 px in a file of a few MB: one painted square whose tiles it repeats. The tables of its tiles have full
// length, as in any such slide. Knows the painter and a path; nothing is measured here.
import { open } from "node:fs/promises";
import { createJpegEncoder } from "../../platform/node/jpeg-encoder.ts";
import { createSpecimenLayout } from "../../synth/layout-specimen.ts";
import { createPainter, drawnMpp } from "../../synth/painter.ts";
import { shippedStyle } from "../../synth/style.ts";
import { writeTiff } from "../../synth/tiff-writer.ts";

export const hugeSide = 100_000;
/** Side of what is painted, and where in the shipped specimen: tumour, mucosa and stroma. */
const square = { side: 512, x: 2048, y: 1536 } as const;
const seed = 7;

/** `side` px at 0.5 um/px, JPEG 4:2:0 in tiles of 256. Returns the file's bytes. */
export async function writeHugeSlide(path: string, side: number, signal: AbortSignal): Promise<number> {
  const painter = createPainter(seed, shippedStyle, createSpecimenLayout(seed));
  const file = await open(path, "w");
  try {
    let pending: Uint8Array[] = [];
    let flushed = 0;
    const flush = async (): Promise<void> => {
      const bytes = Buffer.concat(pending);
      pending = [];
      await file.write(bytes, 0, bytes.length, flushed);
      flushed += bytes.length;
    };
    const { bytes } = await writeTiff(
      {
        width: side,
        height: side,
        draw: (x, y, w, h) => painter.draw(square.x + (x % square.side), square.y + (y % square.side), w, h),
        pitch: { width: square.side, height: square.side },
      },
      { description: `PathoTune synthetic|MPP = ${drawnMpp}|Drawn by a program = yes`, mpp: drawnMpp, format: "auto" },
      await createJpegEncoder(80),
      {
        async append(part) {
          pending.push(part.slice());
        },
        async patch(offset, part) {
          await flush();
          await file.write(part, 0, part.length, offset);
        },
      },
      signal,
    );
    await flush();
    return bytes;
  } finally {
    await file.close();
  }
}
