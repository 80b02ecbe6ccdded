// Labels -> a prompt set with its held-out estimate: the prompts, the frozen features beside them, or frozen features alone, as the labels
// decide. Knows the order of things; planning, training and writing are files of their own.
import type { Estimate } from "../domain/estimate.ts";
import type { HeldOutLabel } from "../domain/held-out.ts";
import type { PromptSet } from "../domain/prompt-set.ts";
import type { TuningEvent } from "../domain/run.ts";
import { thetaLayout } from "../graph/vit/train-graph.ts";
import type { GateResult, TuneChoice, TuneParams } from "../protocol/engine-api.ts";
import { estimateWhole } from "./estimate/estimate-whole.ts";
import type { StepShape } from "./gates/gradient-gates.ts";
import { checkpointOf, requestDigest } from "./going-on.ts";
import { constantShare } from "./heads/choose-share.ts";
import { heldOutLabels } from "./held-out-labels.ts";
import type { TrainShape } from "./model-programs.ts";
import type { Session } from "./session.ts";
import { partFor } from "./step-room.ts";
import { evenBatch, type Trained } from "./train-loop.ts";
import { checkTuneRequest } from "./tune-request.ts";
import { noEstimateReason, writeFrozenSet, writeTunedSet } from "./tuned-set.ts";
import { readTuningExamples } from "./tuning-examples.ts";
import { createTuningHeads } from "./tuning-heads.ts";
import { createTuningClock } from "./tuning-progress.ts";
import { trainAll } from "./tuning-run.ts";
import { allSteps, planStages } from "./tuning-stages.ts";

export type WrittenSet = Readonly<{ set: PromptSet; bytes: Uint8Array<ArrayBuffer> }>;

export type Tuned = WrittenSet &
  Readonly<{
    estimate: Estimate;
    heldOut: readonly HeldOutLabel[];
    ended: Trained["ended"];
    choice: TuneChoice;
    /** The set with prompts where frozen features alone were chosen and the request wanted both. */
    passedOver: WrittenSet | null;
    /** Mean seconds of one step of `batch` images; null where fewer than two were made. */
    secondsPerStep: number | null;
    batch: number;
    gates: readonly GateResult[];
  }>;

export type TuneHooks = Readonly<{
  signal: AbortSignal;
  emit: (event: TuningEvent) => void;
  finishEarly: () => boolean;
  /** The gates before this very step may be made here. Rejects with Fault `self-test`. */
  checkGradient: (step: StepShape) => Promise<readonly GateResult[]>;
}>;

/** Faults: too-few-labels, invalid, and whatever slides and the runtime throw. Rejects with AbortError when cancelled. */
export async function tune(session: Session, params: TuneParams, hooks: TuneHooks): Promise<Tuned> {
  const { settings } = params;
  const request = checkTuneRequest(params, session.model);
  const { classes, labels } = request;
  const staged = planStages(request, params);
  const batch = evenBatch(labels.length, settings.batch);
  const firstBlock = session.model.shape.depth - settings.blocks;
  const { tokensPerBlock, instance = null, views = 1 } = settings;
  const textTokens = request.text?.tokens?.texts.length ?? 0;
  const kinds = { firstBlock, tokensPerBlock, instance, textTokens };
  const shape: TrainShape = { ...kinds, batch, classes: classes.length, head: "logistic" };
  const belongsTo = requestDigest(params, request, session);
  const layout = thetaLayout(session.programs.backbone.structure, shape);
  const resumed = checkpointOf(params, { belongsTo, request, stages: staged.stages, batch, length: layout.length });
  const part = partFor(session.programs.backbone, session.runtime, shape, params.halvings);
  const gates = await hooks.checkGradient({ ...shape, inParts: part < batch });
  const steps = allSteps(staged, settings, batch);
  const clock = createTuningClock(hooks.emit, session.now, steps, resumed?.stepsMade ?? 0);

  clock.features(0, labels.length);
  const examples = await readTuningExamples(session, request.patches, views, firstBlock, hooks.signal, (done) =>
    clock.features(done, labels.length),
  );
  try {
    const heads = createTuningHeads(examples.features, request, settings, params.centre);
    const work = { request, stages: staged.stages, shape, layout, part, belongsTo, resumed, examples, heads, clock };
    const { answers, choice, own, frozen, ended, epochs } = await trainAll(session, params, hooks, work);
    const estimate: Estimate =
      ended === "complete"
        ? estimateWhole(staged.plan, labels, answers, settings.seed)
        : { kind: "none", reason: noEstimateReason(ended), withoutFigure: staged.plan.withoutFigure };
    const made = { estimate, epochs, choice };
    const tuned = (share: number): WrittenSet | null =>
      own && writeTunedSet(session, params, request, own, frozen, { ...made, choice: { ...choice, share } });
    const { share, kind, words } = choice;
    const kept = share < 1 ? tuned(share) : null;
    return {
      ...(kept ?? writeFrozenSet(session, params, request, frozen, made)),
      passedOver: share < 1 ? null : tuned(constantShare),
      estimate,
      heldOut: estimate.kind === "figure" ? heldOutLabels(staged.plan, labels, answers) : [],
      ended,
      choice: { share, kind, words },
      secondsPerStep: clock.secondsPerStep(),
      batch,
      gates,
    };
  } finally {
    examples.release();
  }
}
