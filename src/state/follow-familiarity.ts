// Asks, behind every answer, how like the labels the patch is. Knows the engine's api; no screen. Failures are silent: the answer stands.
import { createLatest } from "../base/latest.ts";
import type { Familiarity } from "../protocol/trust-api.ts";
import { type ActionContext, type AppState, stateOf } from "./action.ts";
import { examples } from "./selectors.ts";

/** What is known of the answer on the screen with the labels as they are; null: nothing (yet). By identity: labels may be thousands. */
export function familiarityNow({ session, project }: AppState): Familiarity | null {
  const { familiarity, click } = session;
  const { labels, slides } = project.project;
  const same = familiarity?.click === click && familiarity.labels === labels && familiarity.slides === slides;
  return same ? familiarity.result : null;
}

/** Returns what ends it. */
export function followFamiliarity(context: ActionContext): () => void {
  const latest = createLatest();
  let seen: readonly unknown[] = [];
  const look = (): void => {
    const state = stateOf(context);
    const { click, engine, openSlides } = state.session;
    const { labels, slides } = state.project.project;
    const inputs = [click, engine, openSlides, labels, slides];
    if (inputs.every((value, i) => value === seen[i])) return;
    seen = inputs;
    latest.cancel();
    if (click.kind !== "answered" || click.prediction.kind !== "scored" || engine.kind !== "ready") return;
    const { patch } = click;
    latest
      .run((signal) => context.engine.familiarity({ patch, examples: examples(state) }, { signal }))
      .then((result) => context.session.setState({ familiarity: { click, labels, slides, result } }))
      .catch(() => {});
  };
  const ends = [context.project.subscribe(look), context.session.subscribe(look)];
  return () => {
    latest.cancel();
    for (const end of ends) end();
  };
}
