// Which held-out answers belong to a figure that is shown. Pure.
import type { Estimate } from "../domain/estimate.ts";
import type { HeldOutLabel } from "../domain/held-out.ts";
import type { AppState } from "./action.ts";
import { allSets } from "./selectors.ts";

/** Of the run that made the set with this estimate; null where it was made elsewhere, or before answers were kept. */
export function heldOutOf(state: AppState, estimate: Estimate): readonly HeldOutLabel[] | null {
  const set = allSets(state).find(({ metadata }) => metadata.estimate === estimate);
  for (const { run, heldOut } of state.project.project.runs.values()) {
    if (run.state === "finished" && run.promptSet === set?.id && heldOut) return heldOut;
  }
  return null;
}
