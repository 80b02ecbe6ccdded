// What a training made, as a prompt set: theta taken apart, and what the file says of how it came to be. Knows no runtime.
import type { SlideId } from "../base/brand.ts";
import type { Estimate } from "../domain/estimate.ts";
import type { PromptSet, PromptSetMetadata } from "../domain/prompt-set.ts";
import { promptSetFormat, researchUseNotice } from "../domain/prompt-set.ts";
import { parsePromptSet, serializePromptSet } from "../domain/prompt-set-file.ts";
import type { TuneParams } from "../protocol/engine-api.ts";
import { preprocessingOf } from "./fits-backbone.ts";
import type { TrainProgram } from "./model-programs.ts";
import type { VisualPrompts } from "./prompted.ts";
import type { Session } from "./session.ts";
import { labelsMetadata, type TuneRequest } from "./tune-request.ts";

export type TunedParts = Readonly<{
  prompts: VisualPrompts;
  /** Rows [classes, F] of the cosine head. */
  weight: Float32Array;
}>;

/** Copies. */
export function splitTheta(
  { layout }: Pick<TrainProgram, "layout">,
  theta: Float32Array,
  firstBlock: number,
): TunedParts {
  const { prompts, headWeight } = layout;
  const take = (slot: typeof prompts): Float32Array =>
    theta.slice(slot.offset, slot.offset + slot.shape.reduce((a, b) => a * b, 1));
  return { prompts: { firstBlock, value: { dims: prompts.shape, data: take(prompts) } }, weight: take(headWeight) };
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
  const bytes = serializePromptSet(metadata, { prompts: prompts.value.data, headWeight: weight, headCentre: centre });
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
  return {
    format: promptSetFormat,
    name: params.name.trim().slice(0, 200) || "Untitled",
    backbone: { name: model.name, weightsDigest: digest, computation },
    preprocessing: preprocessingOf(model),
    classes: request.classes,
    method: {
      kind: "task-visual-deep",
      firstBlock,
      blocks: settings.blocks,
      tokensPerBlock: settings.tokensPerBlock,
    },
    head: { kind: "cosine", temperature: settings.temperature },
    settings: { ...settings, epochs: Math.max(1, epochs) },
    labels: labelsMetadata(request),
    estimate,
    stain: null,
    organ: null,
    // Classes learned on one drawn slide name drawings; on tissue their scores would mean nothing.
    onlyOn: slides.length === 1 && drawn.length === 1 ? (slides[0] ?? null) : null,
    synthetic: drawn.length > 0,
    parent: params.parent,
    appVersion,
    licence: "The maker of this file holds its rights; its backbone's licence applies to the backbone.",
    notice: researchUseNotice,
  };
}

export function noEstimateReason(ended: "early" | "diverged"): string {
  return ended === "early"
    ? "Finished early: the held-out estimate belongs to a full tuning. Tune again to the end to get one."
    : "The training diverged and its last good state was kept, which no fold has tested. Tune with a lower learning rate to get an estimate.";
}
