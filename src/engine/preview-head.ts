// The instant head of the labels: class centroids on frozen features. Knows a session; where it is asked (click, map) is not its matter.
import type { ClassId } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import { type LanePriority, lanePriority } from "../base/lane.ts";
import type { TissueClass } from "../domain/label.ts";
import type { Example } from "../protocol/engine-api.ts";
import { type CosineHead, fitCentroids } from "./heads/centroid.ts";
import type { Session } from "./session.ts";
import { defaultCut } from "./start-runtime.ts";

export const previewTemperature = 10;

/** `classes` in the order of the head's rows. */
export type PreviewHead = Readonly<{ head: CosineHead; classes: readonly TissueClass[] }>;

/** Null with fewer than two labelled classes. Features at hand are not computed again. */
export async function fitPreview(
  session: Session,
  classes: readonly TissueClass[],
  examples: readonly Example[],
  signal: AbortSignal,
): Promise<PreviewHead | null> {
  const labelled = classes.filter((c) => examples.some((example) => example.classId === c.id));
  if (labelled.length < 2) return null;
  const features = await featuresOfExamples(session, examples, signal);
  const slot = new Map<ClassId, number>(labelled.map((c, i) => [c.id, i]));
  const targets = examples.map((example) => slot.get(example.classId) ?? -1);
  if (targets.includes(-1)) throw new Fault("invalid", "A label names a class that does not exist.");
  const width = features.length / examples.length;
  return {
    classes: labelled,
    head: fitCentroids({ features, width, targets, classes: labelled.length }, previewTemperature),
  };
}

/** [examples, F] row-major: from the swept places where a label is one of them, else from the cache, else computed. */
export async function featuresOfExamples(
  session: Session,
  examples: readonly Example[],
  signal: AbortSignal,
  priority: LanePriority = lanePriority.click,
): Promise<Float32Array> {
  const rows = examples.map(({ patch }) => session.swept.featuresOf(patch));
  const missing = examples.filter((_, i) => rows[i] === null).map(({ patch }) => patch);
  const cut = defaultCut(session.model.shape);
  const computed = missing.length > 0 ? await session.analyser.analyse(missing, cut, priority, signal) : [];
  let next = 0;
  const width = session.model.shape.featureWidth;
  const out = new Float32Array(examples.length * width);
  rows.forEach((row, i) => {
    out.set(row ?? computed[next++]!.features, i * width);
  });
  return out;
}
