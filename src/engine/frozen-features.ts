// Features without prompts of labelled patches, averaged over their views as a tuning's are. Knows the cache; no classes.
import type { LanePriority } from "../base/lane.ts";
import type { Patch } from "../domain/patch.ts";
import { meanOverViews } from "./heads/view-table.ts";
import { concatenate } from "./prompted.ts";
import type { Session } from "./session.ts";
import { defaultCut } from "./start-runtime.ts";

/** [F] of each, in the order of `patches`. Faults of the slide and the runtime pass through. */
export async function frozenFeatures(
  { analyser, model }: Pick<Session, "analyser" | "model">,
  patches: readonly Patch[],
  views: number,
  priority: LanePriority,
  signal: AbortSignal,
  onDone: (done: number) => void = () => {},
): Promise<readonly Float32Array[]> {
  const cut = defaultCut(model.shape);
  const found: Float32Array[] = [];
  for (const patch of patches) {
    const rows = await analyser.views(patch, views, cut, priority, signal);
    const values = concatenate(rows.map(({ features }) => features));
    found.push(meanOverViews({ values, views, width: model.shape.featureWidth }));
    onDone(found.length);
  }
  return found;
}
