// Sweeping the places of a map: pixels of the next batch are read while this one is computed, each batch is told as it is done. Knows a
// session and a source of patches; which places and in which order is the caller's plan (domain/map-plan.ts).
import { Fault, isAbort, isFault } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import { bearsScale } from "../domain/field-size.ts";
import { cellPatch } from "../domain/map-grid.ts";
import { placeState } from "../domain/map-sheet.ts";
import { minimumTissue, type Patch, type PatchPixels } from "../domain/patch.ts";
import type { PromptSet } from "../domain/prompt-set.ts";
import type { SweepParams, SweepProgress } from "../protocol/map-api.ts";
import { transfer } from "../protocol/rpc.ts";
import type { PatchSource } from "../protocol/slide-api.ts";
import type { PatchAnalysis } from "./features.ts";
import { concatenate } from "./prompted.ts";
import type { Session } from "./session.ts";
import { featuresOfSet, needsOfSet, scoresOfFeatures } from "./set-answer.ts";
import { defaultCut } from "./start-runtime.ts";
import { viewsOf } from "./views.ts";

/** A click waits for the batch that is running: so long a batch may take, where more than one patch fits. */
const secondsOfBatch = 0.12;
const largestBatch = 16;
/** Places in a row, which lie all over the slide: it went away, it is not a damaged tile. However many make a batch. */
export const mostUnreadable = 64;
const rateWindowMs = 10_000;

type Read = Readonly<{ cell: number; pixels: PatchPixels | null; why: string | null }>;

export async function sweep(
  session: Session,
  slides: PatchSource,
  params: SweepParams,
  signal: AbortSignal,
  onProgress: (progress: SweepProgress) => void,
): Promise<number> {
  const set = params.set === null ? null : setOf(session, params);
  checkSpec(session, params);
  const { cells } = params;
  const views = set ? needsOfSet(set, session.model.shape).views : 1;
  const images = Math.max(1, Math.min(largestBatch, Math.floor(secondsOfBatch / Math.max(session.forward, 1e-4))));
  const size = Math.max(1, Math.floor(images / views));
  const finished: { at: number; done: number }[] = [{ at: session.now(), done: 0 }];
  let inARow = 0;
  const batchAt = (from: number): Promise<readonly Read[]> | null => {
    if (from >= cells.length) return null;
    const reading = Promise.all(
      [...cells.subarray(from, from + size)].map((cell) => read(slides, params, cell, signal)),
    );
    // It is waited for one batch later: until then its failure is nobody's.
    reading.catch(() => undefined);
    return reading;
  };
  let next = batchAt(0);
  for (let from = 0; next; from += size) {
    const batch: readonly Read[] = await next;
    next = batchAt(from + size);
    const progress = await compute(session, params, set, { batch, images }, signal);
    signal.throwIfAborted();
    const done = from + batch.length;
    const at = session.now();
    finished.push({ at, done });
    while (finished.length > 2 && at - finished[0]!.at > rateWindowMs) finished.shift();
    const past = finished[0]!;
    const perSecond = at > past.at ? ((done - past.done) * 1000) / (at - past.at) : 0;
    const told: SweepProgress = { ...progress, perSecond };
    onProgress(transfer(told, [told.features.buffer, told.scores.buffer, told.states.buffer, told.cells.buffer]));
    for (const { why } of batch) {
      inARow = why === null ? 0 : inARow + 1;
      if (inARow >= mostUnreadable) throw goneFault(why);
    }
  }
  return cells.length;
}

function goneFault(why: string | null): Fault {
  const stopped = `${mostUnreadable} places one after the other could not be read, so the map was stopped; what there is stays.`;
  return new Fault("read", `${stopped} The last one: ${why ?? "no reason was given."}`);
}

function setOf(session: Session, { set: id, slideId, spec }: SweepParams): PromptSet {
  const kept = id === null ? undefined : session.sets.get(id);
  if (!kept) throw new Fault("bad-prompt-set", "This prompt set is not loaded. Load its file again.");
  const { onlyOn, name, preprocessing } = kept.set.metadata;
  if (onlyOn !== null && onlyOn !== slideId) {
    throw new Fault("invalid", `The classes of "${name}" name drawings of one slide: it gives no map of any other.`);
  }
  if (preprocessing.mpp !== spec.mpp) {
    throw new Fault("invalid", `"${name}" was made with patches of ${preprocessing.mpp} um/px, not ${spec.mpp}.`);
  }
  return kept.set;
}

function checkSpec({ model }: Session, { spec }: SweepParams): void {
  if (spec.pixels === model.patchPixels && bearsScale(model, spec.mpp)) return;
  throw new Fault("invalid", `${model.name} needs patches of ${model.patchPixels} px at about ${model.mpp} um/px.`);
}

async function read(slides: PatchSource, params: SweepParams, cell: number, signal: AbortSignal): Promise<Read> {
  const { slideId, spec, grid } = params;
  const patch: Patch = { slideId, region: cellPatch(grid, cell), spec };
  try {
    return { cell, pixels: await slides.patch(patch, { signal }), why: null };
  } catch (error) {
    // A damaged tile is a hole in the map. What is no matter of this place (a slide that was closed, a reader that died) ends it.
    const ofThePlace = isFault(error, "damaged") || isFault(error, "read") || isFault(error, "network");
    if (isAbort(error) || !ofThePlace) throw error;
    return { cell, pixels: null, why: error instanceof Error ? error.message : String(error) };
  }
}

async function compute(
  session: Session,
  { sheet, slideId, spec, grid }: SweepParams,
  set: PromptSet | null,
  { batch, images }: Readonly<{ batch: readonly Read[]; images: number }>,
  signal: AbortSignal,
): Promise<Omit<SweepProgress, "perSecond">> {
  const width = session.model.shape.featureWidth;
  const columns = set ? set.metadata.classes.length : 0;
  const features = new Float32Array(batch.length * width);
  const scores = new Float32Array(batch.length * columns).fill(Number.NaN);
  const states = Uint8Array.from(batch, ({ pixels }) => {
    if (!pixels) return placeState.unreadable;
    return pixels.tissue < minimumTissue ? placeState.glass : placeState.read;
  });
  const rows = batch.flatMap(({ pixels }, i) => (pixels && states[i] === placeState.read ? [{ i, pixels }] : []));
  if (rows.length > 0) {
    const { shape, patchPixels } = session.model;
    const { cut, views } = set ? needsOfSet(set, shape) : { cut: defaultCut(shape), views: 1 };
    const laid = rows.flatMap(({ pixels }) =>
      views === 1 ? [pixels.data] : viewsOf(pixels.data, patchPixels).slice(0, views),
    );
    const computed: Omit<PatchAnalysis, "tissue">[] = [];
    for (let from = 0; from < laid.length; from += images) {
      const part = laid.slice(from, from + images);
      computed.push(...(await session.analyser.compute(part, cut, lanePriority.sweep, signal)));
    }
    // What is kept of a place is the patch as it lies: the first of its views.
    rows.forEach(({ i }, row) => {
      features.set(computed[row * views]!.features, i * width);
    });
    const cells = Uint32Array.from(rows, ({ i }) => batch[i]!.cell);
    const kept =
      rows.length === batch.length
        ? features
        : concatenate(rows.map(({ i }) => features.subarray(i * width, (i + 1) * width)));
    session.swept.put(sheet, { slideId, spec, grid }, cells, kept, width);
    if (set) {
      const answers = await scoresUnder(session, set, computed, signal);
      rows.forEach(({ i }, row) => {
        scores.set(answers.subarray(row * columns, (row + 1) * columns), i * columns);
      });
    }
  }
  const unreadable = batch.find(({ why }) => why !== null)?.why ?? null;
  return { cells: Uint32Array.from(batch, ({ cell }) => cell), states, features, scores, unreadable };
}

/** [patches, classes] of every view's features and tokens. */
async function scoresUnder(
  session: Session,
  set: PromptSet,
  computed: readonly Omit<PatchAnalysis, "tissue">[],
  signal: AbortSignal,
): Promise<Float64Array> {
  const scores = scoresOfFeatures(set, await featuresOfSet(session, set, computed, lanePriority.sweep, signal));
  if (!scores) {
    const why = `"${set.metadata.name}" has prompts but no head, so it makes no map. Tune it with labels first.`;
    throw new Fault("unsupported", why, { set: set.id });
  }
  return scores;
}
