// Labels on the texture slide, and the tuning that asks for them. Knows no engine; runs in Node and in a page.
import type { ClassId, LabelId, RunId } from "../../src/base/brand.ts";
import { mpp } from "../../src/base/brand.ts";
import type { Label, TissueClass } from "../../src/domain/label.ts";
import type { TuningSettings } from "../../src/domain/run.ts";
import type { TuneParams } from "../../src/protocol/engine-api.ts";
import { patchAt, placeOf, slideId } from "./texture-slide.ts";

const names = ["Stripes", "Blobs", "Plain", "Rows"];
const colors = ["#c0392b", "#2980b9", "#27ae60", "#8e44ad"];

export function classesOf(count: number): readonly TissueClass[] {
  return names
    .slice(0, count)
    .map((name, i) => ({ id: `c${i}` as ClassId, name, color: colors[i] ?? "#000000", key: i }));
}

/** `perClass` labels of each of `classes` textures, every one an island of its own. */
export function labelsOf(classes: number, perClass: number): readonly Label[] {
  return Array.from({ length: classes * perClass }, (_, i) => ({
    id: `l${i}` as LabelId,
    slideId,
    classId: `c${i % classes}` as ClassId,
    region: placeOf(i % classes, Math.floor(i / classes)),
    slideMpp: mpp(0.5),
    origin: "free",
    group: `g${i}`,
  }));
}

export const tinySettings: TuningSettings = {
  blocks: 2,
  tokensPerBlock: 3,
  epochs: 4,
  batch: 16,
  learningRate: 2e-3,
  weightDecay: 0.01,
  labelSmoothing: 0.1,
  temperature: 10,
  seed: 1,
};

export function tuneParams(
  classes: number,
  perClass: number,
  settings: Partial<TuningSettings> = {},
  more: Partial<TuneParams> = {},
): TuneParams {
  const labels = labelsOf(classes, perClass);
  return {
    runId: "run" as RunId,
    name: "Textures",
    settings: { ...tinySettings, ...settings },
    classes: classesOf(classes),
    labels,
    examples: labels.map((label) => ({ labelId: label.id, patch: patchAt(label.region), classId: label.classId })),
    cases: {},
    syntheticSlides: [],
    parent: null,
    resume: null,
    halvings: 0,
    ...more,
  };
}
