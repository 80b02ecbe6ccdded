// What of the state is drawn over the slide. Pure: knows the stores' shapes, no viewer.
import { mpp } from "../base/brand.ts";
import type { Point, Region } from "../domain/geometry.ts";
import { regionAround } from "../domain/patch.ts";
import type { AppState } from "../state/action.ts";
import { currentSlide, labelRegion, labelsHere, patchSpec } from "../state/selectors.ts";
import type { Mark } from "../viewer/marks.ts";
import type { Outline } from "../viewer/marks-layer.ts";
import { fixed, say } from "../words/say.ts";

/** A field that is being tried, in the middle of the view. */
export type FieldShown = Readonly<{ um: number; centre: Point<"slide"> }>;

const similarColor = "#334155";
const unsureColor = "#6b7280";

export function marksOf(state: AppState): readonly Mark[] {
  const classes = new Map(state.project.project.classes.map((c) => [c.id, c]));
  const labels = labelsHere(state).map((label): Mark => {
    const tissueClass = classes.get(label.classId);
    const [color, tag] = [tissueClass?.color ?? "#6b7280", tissueClass?.name ?? say("Removed class")];
    const short = tissueClass?.key?.toString() ?? tag.slice(0, 1);
    return { region: labelRegion(state, label), color, tag, short, kind: "label" };
  });
  for (const { slideId, region, why } of state.project.project.asides.values()) {
    if (why !== "unsure" || slideId !== state.session.currentSlide) continue;
    labels.push({ region, color: unsureColor, tag: "unsure", short: "?", kind: "similar" });
  }
  const { click } = state.session;
  if (click.kind !== "answered" || click.prediction.kind !== "unscored") return labels;
  const similar = click.prediction.similar.map(
    (place): Mark => ({
      region: place.region,
      color: similarColor,
      tag: say("alike {similarity}", { similarity: fixed(place.similarity, 2) }),
      short: "",
      kind: "similar",
    }),
  );
  return [...similar, ...labels];
}

/** The frame of the clicked patch, in the colour of its highest score. */
export function outlineOf(state: AppState, shown: FieldShown | null = null): Outline | null {
  const { session } = state;
  const slide = currentSlide(state);
  const spec = patchSpec(state);
  if (shown && slide && spec) {
    const tried = { ...spec, mpp: mpp(shown.um / spec.pixels) };
    const region = regionAround(shown.centre, tried, slide.info.calibration);
    if (region) return { region, color: null, busy: false };
  }
  const { click } = session;
  if (click.kind === "none" || click.patch.slideId !== session.currentSlide) return null;
  const region: Region = click.patch.region;
  const busy = click.kind === "asking" || click.kind === "waiting";
  if (click.kind !== "answered" || click.prediction.kind !== "scored") return { region, color: null, busy };
  const best = click.prediction.scores.toSorted((a, b) => b.score - a.score)[0];
  return { region, color: best?.color ?? null, busy };
}
