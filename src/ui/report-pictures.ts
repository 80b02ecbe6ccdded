// Pictures for a report: the slide, its map, labelled patches, painted small. Knows canvases; knows no report's form.
import type { SlideId } from "../base/brand.ts";
import type { Region } from "../domain/geometry.ts";
import type { ReportPicture } from "../domain/report-html.ts";
import type { SlideInfo } from "../domain/slide.ts";
import { type ActionContext, stateOf } from "../state/action.ts";
import { looksShown, shownMap } from "../state/map-looks.ts";
import { noPictures, type ReportPictures } from "../state/report.ts";
import { currentSlide, labelRegion, labelsHere, slideMpp } from "../state/selectors.ts";
import { paintMap } from "../viewer/map-picture.ts";
import { scaleBar } from "../viewer/scale.ts";
import { say } from "../words/say.ts";

export type WantedPictures = Readonly<{ slide: boolean; map: boolean; labels: boolean }>;

const slideSide = 900;
const patchSide = 160;
const patchesPerClass = 4;

async function painted(
  context: ActionContext,
  slideId: SlideId,
  region: Region,
  side: number,
  signal: AbortSignal,
): Promise<HTMLCanvasElement | null> {
  const image = await context.slides.preview({ slideId, region, maxPixels: side }, { signal });
  try {
    if (!(image instanceof ImageBitmap)) return null;
    // A patch of few pixels is enlarged, so that it can be looked at.
    const scale = Math.max(1, side / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  } finally {
    image.close();
  }
}

const jpeg = (canvas: HTMLCanvasElement): string => canvas.toDataURL("image/jpeg", 0.85);
const whole = ({ width, height }: SlideInfo): Region => ({ x: 0, y: 0, width, height });

export async function reportPictures(
  context: ActionContext,
  wanted: WantedPictures,
  signal: AbortSignal,
): Promise<ReportPictures> {
  const slide = currentSlide(stateOf(context));
  if (!slide) return noPictures;
  const { info } = slide;
  const overview = (): Promise<HTMLCanvasElement | null> => painted(context, info.id, whole(info), slideSide, signal);
  const pictures = { slide: [] as ReportPicture[], map: [] as ReportPicture[], labels: [] as ReportPicture[] };
  if (wanted.slide) {
    const canvas = await overview();
    if (canvas) pictures.slide.push({ words: barOn(canvas, info), data: jpeg(canvas), legend: [] });
  }
  const map = wanted.map ? shownMap(stateOf(context), context.maps) : null;
  if (map?.layer) {
    const canvas = await overview();
    if (canvas) {
      const legend = mapOn(canvas, context, info);
      const words = say(
        "What “{name}” calls. Not coloured: background, uncertain, not computed or another class. {bar}",
        { name: map.layer.name, bar: barOn(canvas, info) },
      );
      pictures.map.push({ words, data: jpeg(canvas), legend });
    }
  }
  if (wanted.labels) pictures.labels.push(...(await labelPictures(context, signal)));
  return pictures;
}

/** A bar of a round length in the lower left corner; its words. */
function barOn(canvas: HTMLCanvasElement, info: SlideInfo): string {
  const mpp = slideMpp(info.calibration);
  const on = canvas.getContext("2d");
  const bar = mpp && scaleBar((mpp * info.width) / canvas.width, canvas.width / 4);
  if (!bar || !on) return say("The whole slide; its scale is not known.");
  on.fillStyle = "#fff";
  on.fillRect(10, canvas.height - 20, bar.pixels + 4, 9);
  on.fillStyle = "#111";
  on.fillRect(12, canvas.height - 18, bar.pixels, 5);
  return say("The bar is {length} long.", { length: bar.words });
}

function mapOn(canvas: HTMLCanvasElement, context: ActionContext, info: SlideInfo): ReportPicture["legend"] {
  const state = stateOf(context);
  const map = shownMap(state, context.maps);
  const on = canvas.getContext("2d");
  if (!map?.layer || !on) return [];
  const { grid } = map.sheet;
  const legend = map.layer.classes.map(({ name, color }) => ({
    name,
    color: state.project.project.classes.find((c) => c.name === name)?.color ?? color,
  }));
  const looks = looksShown(state, map);
  const { rgba } = paintMap(
    grid,
    looks,
    legend.map(({ color }) => color),
    1,
  );
  // Patterns are for screens; here only what is called a class is coloured.
  looks.forEach((value, cell) => {
    if (value < 0) rgba[cell * 4 + 3] = 0;
  });
  const cells = document.createElement("canvas");
  cells.width = grid.columns;
  cells.height = grid.rows;
  cells.getContext("2d")?.putImageData(new ImageData(rgba, grid.columns, grid.rows), 0, 0);
  const [sx, sy] = [canvas.width / info.width, canvas.height / info.height];
  on.globalAlpha = 0.6;
  on.imageSmoothingEnabled = false;
  on.drawImage(
    cells,
    grid.originX * sx,
    grid.originY * sy,
    grid.columns * grid.stepX * sx,
    grid.rows * grid.stepY * sy,
  );
  on.globalAlpha = 1;
  return legend;
}

/** The first few labels of each class on the slide. */
async function labelPictures(context: ActionContext, signal: AbortSignal): Promise<readonly ReportPicture[]> {
  const state = stateOf(context);
  const found: ReportPicture[] = [];
  for (const { id, name } of state.project.project.classes) {
    const mine = labelsHere(state).filter(({ classId }) => classId === id);
    for (const label of mine.slice(0, patchesPerClass)) {
      const canvas = await painted(context, label.slideId, labelRegion(state, label), patchSide, signal);
      if (canvas) found.push({ words: name, data: jpeg(canvas), legend: [] });
    }
  }
  return found;
}
