// What of the suggested places is still to be answered: those neither labelled nor set aside since. Undo brings a place back by itself.
import { centre, intersects, type Region } from "../domain/geometry.ts";
import type { Label } from "../domain/label.ts";
import type { Suggestion } from "../protocol/labelling-api.ts";
import type { AppState } from "./action.ts";
import { labelAt } from "./selectors.ts";

export type OpenSuggestions = Readonly<{
  list: readonly Suggestion[];
  /** Index of the one that is looked at; -1 where none is left. */
  chosen: number;
  /** Answered of those that came. */
  answered: number;
}>;

/** Places of the slide on the screen that a person set aside. */
export function asideRegions({ project, session }: AppState): readonly Region[] {
  return [...project.project.asides.values()]
    .filter(({ slideId }) => slideId === session.currentSlide)
    .map(({ region }) => region);
}

export function openSuggestions(state: AppState): OpenSuggestions {
  const { suggesting, currentSlide } = state.session;
  if (suggesting.kind !== "shown" || suggesting.slideId !== currentSlide) return { list: [], chosen: -1, answered: 0 };
  const aside = asideRegions(state);
  const list = suggesting.list.filter(
    ({ region }) => labelAt(state, centre(region)) === null && !aside.some((other) => intersects(other, region)),
  );
  const chosen = Math.min(suggesting.chosen, list.length - 1);
  return { list, chosen, answered: suggesting.list.length - list.length };
}

/** How many labels the app had a hand in: told wherever they are counted. */
export function originMix(labels: Iterable<Label>): Readonly<{ own: number; fromSuggestions: number; ready: number }> {
  const mix = { own: 0, fromSuggestions: 0, ready: 0 };
  for (const { origin } of labels) {
    if (origin === "suggested" || origin === "accepted") mix.fromSuggestions++;
    else if (origin === "ready") mix.ready++;
    else mix.own++;
  }
  return mix;
}
