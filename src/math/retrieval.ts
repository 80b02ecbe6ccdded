// How often the nearest others are of one's own class. Knows vectors and classes; no patches. A query is never its own neighbour.
import { assert } from "../base/fault.ts";
import { dot } from "./linear-algebra.ts";

/**
 * For each k the share of rows that have at least one of their own class among their k nearest others by cosine (GPFM's Acc@k). Rows of
 * the same group (copies, kin) are no neighbours. `features` is [rows, width]; of equally near rows the earlier one counts first.
 * Queries that have fewer than k candidates count with those they have; NaN where there is nothing to ask.
 */
export function retrievalTopK(
  features: Float32Array,
  width: number,
  truth: ArrayLike<number>,
  groups: ArrayLike<number> | null,
  ks: readonly number[],
): readonly number[] {
  const rows = truth.length;
  assert(features.length === rows * width, `${features.length} features for ${rows} rows of ${width}`);
  const unit = Float64Array.from(features);
  for (let i = 0; i < rows; i++) {
    const row = unit.subarray(i * width, (i + 1) * width);
    const length = Math.sqrt(dot(row, row));
    for (let j = 0; j < width; j++) row[j] = length > 0 ? row[j]! / length : 0;
  }
  const most = Math.max(...ks);
  const hits = ks.map(() => 0);
  for (let query = 0; query < rows; query++) {
    const own = unit.subarray(query * width, (query + 1) * width);
    const nearest: { at: number; cosine: number }[] = [];
    for (let at = 0; at < rows; at++) {
      if (at === query || (groups && groups[at] === groups[query])) continue;
      const cosine = dot(own, unit.subarray(at * width, (at + 1) * width));
      if (nearest.length === most && cosine <= nearest[most - 1]!.cosine) continue;
      let place = nearest.length;
      while (place > 0 && nearest[place - 1]!.cosine < cosine) place -= 1;
      nearest.splice(place, 0, { at, cosine });
      if (nearest.length > most) nearest.pop();
    }
    ks.forEach((k, i) => {
      if (nearest.slice(0, k).some(({ at }) => truth[at] === truth[query])) hits[i]! += 1;
    });
  }
  return hits.map((n) => n / rows);
}
