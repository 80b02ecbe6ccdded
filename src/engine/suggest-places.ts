// Places of a slide to look at next: gathers features that are there already, reads a few more where there are too few, and lets
// pick-places.ts choose. Knows a session and a source of patches.
import { intersects, type Region } from "../domain/geometry.ts";
import { cellPatch } from "../domain/map-grid.ts";
import type { Suggestions, SuggestParams } from "../protocol/labelling-api.ts";
import type { PatchSource } from "../protocol/slide-api.ts";
import { indexPlaces } from "./index-places.ts";
import { pickPlaces } from "./pick-places.ts";
import { featuresOfExamples, fitPreview } from "./preview-head.ts";
import { concatenate } from "./prompted.ts";
import type { Session } from "./session.ts";

/** Spread over the slide: enough to meet every tissue that is not rare, read a few more with each look so that nobody waits for all. */
const placesToRead = 300;
const placesOfLook = 48;
/** Of a large map every n-th place is looked through: a second of work at most. */
const mostPlaces = 6000;

type Gathered = Readonly<{ regions: readonly Region[]; features: readonly Float32Array[] }>;

export async function suggestPlaces(
  session: Session,
  slides: PatchSource,
  params: SuggestParams,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Suggestions> {
  const { slideId, spec, classes, examples, avoid, count } = params;
  const swept = sweptPlaces(session, params);
  if (swept.regions.length < placesToRead) {
    await indexPlaces(
      session,
      slides,
      { slideId, max: placesToRead, mpp: spec.mpp, more: placesOfLook },
      signal,
      onProgress,
    );
  }
  const spread = session.places.get(slideId) ?? { regions: [], features: [] };
  const here = examples.filter(({ patch }) => patch.slideId === slideId).map(({ patch }) => patch.region);
  const closed = [...here, ...avoid];
  const all = thinned([...swept.regions, ...spread.regions], [...swept.features, ...spread.features]);
  const open = all.regions.flatMap((region, i) => (closed.some((other) => intersects(other, region)) ? [] : [i]));
  const regions = open.map((i) => all.regions[i]!);
  const places = regions.length;
  if (places === 0) return { list: [], places };
  const width = session.model.shape.featureWidth;
  const fitted = await fitPreview(session, classes, examples, signal);
  const labelled = examples.length > 0 ? await featuresOfExamples(session, examples, signal) : new Float32Array();
  signal.throwIfAborted();
  const picked = pickPlaces(
    { features: concatenate(open.map((i) => all.features[i]!)), width, labelled, head: fitted?.head ?? null },
    count,
    (place, taken) => taken.every((other) => other !== place && !intersects(regions[other]!, regions[place]!)),
  );
  const list = picked.map(({ place, why, order, scores, nearest }) => {
    const [first, second] = order.flatMap((c) =>
      fitted?.classes[c] ? [{ ...fitted.classes[c], score: scores[c]! }] : [],
    );
    const called = first &&
      second && { classId: first.id, score: first.score, secondId: second.id, secondScore: second.score };
    return { region: regions[place]!, why, called: called ?? null, nearest };
  });
  return { list, places };
}

function sweptPlaces(session: Session, { sheet, slideId, spec }: SuggestParams): Gathered {
  const place = sheet === null ? null : session.swept.placeOf(sheet);
  if (sheet === null || !place || place.slideId !== slideId || place.spec.mpp !== spec.mpp) {
    return { regions: [], features: [] };
  }
  const width = session.model.shape.featureWidth;
  const regions: Region[] = [];
  const features: Float32Array[] = [];
  for (const block of session.swept.blocks(sheet)) {
    block.cells.forEach((cell, i) => {
      regions.push(cellPatch(place.grid, cell));
      features.push(block.features.subarray(i * width, (i + 1) * width));
    });
  }
  return { regions, features };
}

/** Swept places come coarse to fine, so that every n-th of them still lies all over the slide. */
function thinned(regions: readonly Region[], features: readonly Float32Array[]): Gathered {
  const every = Math.ceil(regions.length / mostPlaces);
  if (every < 2) return { regions, features };
  const kept = <T>(list: readonly T[]): readonly T[] => list.filter((_, i) => i % every === 0);
  return { regions: kept(regions), features: kept(features) };
}
