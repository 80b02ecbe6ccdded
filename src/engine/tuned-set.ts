// What a training made, as a prompt set: theta taken apart, and what the file says of how it came to be. Knows no runtime.
import type { SlideId } from "../base/brand.ts";
import { present } from "../base/fault.ts";
import type { Estimate } from "../domain/estimate.ts";
import {
  type FrozenPart,
  type PromptAnswer,
  type PromptHead,
  type PromptMethod,
  type PromptSetMetadata,
  researchUseNotice,
} from "../domain/prompt-set.ts";
import { formatFor, type PromptTensors, parsePromptSet, serializePromptSet } from "../domain/prompt-set-file.ts";
import type { TuningSettings } from "../domain/run.ts";
import type { Slot } from "../graph/vit/train-graph.ts";
import type { TuneParams } from "../protocol/engine-api.ts";
import { preprocessingOf } from "./fits-backbone.ts";
import type { ShareChoice } from "./heads/choose-share.ts";
import type { TrainProgram } from "./model-programs.ts";
import { type Prompts, promptsOfTheta } from "./prompted.ts";
import type { TensorValue } from "./runtime.ts";
import type { Session } from "./session.ts";
import type { WrittenSet } from "./tune.ts";
import { labelsMetadata, type TuneRequest } from "./tune-request.ts";
import type { RegressionHead } from "./tuning-heads.ts";

export type TunedParts = Readonly<{ prompts: Prompts; head: RegressionHead }>;

/** Copies. `texts`: the frozen tokens of text, before their lengths. */
export function splitTheta(
  { layout }: Pick<TrainProgram, "layout">,
  theta: Float32Array,
  { firstBlock, centre }: Readonly<{ firstBlock: number; centre: Float32Array }>,
  texts: TensorValue | null,
): TunedParts {
  const take = ({ offset, shape }: Slot): Float32Array =>
    theta.slice(offset, offset + shape.reduce((a, b) => a * b, 1));
  const bias = take(present(layout.headBias, "a logistic head"));
  return {
    prompts: promptsOfTheta(layout, theta, firstBlock, texts),
    head: { weight: take(layout.headWeight), bias, centre },
  };
}

type Maker = Pick<Session, "model" | "digest" | "computation" | "appVersion">;

/** `learned`: of the set whose prompts were kept, whose heads are whitened. */
type MadeBy = Readonly<{
  estimate: Estimate;
  epochs: number;
  choice: ShareChoice;
  learned?: Pick<PromptSetMetadata, "learned" | "method" | "synthetic">;
}>;

/** The prompts and their head, with the frozen part beside them where it has a share. */
export function writeTunedSet(
  session: Maker,
  params: TuneParams,
  request: TuneRequest,
  { prompts, head }: TunedParts,
  frozen: RegressionHead,
  made: MadeBy,
): WrittenSet {
  const { share, temperatures } = made.choice;
  const beside = share > 0 ? { share, temperature: temperatures.frozen } : null;
  const { value, instance, textual } = prompts;
  const kinds = { prompts: value.data, instance: instance ?? null, textual: textual?.data ?? null };
  const metadata = describe(session, params, request, made, {
    method: made.learned?.method ?? methodOf(params.settings, request, prompts.firstBlock),
    head: made.learned ? { kind: "whitened" } : headOf(params.settings, request),
    answer: answerOf(params.settings, made, temperatures.own, beside),
  });
  return written(metadata, { ...kinds, ...tensorsOf(head), frozen: beside && frozenPart(frozen) });
}

/** Frozen features with the regression's head: a set without prompts. */
export function writeFrozenSet(
  session: Maker,
  params: TuneParams,
  request: TuneRequest,
  frozen: RegressionHead,
  made: MadeBy,
): WrittenSet {
  const metadata = describe(session, params, request, made, {
    method: { kind: "none", firstBlock: session.model.shape.depth, blocks: 0, tokensPerBlock: 0 },
    head: { kind: made.learned ? "whitened" : "logistic" },
    answer: answerOf(params.settings, made, made.choice.temperatures.frozen, null),
  });
  return written(metadata, tensorsOf(frozen));
}

const tensorsOf = ({ weight, bias, centre, whitening }: RegressionHead): PromptTensors => ({
  headWeight: weight,
  headBias: bias,
  headCentre: centre,
  ...(whitening ? { headWhitening: whitening } : {}),
});

const frozenPart = ({ whitening = new Float32Array(), ...head }: RegressionHead): FrozenPart => ({
  ...head,
  whitening,
});

export function written(metadata: PromptSetMetadata, tensors: PromptTensors): WrittenSet {
  const bytes = serializePromptSet(metadata, tensors);
  return { set: parsePromptSet(bytes), bytes };
}

const answerOf = (
  { views = 1 }: TuningSettings,
  { choice }: MadeBy,
  temperature: number,
  frozen: PromptAnswer["frozen"],
): PromptAnswer => ({ views, temperature, frozen, words: choice.words });

function describe(
  { model, digest, computation, appVersion }: Maker,
  params: TuneParams,
  request: TuneRequest,
  { estimate, epochs, learned }: MadeBy,
  kinds: Pick<PromptSetMetadata, "method" | "head" | "answer">,
): PromptSetMetadata {
  const { settings } = params;
  const slides = [...new Set(request.labels.map((label): SlideId => label.slideId))];
  const drawn = slides.filter((id) => params.syntheticSlides.includes(id));
  const made: Omit<PromptSetMetadata, "format"> = {
    name: params.name.trim().slice(0, 200) || "Untitled",
    backbone: { name: model.name, weightsDigest: digest, computation },
    preprocessing: preprocessingOf(model, request.patches[0]?.spec.mpp),
    classes: request.classes,
    ...kinds,
    ...(learned?.learned ? { learned: learned.learned } : {}),
    settings: { ...settings, epochs: Math.max(1, epochs) },
    labels: labelsMetadata(request),
    estimate,
    stain: params.stated?.stain ?? null,
    organ: params.stated?.organ ?? null,
    // Classes learned on one drawn slide name drawings; on tissue their scores would mean nothing.
    onlyOn: slides.length === 1 && drawn.length === 1 ? (slides[0] ?? null) : null,
    synthetic: drawn.length > 0 || learned?.synthetic === true,
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

function headOf({ text }: TuningSettings, { text: used }: TuneRequest): PromptHead {
  if (!text?.head || !used?.head) return { kind: "logistic" };
  const { share, control } = text.head;
  const { projectionSeed } = text;
  return { kind: "logistic", text: { encoder: used.encoder, texts: used.head.texts, projectionSeed, control, share } };
}

export function noEstimateReason(ended: "early" | "diverged"): string {
  return ended === "early"
    ? "Finished early: the held-out estimate belongs to a full tuning. Tune again to the end to get one."
    : "The training diverged and its last good state was kept, which no fold has tested. Tune with a lower learning rate to get an estimate.";
}
