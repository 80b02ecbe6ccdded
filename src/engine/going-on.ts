// Whether a checkpoint belongs to a request, down to its folds and sizes: a tuning goes on with the very same work or not at all.
// Knows no runtime.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { Fault } from "../base/fault.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import { parseTuningCheckpoint, type TuningCheckpoint } from "../domain/tuning-checkpoint.ts";
import type { TuneParams } from "../protocol/engine-api.ts";
import { preprocessingOf } from "./fits-backbone.ts";
import type { Session } from "./session.ts";
import type { TextUse } from "./text-vectors.ts";
import { stepsPerEpoch } from "./train-loop.ts";
import type { TuneRequest } from "./tune-request.ts";
import { innerParts, type Stage } from "./tuning-stages.ts";

/** SHA-256 of everything that decides what a tuning computes: settings, labels with their places and groups, cases, and the backbone:
 * its weights, how it computes, how its pixels are prepared. */
export function requestDigest(
  { settings, cases, estimate, trainAnyway, centre }: Pick<TuneParams, "settings" | "cases"> & Partial<TuneParams>,
  { classes, labels, patches, text }: TuneRequest,
  { digest, computation, model }: Pick<Session, "digest" | "computation" | "model">,
): string {
  const backbone = { digest, computation, preprocessing: preprocessingOf(model, patches[0]?.spec.mpp) };
  const plain = (use: TextUse | null) => use && { ...use, vectors: use.vectors.map((vector) => [...vector]) };
  const texts = text ? { text: { ...text, tokens: plain(text.tokens), head: plain(text.head) } } : {};
  const asked = { estimate: estimate ?? true, trainAnyway: trainAnyway ?? false, centre: centre ? [...centre] : null };
  const content = { settings, cases, asked, classes: classes.map((c) => c.id), labels, patches, backbone, ...texts };
  return bytesToHex(sha256(new TextEncoder().encode(canonicalJson(content))));
}

export type Expected = Readonly<{
  belongsTo: string;
  request: TuneRequest;
  stages: readonly Stage[];
  batch: number;
  /** Of theta. */
  length: number;
}>;

/** null: from the start. Throws Fault `invalid` where the checkpoint is damaged or another run's. */
export function checkpointOf(
  { resume, runId, settings }: Pick<TuneParams, "resume" | "runId" | "settings">,
  { belongsTo, request, stages, batch, length }: Expected,
): TuningCheckpoint | null {
  if (resume === null) return null;
  const checkpoint = parseTuningCheckpoint(resume);
  const { fold, inner, innerAnswers, training, answers, cutShort } = checkpoint;
  const refuse = (why: string): never => {
    throw new Fault("invalid", `This tuning cannot be gone on with: ${why}. Tune again.`);
  };
  if (checkpoint.runId !== runId || checkpoint.belongsTo !== belongsTo) {
    refuse("its checkpoint is of other labels, settings or another backbone");
  }
  const stage = stages.find((one) => one.fold === fold);
  if (!stage || (fold !== null && cutShort)) return refuse("its checkpoint names a fold that is not made");
  const parts = innerParts(stage);
  if (inner !== null && (inner >= parts.length || cutShort)) refuse("its checkpoint names a fold that is not made");
  const known = new Set(request.classes.map((c) => c.id));
  const answered = stages.slice(0, fold ?? stages.length - 1).flatMap((made) => made.heldOut);
  const asExpected =
    (cutShort ? answers.length <= answered.length : answers.length === answered.length) &&
    answers.every((a, i) => a.label === answered[i] && known.has(a.tuned) && known.has(a.frozen));
  const chosenBy = cutShort ? [] : parts.slice(0, inner ?? parts.length).flatMap((made) => made.heldOut);
  const asChosen =
    innerAnswers.length === chosenBy.length &&
    innerAnswers.every(
      ({ label, own, frozen }, i) => label === chosenBy[i] && own.length === known.size && frozen.length === known.size,
    );
  if (!asExpected || !asChosen) refuse("its held-out answers are not those of its folds");
  if (training) {
    const examples = (inner === null ? stage : (parts[inner] ?? stage)).training.length;
    const fits =
      training.theta.length === length &&
      training.epoch < (cutShort ? Math.max(1, checkpoint.epochsReached) : settings.epochs) &&
      training.step < stepsPerEpoch(examples, batch);
    if (!fits) refuse("its checkpoint does not fit the training it was made in");
  }
  return checkpoint;
}
