// Features of places spread over a slide's tissue, a few at a time, so that "similar" has something to find long before the last one
// is read. Knows a session and a source of patches; ranking is similar.ts.
import type { Mpp, SlideId } from "../base/brand.ts";
import { lanePriority } from "../base/lane.ts";
import type { Region } from "../domain/geometry.ts";
import { minimumTissue, type Patch } from "../domain/patch.ts";
import type { PatchSource } from "../protocol/slide-api.ts";
import type { Session } from "./session.ts";
import { defaultCut } from "./start-runtime.ts";

/** Places read before the index is renewed: one batch of the sweep. */
const chunk = 16;

/** `more`: reads at most so many that are not known yet; absent: all. Resolves with the number of places; `onProgress(done, total)` after each chunk, when these are already found by clicks. */
export async function indexPlaces(
  session: Session,
  slides: PatchSource,
  { slideId, max, mpp: asked, more }: Readonly<{ slideId: SlideId; max: number; mpp?: Mpp; more?: number }>,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const { model, places } = session;
  const { patchPixels: pixels, filter, edge, snap } = model;
  const spec = { pixels, mpp: asked ?? model.mpp, filter, edge, snap };
  const regions = scattered(await slides.tissueGrid({ slideId, spec, max, minimumTissue }, { signal }));
  const known = places.get(slideId);
  // The very same places: a corrected um/px gives as many, of another size.
  let done = known && startsAlike(known.regions, regions) ? known.regions.length : 0;
  const features: Float32Array[] = done > 0 && known ? [...known.features] : [];
  const until = Math.min(regions.length, done + (more ?? regions.length));
  while (done < until) {
    const next = regions.slice(done, Math.min(until, done + chunk));
    const patches = next.map((region): Patch => ({ slideId, region, spec }));
    const analyses = await session.analyser.analyse(patches, defaultCut(model.shape), lanePriority.sweep, signal);
    features.push(...analyses.map((analysis) => analysis.features));
    done += next.length;
    places.set(slideId, { regions: regions.slice(0, done), features: [...features] });
    onProgress(done, until);
  }
  return done;
}

/** The same regions in an order whose every beginning is spread over the slide: steps of the golden ratio, made coprime. */
export function scattered<T>(list: readonly T[]): readonly T[] {
  const n = list.length;
  if (n < 3) return list;
  let step = Math.max(1, Math.round(n * 0.6180339887));
  while (greatestCommonDivisor(step, n) !== 1) step++;
  return list.map((_, i) => list[(i * step) % n]!);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function startsAlike(known: readonly Region[], wanted: readonly Region[]): boolean {
  return (
    known.length <= wanted.length &&
    known.every(({ x, y, width, height }, i) => {
      const other = wanted[i];
      return other?.x === x && other.y === y && other.width === width && other.height === height;
    })
  );
}
