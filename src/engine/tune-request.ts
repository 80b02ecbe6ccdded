// What a tuning is asked to do, checked and put into one order. Knows labels and limits; no runtime. All problems at once.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { Fault } from "../base/fault.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { bearsScale } from "../domain/field-size.ts";
import { rootAt } from "../domain/json-reader.ts";
import type { Label, TissueClass } from "../domain/label.ts";
import type { Model } from "../domain/model.ts";
import { readTuningSettings } from "../domain/parse-prompt-metadata.ts";
import type { Patch } from "../domain/patch.ts";
import type { PromptSetMetadata } from "../domain/prompt-set.ts";
import type { TuneParams } from "../protocol/engine-api.ts";
import { type RequestedText, readRequestedText } from "./text-vectors.ts";

export type TuneRequest = Readonly<{
  /** Only classes that have labels, in the project's order. */
  classes: readonly TissueClass[];
  /** In an order that depends on what they say, not on when they were made: the same labels give the same bytes. */
  labels: readonly Label[];
  patches: readonly Patch[];
  /** Class index of each label. */
  targets: readonly number[];
  /** null: nothing is made of text. */
  text: RequestedText | null;
}>;

/** Throws Fault `too-few-labels`, or `invalid` naming every problem. */
export function checkTuneRequest(params: TuneParams, model: Model): TuneRequest {
  const { settings, examples } = params;
  // The file's own limits: a tuning must not end in a file that cannot be read back.
  const root = rootAt(settings, "settings");
  readTuningSettings(root);
  const problems = [...root.problems];
  const { depth } = model.shape;
  if (settings.blocks > depth) problems.push(`settings.blocks is ${settings.blocks}, and the backbone has ${depth}`);
  const { centre } = params;
  if (centre && params.estimate !== false) problems.push("a centre of unlabelled patches goes without an estimate");
  if (centre && !(centre.length === model.shape.featureWidth && centre.every(Number.isFinite))) {
    problems.push(`the centre must be ${model.shape.featureWidth} finite numbers`);
  }

  const patchOf = new Map(examples.map((example) => [example.labelId, example.patch]));
  const known = new Set(params.classes.map((c) => c.id));
  const labels = params.labels.toSorted(byContent);
  for (const label of labels) {
    const patch = patchOf.get(label.id);
    if (!patch) problems.push(`label ${label.id} has no patch`);
    else if (patch.slideId !== label.slideId) problems.push(`label ${label.id} and its patch are on different slides`);
    else if (patch.spec.pixels !== model.patchPixels || !bearsScale(model, patch.spec.mpp)) {
      problems.push(`the patch of label ${label.id} was not cut for this model`);
    }
    if (!known.has(label.classId)) problems.push(`label ${label.id} has an unknown class`);
  }
  const scales = new Set([...patchOf.values()].map(({ spec }) => spec.mpp));
  if (scales.size > 1) problems.push(`the labels' patches are of ${scales.size} field sizes`);
  const used = new Set(labels.map((label) => label.classId));
  const classes = params.classes.filter((c) => used.has(c.id));
  const names = classes.map((c) => c.name);
  const text =
    root.problems.length > 0 ? null : readRequestedText(settings.text, params.text, names, settings.seed, problems);
  if (problems.length > 0) {
    throw new Fault("invalid", `This tuning cannot start: ${problems.slice(0, 5).join("; ")}.`, { problems });
  }
  if (classes.length < 2) {
    throw new Fault("too-few-labels", "Tuning needs labels in two classes. Label a place of another class.");
  }
  return {
    classes,
    labels,
    patches: labels.map((label) => patchOf.get(label.id)!),
    targets: labels.map((label) => classes.findIndex((c) => c.id === label.classId)),
    text,
  };
}

function byContent(a: Label, b: Label): number {
  const text = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return (
    text(a.slideId, b.slideId) ||
    a.region.y - b.region.y ||
    a.region.x - b.region.x ||
    text(a.classId, b.classId) ||
    text(a.id, b.id)
  );
}

/** What the file says of the labels: counts and a hash of their content, never the places themselves. */
export function labelsMetadata({
  labels,
  classes,
  targets,
}: Pick<TuneRequest, "labels" | "classes" | "targets">): PromptSetMetadata["labels"] {
  const content = labels.map(({ slideId, classId, region }) => {
    const { x, y, width, height } = region;
    return { slideId, classId, region: [x, y, width, height] };
  });
  const origins: Record<string, number> = {};
  for (const { origin } of labels) origins[origin] = (origins[origin] ?? 0) + 1;
  return {
    count: labels.length,
    digest: bytesToHex(sha256(new TextEncoder().encode(canonicalJson(content)))),
    perClass: classes.map((_, c) => targets.filter((target) => target === c).length),
    origins,
  };
}
