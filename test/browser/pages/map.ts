// Page of the map's alignment test: a black slide with white squares at known cells, and a map that paints the same cells red. The slide
// is drawn here, or read by the slide worker: `?slide=` an address, `?files=` names in a folder of parts, separated by commas.
import "../../../src/viewer/viewer.css";
import type { SlideInfo } from "../../../src/domain/slide.ts";
import { connect, type Port } from "../../../src/protocol/rpc.ts";
import { type SlideApi, type SlideSource, slideMethods } from "../../../src/protocol/slide-api.ts";
import { createViewer } from "../../../src/viewer/create-viewer.ts";
import type { MapPicture } from "../../../src/viewer/map-picture.ts";
import type { TileAsker } from "../../../src/viewer/slide-tile-source.ts";
import { fakeSlide } from "./fake-slide.ts";
import { cornersOfFiles, type KnownCorners, knownCorners, whiteSquares } from "./known-corners.ts";
import type { MapReport } from "./map-report.ts";

type Shown = Readonly<{ corners: KnownCorners; slide: SlideInfo; tile: TileAsker }>;

const report: MapReport = { ready: false, lastTile: 0, failures: [], viewer: null, showMap: () => undefined };
window.mapReport = report;

function drawnSlide(): Shown {
  const corners = knownCorners(16000, 12000, 4);
  const slide: SlideInfo = { ...fakeSlide, width: corners.width, height: corners.height };
  const side = 256;
  return {
    corners,
    slide,
    tile: async ({ level, column, row }) => {
      const canvas = new OffscreenCanvas(side, side);
      const context = canvas.getContext("2d");
      if (!context) throw new Error("no canvas");
      context.fillStyle = "#000";
      context.fillRect(0, 0, side, side);
      context.fillStyle = "#fff";
      for (const { x, y, width, height } of whiteSquares(corners, slide.levels[level]?.downsampleX ?? 1)) {
        context.fillRect(x - column * side, y - row * side, width, height);
      }
      // What pads a tile beyond its level must never be seen: it would be a white edge without a map on it.
      const [right, bottom] = [slide.levels[level]?.width ?? 0, slide.levels[level]?.height ?? 0];
      context.fillRect(right - column * side, 0, side, side);
      context.fillRect(0, bottom - row * side, side, side);
      return canvas.transferToImageBitmap();
    },
  };
}

async function readSlide(source: SlideSource): Promise<Shown> {
  const worker = new Worker(new URL("../../../src/worker/slide-worker.ts", import.meta.url), { type: "module" });
  const { api } = connect<SlideApi>(slideMethods, worker as unknown as Port);
  const slide = await api.open({ source });
  return { corners: cornersOfFiles, slide, tile: api.tile };
}

async function wantedSlide(): Promise<Shown> {
  const asked = new URLSearchParams(location.search);
  const slide = asked.get("slide");
  if (!slide) return drawnSlide();
  const names = asked.get("files");
  if (!names) return readSlide({ kind: "url", url: slide });
  const files = names.split(",").map(async (path) => {
    const blob = await (await fetch(new URL(path, slide))).blob();
    return { path, file: new File([blob], path) };
  });
  return readSlide({ kind: "files", name: "folder", files: await Promise.all(files) });
}

const picture = ({ grid, cells }: KnownCorners): MapPicture => {
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

function show({ corners, slide, tile }: Shown): void {
  const viewer = createViewer(
    find("slide"),
    {
      slide,
      tile: (...asked) => {
        report.lastTile = performance.now();
        return tile(...asked);
      },
      name: "Known corners",
      navigator: find("navigator"),
      start: { centre: { x: slide.width / 2, y: slide.height / 2 }, slidePerPixel: slide.width / 1000, turned: 0 },
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
  report.showMap = (on) => viewer.setMap(on ? picture(corners) : null);
}

wantedSlide().then(show, (error: unknown) => {
  report.failures.push(String(error));
  report.ready = true;
});
