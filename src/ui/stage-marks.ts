// What of the state is drawn over the slide. Pure: knows the stores' shapes, no viewer.
import type { Region } from "../domain/geometry.ts";
import type { AppState } from "../state/action.ts";
import { labelRegion, labelsHere } from "../state/selectors.ts";
import type { Mark } from "../viewer/marks.ts";
import type { Outline } from "../viewer/marks-layer.ts";

const similarColor = "#334155";

export function marksOf(state: AppState): readonly Mark[] {
  const classes = new Map(state.project.project.classes.map((c) => [c.id, c]));
  const labels = labelsHere(state).map((label): Mark => {
    const tissueClass = classes.get(label.classId);
    const [color, tag] = [tissueClass?.color ?? "#6b7280", tissueClass?.name ?? "Removed class"];
    const short = tissueClass?.key?.toString() ?? tag.slice(0, 1);
    return { region: labelRegion(state, label), color, tag, short, kind: "label" };
  });
  const { click } = state.session;
  if (click.kind !== "answered" || click.prediction.kind !== "unscored") return labels;
  const similar = click.prediction.similar.map(
    (place): Mark => ({
      region: place.region,
      color: similarColor,
      tag: `alike ${place.similarity.toFixed(2)}`,
      short: "",
      kind: "similar",
    }),
  );
  return [...similar, ...labels];
}

/** The frame of the clicked patch, in the colour of its highest score. */
export function outlineOf({ session }: AppState): Outline | null {
  const { click } = session;
  if (click.kind === "none" || click.patch.slideId !== session.currentSlide) return null;
  const region: Region = click.patch.region;
  const busy = click.kind === "asking" || click.kind === "waiting";
  if (click.kind !== "answered" || click.prediction.kind !== "scored") return { region, color: null, busy };
  const best = click.prediction.scores.toSorted((a, b) => b.score - a.score)[0];
  return { region, color: best?.color ?? null, busy };
}
