// Plain pictures (PNG, JPEG, BMP) as a slide of one level without a scale. Knows no vendor.
import { Fault } from "../base/fault.ts";
import type { Level } from "../domain/slide.ts";
import type { ByteSource } from "./byte-source.ts";
import { calibrationWarnings } from "./calibration.ts";
import { decodeBmp, isBmp, readBmpHeader } from "./codec/bmp.ts";
import { decodePng, isPng, readPngHeader } from "./codec/png.ts";
import { maxWholePixels } from "./decode-tile.ts";
import { readPlainJpeg } from "./jpeg/plain-jpeg.ts";
import { selfContainedJpeg } from "./jpeg/self-contained-jpeg.ts";
import type { EncodedTile, SlideReader } from "./slide-reader.ts";

const tileSide = 512;
/** Encoded bytes of one picture. */
const maxFileBytes = 192 * 1024 * 1024;
/** A progressive JPEG is kept as coefficients until its last pass. */
const maxProgressivePixels = 20 * 1024 * 1024;

type Picture = Readonly<{
  format: string;
  whole: EncodedTile;
  warnings: readonly string[];
  profile: Uint8Array | null;
}>;

/** Null where the file is no such picture. Faults: unsupported, damaged, limit. */
export async function openPicture(source: ByteSource, signal: AbortSignal): Promise<SlideReader | null> {
  const head = await source.read(0, Math.min(16, source.size), signal);
  const jpeg = head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff;
  if (!jpeg && !isPng(head) && !isBmp(head)) return null;
  if (source.size > maxFileBytes) {
    throw new Fault("limit", `This picture has ${source.size} bytes; at most ${maxFileBytes} are read. ${convert}`);
  }
  const bytes = await source.read(0, source.size, signal);
  const picture = jpeg ? jpegPicture(bytes) : isPng(head) ? pngPicture(bytes) : bmpPicture(bytes);
  return readerOf(picture, source);
}

const convert =
  'Convert it with libvips: vips tiffsave "in" out.tif --tile --pyramid --compression jpeg --Q 90 --bigtiff';

function checkSize(width: number, height: number, most = maxWholePixels): void {
  if (width * height > most) {
    throw new Fault(
      "limit",
      `This picture claims ${width} x ${height} pixels, which is too much to be decoded whole. ${convert}`,
    );
  }
}

function jpegPicture(bytes: Uint8Array): Picture {
  const { width, height, colour, progressive, orientation, profile } = readPlainJpeg(bytes);
  checkSize(width, height, progressive ? maxProgressivePixels : maxWholePixels);
  const expected = { width, height, colour };
  return {
    format: "JPEG",
    whole: { codec: "jpeg", bytes: selfContainedJpeg(bytes, null, expected, "The JPEG picture"), ...expected },
    warnings: [
      "A JPEG picture has been compressed by a camera or a program: scores may differ from those of the slide.",
      ...(orientation > 1 ? ["The file asks to be shown turned or mirrored; it is shown as it is stored."] : []),
    ],
    profile,
  };
}

function pngPicture(bytes: Uint8Array): Picture {
  const header = readPngHeader(bytes);
  const { width, height } = header;
  checkSize(width, height);
  return {
    format: "PNG",
    whole: { codec: "pixels", bytes: decodePng(bytes, header), width, height },
    warnings: header.transparency ? ["The file has transparency, which is ignored."] : [],
    profile: null,
  };
}

function bmpPicture(bytes: Uint8Array): Picture {
  const header = readBmpHeader(bytes);
  const { width, height } = header;
  checkSize(width, height);
  return {
    format: "BMP",
    whole: { codec: "pixels", bytes: decodeBmp(bytes, header), width, height },
    warnings: [],
    profile: null,
  };
}

function readerOf({ format, whole, warnings, profile }: Picture, source: ByteSource): SlideReader {
  const { width, height } = whole;
  const level: Level = {
    index: 0,
    width,
    height,
    tileWidth: tileSide,
    tileHeight: tileSide,
    columns: Math.ceil(width / tileSide),
    rows: Math.ceil(height / tileSide),
    downsampleX: 1,
    downsampleY: 1,
  };
  return {
    description: {
      format,
      origin: "scanned",
      levels: [level],
      // Dots per inch of pictures are a printer's or a screen's: the scale has to be stated.
      calibration: { kind: "unknown" },
      objective: null,
      properties: [],
      warnings: [...warnings, ...calibrationWarnings({ kind: "unknown" }, null)],
    },
    async tile(index, column, row, signal) {
      signal.throwIfAborted();
      const inside = index === 0 && column >= 0 && row >= 0 && column < level.columns && row < level.rows;
      if (!inside || !Number.isInteger(column) || !Number.isInteger(row)) {
        throw new Fault("invalid", `The slide has no tile ${column}, ${row} on level ${index}.`);
      }
      const [x, y] = [column * tileSide, row * tileSide];
      return {
        codec: "cut",
        from: whole,
        x,
        y,
        width: Math.min(tileSide, width - x),
        height: Math.min(tileSide, height - y),
      };
    },
    untrusted: () => [],
    profile: async () => profile,
    close: () => source.close(),
  };
}
