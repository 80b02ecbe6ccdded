// A SlideApi that paints its tiles: enough of a slide to look at the page without a file. Not for tests of pixels.
import { mpp, type SlideId } from "../../../src/base/brand.ts";
import type { Level, SlideInfo } from "../../../src/domain/slide.ts";
import type { SlideApi } from "../../../src/protocol/slide-api.ts";

const [width, height, tile] = [16000, 12000, 256];

function level(index: number, downsample: number): Level {
  const [w, h] = [Math.ceil(width / downsample), Math.ceil(height / downsample)];
  return {
    index,
    width: w,
    height: h,
    tileWidth: tile,
    tileHeight: tile,
    columns: Math.ceil(w / tile),
    rows: Math.ceil(h / tile),
    downsampleX: width / w,
    downsampleY: height / h,
  };
}

export const fakeSlide: SlideInfo = {
  id: "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" as SlideId,
  fingerprint: { bytes: 1, head: "", tail: "" },
  format: "Tiled TIFF",
  origin: "generated",
  width,
  height,
  levels: [1, 4, 16, 64].map((d, i) => level(i, d)),
  calibration: { kind: "measured", mppX: mpp(0.5), mppY: mpp(0.5), source: "generated" },
  objective: 20,
  properties: [],
  warnings: [],
};

function hash(x: number, y: number): number {
  let h = (Math.imul(x, 374761393) + Math.imul(y, 668265263)) | 0;
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Paints a window of the slide: level-0 origin and level-0 pixels per painted pixel. */
function paint(x0: number, y0: number, size: number, d: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(size, size);
  const g = canvas.getContext("2d");
  if (!g) throw new Error("no canvas");
  g.fillStyle = "#f3eef3";
  g.fillRect(0, 0, size, size);
  g.scale(1 / d, 1 / d);
  g.translate(-x0, -y0);
  const span = size * d;
  g.fillStyle = "#e6bfd6";
  g.beginPath();
  g.ellipse(7600, 6000, 6800, 5000, 0, 0, 7);
  g.fill();
  const cell = 340;
  for (let cx = Math.floor(x0 / cell) - 1; cx <= (x0 + span) / cell + 1; cx++)
    for (let cy = Math.floor(y0 / cell) - 1; cy <= (y0 + span) / cell + 1; cy++) {
      const [px, py] = [(cx + hash(cx, cy)) * cell, (cy + hash(cy + 91, cx)) * cell];
      if (((px - 7600) / 6500) ** 2 + ((py - 6000) / 4700) ** 2 > 1) continue;
      const r = 60 + 90 * hash(cx + 7, cy + 3);
      g.strokeStyle = "#6b4a95";
      g.lineWidth = 26;
      g.fillStyle = "#f5e9f2";
      g.beginPath();
      g.ellipse(px, py, r, r * 0.75, hash(cx, cy + 5) * 3, 0, 7);
      g.fill();
      g.stroke();
      if (d > 8) continue;
      g.fillStyle = "#4a2f78";
      for (let k = 0; k < 26; k++) {
        const a = (k / 26) * 6.283;
        g.beginPath();
        g.arc(px + Math.cos(a) * r, py + Math.sin(a) * r * 0.75, 7, 0, 7);
        g.fill();
      }
    }
  return canvas;
}

export function fakeSlideApi(): SlideApi {
  return {
    open: async () => fakeSlide,
    close: async () => undefined,
    calibrate: async ({ calibration }) => ({ ...fakeSlide, calibration }),
    setTissue: async () => undefined,
    tile: async ({ level: index, column, row }) => {
      const d = fakeSlide.levels[index]?.downsampleX ?? 1;
      return paint(column * tile * d, row * tile * d, tile, d).transferToImageBitmap();
    },
    preview: async ({ region, maxPixels }) =>
      paint(region.x, region.y, maxPixels, region.width / maxPixels).transferToImageBitmap(),
    photograph: async () => {
      throw new Error("the painted slide has no photographs");
    },
    profile: async () => null,
    patch: async () => {
      throw new Error("the painted slide has no exact pixels");
    },
    tissueMask: async () => ({ width: 1, height: 1, downsampleX: 1, downsampleY: 1, data: new Uint8Array(1) }),
    tissueGrid: async () => [],
  };
}
