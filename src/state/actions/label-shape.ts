// Labels for all places within a painted stroke or a box: one lattice over the slide, so that two strokes never give overlapping patches.
// Labels of one shape share a group, which the estimate never splits, and one undo.
import type { ClassId, LabelId } from "../../base/brand.ts";
import { contains, intersects, type Point, type Region } from "../../domain/geometry.ts";
import type { Label } from "../../domain/label.ts";
import { regionAround } from "../../domain/patch.ts";
import { slideBounds } from "../../domain/slide.ts";
import { boundsOf, insidePolygon, type Polygon } from "../../math/polygon.ts";
import type { TissueMask } from "../../protocol/slide-api.ts";
import { say } from "../../words/say.ts";
import { type Action, type AppState, stateOf } from "../action.ts";
import { blocksPatches, canWrite, currentSlide, labelRegion, labelsHere, patchSpec, slideMpp } from "../selectors.ts";
import { notify } from "../session-store.ts";
import { asideRegions } from "../suggested.ts";

/** More from one stroke would drown the others, and a slip of the hand would be hard to see. */
export const mostOfShape = 100;

/**
 * Centres of a lattice of one patch's size that lie within the shape. A shape too small for any gives its own middle: what a person draws
 * is never without effect.
 */
export function placesWithin(
  rings: Polygon,
  patch: Readonly<{ width: number; height: number }>,
): readonly Point<"slide">[] {
  const bounds = boundsOf(rings);
  if (!bounds) return [];
  const found: Point<"slide">[] = [];
  const { width: w, height: h } = patch;
  for (let row = Math.floor(bounds.y / h); row * h < bounds.y + bounds.height; row++) {
    for (let column = Math.floor(bounds.x / w); column * w < bounds.x + bounds.width; column++) {
      const at = { x: (column + 0.5) * w, y: (row + 0.5) * h };
      if (insidePolygon(rings, at)) found.push(at);
    }
  }
  const middle = { x: bounds.x + bounds.width / 2, y: bounds.y + bounds.height / 2 };
  return found.length > 0 ? found : [middle];
}

const onTissue = ({ width, downsampleX, downsampleY, data }: TissueMask, { x, y }: Point<"slide">): boolean =>
  data[Math.floor(y / downsampleY) * width + Math.floor(x / downsampleX)] === 1;

const withClass = (state: AppState, id: ClassId | null): string | null =>
  state.project.project.classes.find((c) => c.id === id)?.name ?? null;

export const labelShape: Action<Readonly<{ rings: Polygon; classId: ClassId | null }>> = {
  id: "label/shape",
  title: "Label what was painted",
  enabled: (state, { classId }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    if (withClass(state, classId) === null) return say("Choose a class first: press it in the list on the left.");
    return blocksPatches(state) ?? true;
  },
  run: async (context, { rings, classId }) => {
    const slide = currentSlide(stateOf(context));
    const spec = patchSpec(stateOf(context));
    const scale = slide && slideMpp(slide.info.calibration);
    const sample = slide && spec && regionAround({ x: 0, y: 0 }, spec, slide.info.calibration);
    if (!slide || !spec || !scale || !sample || classId === null) return;
    const { id: slideId } = slide.info;
    // Without a mask (a slide without overviews) glass cannot be told from tissue, and the person decides.
    const mask = await context.slides.tissueMask({ slideId }).catch(() => null);
    const state = stateOf(context);
    const taken: Region[] = [...labelsHere(state).map((label) => labelRegion(state, label)), ...asideRegions(state)];
    const group = context.newId();
    const labels: Label[] = [];
    let [glass, there] = [0, 0];
    const places = placesWithin(rings, sample).filter((at) => contains(slideBounds(slide.info), at));
    for (const at of places) {
      const region = regionAround(at, spec, slide.info.calibration);
      if (!region) continue;
      if (mask && !onTissue(mask, at)) glass++;
      else if (taken.some((other) => intersects(other, region))) there++;
      else
        labels.push({
          id: context.newId() as LabelId,
          slideId,
          classId,
          region,
          slideMpp: scale,
          origin: "free",
          group,
        });
    }
    const kept = labels.slice(0, mostOfShape);
    const name = withClass(state, classId) ?? "";
    context.project.dispatch({
      title: kept.length === 1 ? `Label ${name}` : `Label ${kept.length} patches ${name}`,
      undoable: true,
      events: kept.map((label) => ({ type: "label/put", label })),
    });
    const left = [
      ...(glass > 0 ? [say("{glass} on glass", { glass })] : []),
      ...(there > 0 ? [say("{there} beside labels that are there", { there })] : []),
      ...(labels.length > mostOfShape
        ? [say("{labels} beyond {mostOfShape} a stroke", { labels: labels.length - mostOfShape, mostOfShape })]
        : []),
    ];
    if (left.length > 0)
      notify(
        context.session,
        "info",
        say("{kept} labelled; left out: {left}.", { kept: kept.length, left: left.join(", ") }),
      );
  },
};
