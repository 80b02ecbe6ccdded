// The places of a slide most like one patch, by cosine of centred frozen features. Knows no classes and no runtime.

import { intersects, type Region } from "../domain/geometry.ts";
import type { SimilarPlace } from "../domain/label.ts";

export type PlaceIndex = Readonly<{ regions: readonly Region[]; features: readonly Float32Array[] }>;

/**
 * At most `count` places, most similar first; places that overlap `region` (the patch itself) or a place already listed are left
 * out, so that the list shows different tissue. Features are centred by the mean of the index: without it all cosines are near 1.
 */
export function mostSimilar(
  index: PlaceIndex,
  region: Region,
  features: Float32Array,
  count: number,
): readonly SimilarPlace[] {
  const n = index.features.length;
  if (n < 2) return [];
  const mean = new Float64Array(features.length);
  for (const row of index.features) for (let i = 0; i < mean.length; i++) mean[i]! += row[i]! / n;
  const query = centred(features, mean);
  const ranked = index.regions
    .map((place, i) => ({ region: place, similarity: dot(query, centred(index.features[i]!, mean)) }))
    .filter((place) => !intersects(place.region, region))
    .sort((a, b) => b.similarity - a.similarity);
  const listed: SimilarPlace[] = [];
  for (const place of ranked) {
    if (listed.length === count) break;
    if (!listed.some((other) => intersects(other.region, place.region))) listed.push(place);
  }
  return listed;
}

function centred(row: Float32Array, mean: Float64Array): Float64Array {
  const out = Float64Array.from(row, (value, i) => value - mean[i]!);
  const length = Math.sqrt(dot(out, out));
  return length > 0 ? out.map((value) => value / length) : out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
