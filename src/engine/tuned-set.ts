// What a training made, as a prompt set: theta taken apart, and what the file says of how it came to be. Knows no runtime.
import type { SlideId } from "../base/brand.ts";
import type { Estimate } from "../domain/estimate.ts";
import {
  type PromptHead,
  type PromptMethod,
  type PromptSet,
  type PromptSetMetadata,
  researchUseNotice,
} from "../domain/prompt-set.ts";
import { formatFor, parsePromptSet, serializePromptSet } from "../domain/prompt-set-file.ts";
import type { TuningSettings } from "../domain/run.ts";
import type { TuneParams } from "../protocol/engine-api.ts";
import { preprocessingOf } from "./fits-backbone.ts";
import type { TrainProgram } from "./model-programs.ts";
import { type Prompts, promptsOfTheta } from "./prompted.ts";
import type { TensorValue } from "./runtime.ts";
import type { Session } from "./session.ts";
import { labelsMetadata, type TuneRequest } from "./tune-request.ts";

export type TunedParts = Readonly<{
  prompts: Prompts;
  /** Rows [classes, F] of the cosine head. */
  weight: Float32Array;
}>;

/** Copies. `texts`: the frozen tokens of text, before their lengths. */
export function splitTheta(
  { layout }: Pick<TrainProgram, "layout">,
  theta: Float32Array,
  firstBlock: number,
  texts: TensorValue | null,
): TunedParts {
  const { offset, shape } = layout.headWeight;
  const weight = theta.slice(offset, offset + shape.reduce((a, b) => a * b, 1));
  return { prompts: promptsOfTheta(layout, theta, firstBlock, texts), weight };
}

type Maker = Pick<Session, "model" | "digest" | "computation" | "appVersion">;

export function writeTunedSet(
  session: Maker,
  params: TuneParams,
  request: TuneRequest,
  { prompts, weight }: TunedParts,
  centre: Float32Array,
  made: Readonly<{ estimate: Estimate; epochs: number }>,
): Readonly<{ set: PromptSet; bytes: Uint8Array<ArrayBuffer> }> {
  const metadata = describe(session, params, request, prompts.firstBlock, made.estimate, made.epochs);
  const { value, instance, textual } = prompts;
  const kinds = { prompts: value.data, instance: instance ?? null, textual: textual?.data ?? null };
  const bytes = serializePromptSet(metadata, { ...kinds, headWeight: weight, headCentre: centre });
  return { set: parsePromptSet(bytes), bytes };
}

function describe(
  { model, digest, computation, appVersion }: Maker,
  params: TuneParams,
  request: TuneRequest,
  firstBlock: number,
  estimate: Estimate,
  epochs: number,
): PromptSetMetadata {
  const { settings } = params;
  const slides = [...new Set(request.labels.map((label): SlideId => label.slideId))];
  const drawn = slides.filter((id) => params.syntheticSlides.includes(id));
  const made: Omit<PromptSetMetadata, "format"> = {
    name: params.name.trim().slice(0, 200) || "Untitled",
    backbone: { name: model.name, weightsDigest: digest, computation },
    preprocessing: preprocessingOf(model, request.patches[0]?.spec.mpp),
    classes: request.classes,
    method: methodOf(settings, request, firstBlock),
    head: headOf(settings, request),
    settings: { ...settings, epochs: Math.max(1, epochs) },
    labels: labelsMetadata(request),
    estimate,
    stain: params.stated?.stain ?? null,
    organ: params.stated?.organ ?? null,
    // Classes learned on one drawn slide name drawings; on tissue their scores would mean nothing.
    onlyOn: slides.length === 1 && drawn.length === 1 ? (slides[0] ?? null) : null,
    synthetic: drawn.length > 0,
    parent: params.parent,
    appVersion,
    licence: "The maker of this file holds its rights; its backbone's licence applies to the backbone.",
    notice: researchUseNotice,
  };
  return { format: formatFor(made), ...made };
}

function methodOf(
  { blocks, tokensPerBlock, instance, text }: TuningSettings,
  { text: used }: TuneRequest,
  firstBlock: number,
): PromptMethod {
  const places = { firstBlock, blocks, tokensPerBlock };
  const tokens = text?.tokens;
  if (!instance && !tokens) return { kind: "task-visual-deep", ...places };
  const { encoder = "" } = used ?? {};
  const { projectionSeed = 0 } = text ?? {};
  return {
    kind: "three-kinds",
    ...places,
    instance: instance ?? null,
    textual: tokens ? { encoder, texts: used?.tokens?.texts ?? [], projectionSeed, control: tokens.control } : null,
  };
}

function headOf({ temperature, text }: TuningSettings, { text: used }: TuneRequest): PromptHead {
  if (!text?.head || !used?.head) return { kind: "cosine", temperature };
  const { share, control } = text.head;
  const { projectionSeed } = text;
  return {
    kind: "cosine",
    temperature,
    text: { encoder: used.encoder, texts: used.head.texts, projectionSeed, control, share },
  };
}

export function noEstimateReason(ended: "early" | "diverged"): string {
  return ended === "early"
    ? "Finished early: the held-out estimate belongs to a full tuning. Tune again to the end to get one."
    : "The training diverged and its last good state was kept, which no fold has tested. Tune with a lower learning rate to get an estimate.";
}
