// Small valid pieces of a project, for tests in Node and in pages. Values are arbitrary but of the right form.
import type { ClassId, LabelId, ModelId, PromptSetId, RunId, SlideId, WeightsDigest } from "../../src/base/brand.ts";
import { mpp } from "../../src/base/brand.ts";
import type { Label, TissueClass } from "../../src/domain/label.ts";
import type { MapCheck, MapCheckId } from "../../src/domain/map-check.ts";
import { type SheetId, setLayer } from "../../src/domain/map-sheet.ts";
import type { Model } from "../../src/domain/model.ts";
import type { ProjectChange, ProjectEvent, SlideRef } from "../../src/domain/project.ts";
import {
  type BackboneComputation,
  type PromptSetSummary,
  promptSetFormat,
  researchUseNotice,
} from "../../src/domain/prompt-set.ts";
import type { TuningSettings } from "../../src/domain/run.ts";
import type { SlideInfo } from "../../src/domain/slide.ts";

/** 64 hex digits that begin with the number. */
export const hash = (n: number): string => n.toString(16).padStart(64, "a");

export const slideId = (n: number): SlideId => hash(1000 + n) as SlideId;
export const setId = (n: number): PromptSetId => hash(2000 + n) as PromptSetId;
export const weightsDigest = hash(3000) as WeightsDigest;

export const tissueClass = (n: number): TissueClass => ({
  id: `class-${n}` as ClassId,
  name: `Class ${n}`,
  color: "#e69f00",
  key: n < 10 ? n : null,
});

export const label = (n: number, classNumber = 1, slide = 1): Label => ({
  id: `label-${n}` as LabelId,
  slideId: slideId(slide),
  classId: `class-${classNumber}` as ClassId,
  region: { x: n * 100, y: n * 50, width: 224, height: 224 },
  slideMpp: mpp(0.5),
  origin: "free",
  group: `label-${n}`,
});

export const slideRef = (n: number): SlideRef => ({
  id: slideId(n),
  name: `slide-${n}.svs`,
  fingerprint: { bytes: 1000 + n, head: hash(n), tail: hash(n + 1) },
  origin: "scanned",
  source: { kind: "file" },
  declared: null,
  caseId: null,
});

export const slideInfo = (n: number, change: Partial<SlideInfo> = {}): SlideInfo => ({
  id: slideId(n),
  fingerprint: { bytes: 1000 + n, head: hash(n), tail: hash(n + 1) },
  format: "Aperio SVS",
  origin: "scanned",
  width: 10_000,
  height: 8_000,
  levels: [],
  calibration: { kind: "measured", mppX: mpp(0.5), mppY: mpp(0.5), source: "aperio" },
  objective: 20,
  properties: [],
  warnings: [],
  ...change,
});

export const settings: TuningSettings = {
  blocks: 4,
  tokensPerBlock: 10,
  epochs: 10,
  batch: 16,
  learningRate: 0.002,
  weightDecay: 0.01,
  labelSmoothing: 0.1,
  temperature: 10,
  seed: 7,
};

const normalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

export const summary = (id: PromptSetId, change: Partial<PromptSetSummary["metadata"]> = {}): PromptSetSummary => ({
  id,
  bytes: 4000,
  trainedParameters: 1000,
  metadata: {
    format: promptSetFormat,
    name: `Set ${id.slice(-4)}`,
    backbone: { name: "test", weightsDigest },
    preprocessing: { patchPixels: 224, mpp: mpp(0.5), filter: "bicubic", edge: "white", snap: 0.02, normalisation },
    classes: [tissueClass(1), tissueClass(2)],
    method: { kind: "task-visual-deep", firstBlock: 8, blocks: 4, tokensPerBlock: 10 },
    head: { kind: "cosine", temperature: 10 },
    settings,
    labels: { count: 2, digest: hash(5), perClass: [1, 1], origins: { free: 2 } },
    estimate: { kind: "none", reason: "Label Class 1 in a second place to get an estimate.", withoutFigure: [] },
    stain: null,
    organ: null,
    onlyOn: null,
    synthetic: false,
    parent: null,
    appVersion: "0.1.0",
    licence: "Apache-2.0",
    notice: researchUseNotice,
    ...change,
  },
});

/** Three patches drawn of a map with two classes, none looked at. */
export const mapCheck = (n: number): MapCheck => ({
  id: `check-${n}` as MapCheckId,
  slideId: slideId(1),
  map: {
    sheet: hash(4000) as SheetId,
    layer: setLayer(setId(1)),
    name: "Set",
    threshold: 0.5,
    digest: hash(4001),
  },
  choices: [tissueClass(1), tissueClass(2), tissueClass(3)],
  mapped: 2,
  sizes: [20, 10, 0],
  leftOut: 0,
  cellMm2: 0.01,
  slideMpp: mpp(0.5),
  seed: 7,
  draws: [0, 1, 1].map((stratum, i) => ({
    cell: i,
    region: { x: i * 224, y: 0, width: 224, height: 224 },
    stratum,
  })),
  answers: [null, null, null],
  finished: false,
  released: false,
});

export const runPut = (n: number): ProjectEvent => ({
  type: "run/put",
  record: { run: { state: "preparing", id: `run-${n}` as RunId, settings }, estimate: null, labels: 2 },
});

export const model: Model = {
  id: "test" as ModelId,
  name: "test",
  shape: {
    imagePixels: 224,
    patchPixels: 16,
    depth: 12,
    width: 192,
    heads: 3,
    tokens: 197,
    prefixTokens: 1,
    featureWidth: 192,
  },
  patchPixels: 224,
  mpp: mpp(0.5),
  mppRange: [mpp(0.4), mpp(0.6)],
  filter: "bicubic",
  edge: "white",
  snap: 0.02,
  normalisation,
  licence: { id: "Apache-2.0", text: "LICENSE", source: "test" },
  origin: "shipped",
  bytes: 2,
};

export const change = (title: string, ...events: readonly ProjectEvent[]): ProjectChange => ({
  title,
  events,
  undoable: true,
});

/** A class and `count` labels of it, one change each. */
export function work(count: number): readonly ProjectChange[] {
  return [
    change("Add class", { type: "class/put", value: tissueClass(1), at: 0 }),
    ...Array.from({ length: count }, (_, i) => change(`Label ${i}`, { type: "label/put", label: label(i) })),
  ];
}

/** How the sample's backbone computes. */
export const computation: BackboneComputation = {
  ...model.shape,
  readout: "cls",
  layerNormEps: 1e-6,
  activation: "gelu",
};
