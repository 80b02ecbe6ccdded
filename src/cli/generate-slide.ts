// Draws a synthetic H&E slide into a tiled JPEG pyramid (TIFF). The embedded slide is made by
//   npx tsx src/cli/generate-slide.ts --truth public/slides/synthetic-he.truth.json public/slides/synthetic-he.tif
// and a 100,000 px slide that shares the bytes of equal tiles by
//   npx tsx src/cli/generate-slide.ts --size 100000 --shared-tiles out.tif
import { open, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { createJpegEncoder } from "../platform/node/jpeg-encoder.ts";
import { createSpecimenLayout, specimenSize } from "../synth/layout-specimen.ts";
import { createPainter, drawnMpp } from "../synth/painter.ts";
import { shippedStyle, trainingStyle } from "../synth/style.ts";
import { writeTiff } from "../synth/tiff-writer.ts";
import { truthOf } from "../synth/truth.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: "string", default: String(specimenSize.width) },
    height: { type: "string", default: String(specimenSize.height) },
    size: { type: "string" },
    seed: { type: "string", default: "7" },
    quality: { type: "string", default: "80" },
    style: { type: "string" },
    "shared-tiles": { type: "boolean", default: false },
    big: { type: "boolean", default: false },
    truth: { type: "string" },
  },
});

function whole(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high) {
    console.error(`--${name} must be a whole number from ${low} to ${high}, not "${text}"`);
    process.exit(2);
  }
  return value;
}

const [path] = positionals;
if (path === undefined || positionals.length > 1) {
  console.error(
    "usage: generate-slide [--width px --height px | --size px] [--seed n] [--style n] [--quality q] [--shared-tiles] [--big] [--truth file.json] out.tif",
  );
  process.exit(2);
}
const width = whole("width", values.size ?? values.width, 256, 2_000_000);
const height = whole("height", values.size ?? values.height, 256, 2_000_000);
const seed = whole("seed", values.seed, 0, 2 ** 31 - 1);
const quality = whole("quality", values.quality, 1, 100);
const style = values.style === undefined ? shippedStyle : trainingStyle(whole("style", values.style, 0, 2 ** 31 - 1));
const painter = createPainter(seed, style, createSpecimenLayout(seed));
const pitch = values["shared-tiles"] ? specimenSize : null;
// A repeated specimen is drawn once: the same cells everywhere, so that tiles are equal.
const wrap = (value: number, by: number): number => value - Math.floor(value / by) * by;
const draw: typeof painter.draw = pitch
  ? (x, y, w, h) => painter.draw(wrap(x, pitch.width), wrap(y, pitch.height), w, h)
  : painter.draw;

const encode = await createJpegEncoder(quality);
const file = await open(path, "w");
const started = performance.now();
let said = started;
// Small writes are gathered: a slide of shared tiles is many tags and few tiles.
let pending: Uint8Array[] = [];
let pendingBytes = 0;
let flushed = 0;
const flush = async (): Promise<void> => {
  const bytes = Buffer.concat(pending);
  pending = [];
  pendingBytes = 0;
  await file.write(bytes, 0, bytes.length, flushed);
  flushed += bytes.length;
};
const written = await writeTiff(
  { width, height, draw, pitch },
  {
    description: `PathoTune synthetic|MPP = ${drawnMpp}|Seed = ${seed}|Drawn by a program = yes|Not tissue = yes`,
    mpp: drawnMpp,
    format: values.big ? "big" : "auto",
  },
  encode,
  {
    async append(bytes) {
      pending.push(bytes.slice());
      pendingBytes += bytes.length;
      if (pendingBytes > 4_000_000) await flush();
    },
    async patch(offset, bytes) {
      await flush();
      await file.write(bytes, 0, bytes.length, offset);
    },
  },
  new AbortController().signal,
  (done, total) => {
    if (performance.now() - said < 5000) return;
    said = performance.now();
    console.log(`${done} of ${total} tiles`);
  },
);
await flush();
await file.close();
if (values.truth !== undefined) {
  await writeFile(
    values.truth,
    `${JSON.stringify(truthOf(painter.layout, { width, height }, { seed, mpp: drawnMpp }))}\n`,
  );
}
const seconds = ((performance.now() - started) / 1000).toFixed(1);
const memory = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(
  `${path}: ${width} x ${height} px, ${(written.bytes / 1e6).toFixed(2)} MB, ${written.stored} tiles stored, ${written.shared} shared, ${seconds} s, ${memory} MB of memory at most`,
);
