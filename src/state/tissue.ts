// What prompts would be learned from without labels: which of the open slides, and what is in the way. Pure; no action.
import type { LearnedPlace } from "../domain/learned-places.ts";
import { mppOf } from "../domain/slide.ts";
import { say } from "../words/say.ts";
import type { AppState } from "./action.ts";
import { readOnlyMessage } from "./project-store.ts";
import {
  blocksPatches,
  currentSlide,
  isComparing,
  isLearning,
  isTuning,
  labelRegion,
  learningRuns,
  onlyTests,
  tunableBlocks,
} from "./selectors.ts";
import type { OpenSlide } from "./session-store.ts";

/**
 * The slide on the screen, first, and the open ones like it: drawings are not mixed with tissue, slides whose labels only test teach nothing,
 * and without um/px no patch can be read.
 */
export function slidesToLearn(state: AppState): readonly OpenSlide[] {
  const here = currentSlide(state);
  if (!here) return [];
  const others = [...state.session.openSlides.values()].filter(({ info }) => info.id !== here.info.id);
  return [here, ...others].filter(
    ({ info }) => mppOf(info.calibration) !== null && info.origin === here.info.origin && !onlyTests(state, info.id),
  );
}

/** Labels of these slides, whatever their class: nothing is learned from where they are. */
export function placesToAvoid(state: AppState, slides: readonly OpenSlide[]): readonly LearnedPlace[] {
  const ids = new Set(slides.map(({ info }) => info.id));
  return [...state.project.project.labels.values()]
    .filter(({ slideId }) => ids.has(slideId))
    .map((label) => ({ slideId: label.slideId, region: labelRegion(state, label) }));
}

/** Why nothing can be learned from tissue now, in words and with the way on; null: it can. */
export function blocksTissue(state: AppState): string | null {
  if (state.project.role === "reader") return say(readOnlyMessage);
  if (isLearning(state)) return learningRuns();
  if (isTuning(state)) return say("A tuning is running.");
  if (isComparing(state))
    return say("Trainings are running to answer a question to your labels. Let them end, or cancel them.");
  const blocked = blocksPatches(state);
  if (blocked !== null) return blocked;
  const tunable = tunableBlocks(state);
  if (tunable && tunable.blocks < 1) {
    return say("This backbone cannot be tuned here. {why}", { why: tunable.why ?? "" }).trim();
  }
  const here = currentSlide(state);
  if (here && onlyTests(state, here.info.id)) {
    return say('Labels on "{name}" only test: nothing is learned from it. Show another slide.', { name: here.name });
  }
  return null;
}
