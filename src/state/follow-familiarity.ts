// Asks, behind every answer, how like the labels the patch is. Knows the engine's api; no screen. Failures are silent: the answer stands.
import { createLatest } from "../base/latest.ts";
import { patchKey } from "../domain/patch.ts";
import { type ActionContext, type AppState, stateOf } from "./action.ts";
import { examples } from "./selectors.ts";

/** null: nothing to ask. */
export function familiarityKey(state: AppState): string | null {
  const { click, engine } = state.session;
  if (click.kind !== "answered" || click.prediction.kind !== "scored" || engine.kind !== "ready") return null;
  const labels = examples(state).map(({ patch }) => patchKey(patch));
  return [engine.status.weightsDigest, patchKey(click.patch), ...labels].join("\n");
}

/** Returns what ends it. */
export function followFamiliarity(context: ActionContext): () => void {
  const latest = createLatest();
  let seen: readonly unknown[] = [];
  let last: string | null = null;
  const look = (): void => {
    const state = stateOf(context);
    const { click, engine, openSlides } = state.session;
    const { labels, slides } = state.project.project;
    const inputs = [click, engine, openSlides, labels, slides];
    if (inputs.every((value, i) => value === seen[i])) return;
    seen = inputs;
    const key = familiarityKey(state);
    if (key === last) return;
    last = key;
    latest.cancel();
    if (key === null || click.kind !== "answered") return;
    const { patch } = click;
    latest
      .run((signal) => context.engine.familiarity({ patch, examples: examples(state) }, { signal }))
      .then((result) => context.session.setState({ familiarity: { key, result } }))
      .catch(() => {
        last = null;
      });
  };
  const ends = [context.project.subscribe(look), context.session.subscribe(look)];
  return () => {
    latest.cancel();
    for (const end of ends) end();
  };
}
