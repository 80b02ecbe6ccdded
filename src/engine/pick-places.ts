// Which places are worth a label, by their features alone: every other one where the head is least sure, the others least like anything
// labelled or picked. Pure; knows no slide and no runtime.
import { type CosineHead, cosineScores } from "./heads/centroid.ts";

export type Candidates = Readonly<{
  /** [places, width] row-major. */
  features: Float32Array;
  width: number;
  /** [labels, width] row-major: what is labelled. */
  labelled: Float32Array;
  /** null: nothing can be scored yet. */
  head: CosineHead | null;
}>;

export type Picked = Readonly<{
  place: number;
  why: "unsure" | "unlike";
  /** Indices of the head's rows, highest score first; empty without a head. */
  order: readonly number[];
  /** In the head's order. */
  scores: readonly number[];
  /** Cosine to the nearest labelled row; null without any. */
  nearest: number | null;
}>;

/** A suggestion that looks like one already on the strip teaches little: distance at which two count as different. */
const different = 0.1;

/** `free(place, picked)`: whether a place may still be picked beside those. Cosines are of features centred by the candidates' mean. */
export function pickPlaces(
  { features, width, labelled, head }: Candidates,
  count: number,
  free: (place: number, picked: readonly number[]) => boolean,
): readonly Picked[] {
  const places = features.length / width;
  const mean = meanOf(features, width);
  const unit = centredUnit(features, width, mean);
  const known = centredUnit(labelled, width, mean);
  // Distance (1 - cosine) to the nearest labelled place, and to the nearest labelled or picked one.
  const toLabel = new Float64Array(places).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < labelled.length / width; row++) nearer(toLabel, unit, known, row, width);
  const toAny = Float64Array.from(toLabel);
  const scores = head ? cosineScores(head, features) : null;
  const classes = scores ? scores.length / places : 0;
  const margins = scores && marginsOf(scores, classes);
  const picked: Picked[] = [];
  const taken: number[] = [];
  const gone = new Uint8Array(places);
  while (picked.length < count) {
    const worth = (place: number, why: Picked["why"]): number => {
      // Nothing is labelled and nothing picked: every place is as new as any.
      const far = Math.min(toAny[place]!, 2);
      if (why === "unlike" || !margins) return far;
      return far < different ? -1 : 1 - margins[place]!;
    };
    const bestOf = (why: Picked["why"]): number => {
      let [best, most] = [-1, 0];
      for (let place = 0; place < places; place++) {
        // Rounding leaves a place a little away from itself.
        if (gone[place]) continue;
        const value = worth(place, why);
        if (value > most && free(place, taken)) [best, most] = [place, value];
      }
      return best;
    };
    const unsure = margins && picked.length % 2 === 0 ? bestOf("unsure") : -1;
    const why = unsure >= 0 ? "unsure" : "unlike";
    const best = unsure >= 0 ? unsure : bestOf("unlike");
    if (best < 0) break;
    taken.push(best);
    gone[best] = 1;
    nearer(toAny, unit, unit, best, width);
    const own = scores ? [...scores.subarray(best * classes, (best + 1) * classes)] : [];
    picked.push({
      place: best,
      why,
      order: own.map((_, c) => c).sort((a, b) => own[b]! - own[a]!),
      scores: own,
      nearest: labelled.length > 0 ? 1 - toLabel[best]! : null,
    });
  }
  return picked;
}

function marginsOf(scores: Float64Array, classes: number): Float64Array {
  return Float64Array.from({ length: scores.length / classes }, (_, place) => {
    const own = scores.slice(place * classes, (place + 1) * classes).sort();
    return (own[classes - 1] ?? 0) - (own[classes - 2] ?? 0);
  });
}

function meanOf(rows: Float32Array, width: number): Float64Array {
  const mean = new Float64Array(width);
  const count = rows.length / width;
  for (let i = 0; i < rows.length; i++) mean[i % width]! += rows[i]! / count;
  return mean;
}

function centredUnit(rows: Float32Array, width: number, mean: Float64Array): Float32Array {
  const out = Float32Array.from(rows, (value, i) => value - mean[i % width]!);
  for (let from = 0; from < out.length; from += width) {
    const row = out.subarray(from, from + width);
    let square = 0;
    for (const value of row) square += value * value;
    const length = Math.sqrt(square);
    if (length > 0) for (let i = 0; i < width; i++) row[i]! /= length;
  }
  return out;
}

/** Lowers each distance to that from row `row` of `others`. */
function nearer(distances: Float64Array, unit: Float32Array, others: Float32Array, row: number, width: number): void {
  const from = row * width;
  for (let place = 0; place < distances.length; place++) {
    let cosine = 0;
    for (let i = 0; i < width; i++) cosine += unit[place * width + i]! * others[from + i]!;
    if (1 - cosine < distances[place]!) distances[place] = Math.max(0, 1 - cosine);
  }
}
