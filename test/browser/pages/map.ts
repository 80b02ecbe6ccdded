// Page of the map's alignment test: a black slide with white squares at known cells, the corners among them, and a map that paints the
// same cells red. Sides are multiples of the coarsest downsample, so that the slide's own edges are exact on every level.
import "../../../src/viewer/viewer.css";
import { cellRegion, type MapGrid } from "../../../src/domain/map-grid.ts";
import type { SlideInfo } from "../../../src/domain/slide.ts";
import { createViewer } from "../../../src/viewer/create-viewer.ts";
import type { MapPicture } from "../../../src/viewer/map-picture.ts";
import { fakeSlide } from "./fake-slide.ts";
import type { MapReport } from "./map-report.ts";

const grid: MapGrid = {
  originX: 64,
  originY: 128,
  stepX: 704,
  stepY: 640,
  columns: 22,
  rows: 18,
  patchWidth: 704,
  patchHeight: 640,
};
const last = grid.columns * grid.rows - 1;
const cells = [
  0,
  grid.columns - 1,
  last - grid.columns + 1,
  last,
  9 * grid.columns + 11,
  9 * grid.columns + 12,
  7 * grid.columns + 9,
];

const slide: SlideInfo = { ...fakeSlide, width: 16000, height: 12000 };
const side = 256;

const report: MapReport = { ready: false, lastTile: 0, failures: [], viewer: null, showMap: () => undefined };

function paint(level: number, column: number, row: number): ImageBitmap {
  report.lastTile = performance.now();
  const d = slide.levels[level]?.downsampleX ?? 1;
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.fillStyle = "#000";
  context.fillRect(0, 0, side, side);
  context.fillStyle = "#fff";
  for (const cell of cells) {
    const { x, y, width, height } = cellRegion(grid, cell);
    context.fillRect(x / d - column * side, y / d - row * side, width / d, height / d);
  }
  return canvas.transferToImageBitmap();
}

const picture = (): MapPicture => {
  const count = grid.columns * grid.rows;
  const rgba = new Uint8ClampedArray(count * 4);
  for (const cell of cells) rgba.set([255, 0, 0, 255], cell * 4);
  return { grid, rgba, patterns: new Uint8Array(count), opacity: 1 };
};

const find = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no #${id}`);
  return found;
};
window.mapReport = report;
const viewer = createViewer(
  find("slide"),
  {
    slide,
    tile: async ({ level, column, row }) => paint(level, column, row),
    name: "Known corners",
    navigator: find("navigator"),
    start: { centre: { x: 8000, y: 6000 }, slidePerPixel: 16, turned: 0 },
    reducedMotion: true,
    drawer: "webgl",
  },
  {
    onClick: () => undefined,
    onPointer: () => undefined,
    onView: () => undefined,
    onReady: () => {
      report.ready = true;
    },
    onDrawerLost: () => report.failures.push("drawer lost"),
    onFailure: (error) => report.failures.push(String(error)),
  },
);
report.viewer = viewer;
report.showMap = (on) => viewer.setMap(on ? picture() : null);
