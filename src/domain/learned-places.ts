// Where prompts were learned without labels: places of slides, kept by the project and by nothing that is passed on as a set. Pure.
import type { SlideId } from "../base/brand.ts";
import type { Region } from "./geometry.ts";

/** Full-resolution pixels of its slide. */
export type LearnedPlace = Readonly<{ slideId: SlideId; region: Region }>;

/** So many are learned from where a slide has them. */
export const usualPlaces = 330;
/** Of one set; a file that names more is refused. */
export const mostPlaces = 100_000;

/**
 * What is known of where a set learned, for judging labels on these slides. null where it learned from one of them and no place there is
 * known: each of its labels may lie where it learned.
 * @param slides slides the set says that it learned from
 */
export function placesKnown(
  places: readonly LearnedPlace[],
  slides: readonly SlideId[],
  labelled: ReadonlySet<SlideId>,
): readonly LearnedPlace[] | null {
  const known = new Set(places.map(({ slideId }) => slideId));
  return slides.some((id) => labelled.has(id) && !known.has(id)) ? null : places;
}
