// Page of the viewer's browser test: a painted slide, two labels, an outline of known width.
import "../../../src/viewer/viewer.css";
import { createViewer } from "../../../src/viewer/create-viewer.ts";
import { scaleBar } from "../../../src/viewer/scale.ts";
import type { TileAsker } from "../../../src/viewer/slide-tile-source.ts";
import { fakeSlide, fakeSlideApi } from "./fake-slide.ts";
import type { Report } from "./viewer-report.ts";

const report: Report = { ready: false, clicks: [], failures: [], viewer: null, asking: 0, mostAsked: 0, answered: 0 };
window.report = report;

const byId = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no #${id}`);
  return found;
};
const bar = byId("bar");
const drawer = new URLSearchParams(location.search).get("drawer") === "canvas" ? "canvas" : "webgl";
/** ?levels=1: nothing but full resolution, 16 x 12 tiles; the overview needs them all. */
const [, second] = fakeSlide.levels;
const slide =
  new URLSearchParams(location.search).get("levels") === "1" && second
    ? {
        ...fakeSlide,
        width: second.width,
        height: second.height,
        levels: [{ ...second, downsampleX: 1, downsampleY: 1 }],
      }
    : fakeSlide;
const { tile } = fakeSlideApi();
const asked: TileAsker = async (params, options) => {
  report.asking++;
  report.mostAsked = Math.max(report.mostAsked, report.asking);
  try {
    await new Promise((resolve) => setTimeout(resolve, slide === fakeSlide ? 0 : 20));
    return await tile(params, options);
  } finally {
    report.asking--;
    report.answered++;
  }
};
const viewer = createViewer(
  byId("slide"),
  {
    slide,
    tile: asked,
    name: "Painted slide",
    navigator: byId("navigator"),
    start: { centre: { x: 7600, y: 6000 }, slidePerPixel: 1.7, turned: 0 },
    reducedMotion: true,
    drawer,
  },
  {
    onClick: (at) => report.clicks.push({ x: at.x, y: at.y }),
    onPointer: () => undefined,
    onView: (view) => {
      const scale = scaleBar(view.slidePerPixel * 0.5, 140);
      bar.style.width = `${scale?.pixels ?? 0}px`;
      bar.dataset.um = String(scale?.um ?? 0);
    },
    onReady: () => {
      report.ready = true;
    },
    onDrawerLost: () => report.failures.push("drawer lost"),
    onFailure: (error) => report.failures.push(String(error)),
  },
);
report.viewer = viewer;
viewer.setGhost((p) => ({ x: p.x - 112, y: p.y - 112, width: 224, height: 224 }));
viewer.setMarks([
  {
    region: { x: 7000, y: 5600, width: 224, height: 224 },
    color: "#0072b2",
    tag: "Normal mucosa",
    short: "1",
    kind: "label",
  },
  { region: { x: 7900, y: 6200, width: 224, height: 224 }, color: "#e69f00", tag: "Stroma", short: "2", kind: "label" },
  { region: { x: 8200, y: 5600, width: 224, height: 224 }, color: "#334155", tag: "0.93", short: "", kind: "similar" },
]);
viewer.setOutline({ region: { x: 7488, y: 5888, width: 224, height: 224 }, color: "#d55e00", busy: false });
