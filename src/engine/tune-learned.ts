// Labels -> a prompt set on prompts that were learned without labels: heads are fitted, nothing is trained. Knows the order of things;
// folds, heads and the file are files of their own.
import { Fault, present } from "../base/fault.ts";
import { intersects } from "../domain/geometry.ts";
import type { PromptSet } from "../domain/prompt-set.ts";
import { waitsForLabels } from "../domain/prompt-set-file.ts";
import type { TuningSettings } from "../domain/run.ts";
import type { HeldOutAnswer } from "../domain/tuning-checkpoint.ts";
import type { TuneParams } from "../protocol/engine-api.ts";
import { estimateWhole } from "./estimate/estimate-whole.ts";
import type { FoldPlan } from "./estimate/folds.ts";
import { featuresUnder } from "./example-features.ts";
import { frozenAnswers } from "./frozen-baseline.ts";
import { fitCentroids } from "./heads/centroid.ts";
import { blendedAt, constantChoice, constantShare, halfUnlessWorse, type ShareChoice } from "./heads/choose-share.ts";
import { fitLearned, heldScores, type LearnedLabels, rowsOfLabels, scoresOfHeads } from "./heads/learned-heads.ts";
import { heldOutAnswers } from "./held-out-answers.ts";
import { heldOutLabels } from "./held-out-labels.ts";
import { guarded } from "./learn-places.ts";
import { concatenate, promptsOfSet } from "./prompted.ts";
import type { Session } from "./session.ts";
import type { Tuned, TuneHooks, WrittenSet } from "./tune.ts";
import { checkTuneRequest, type TuneRequest } from "./tune-request.ts";
import { writeFrozenSet, writeTunedSet } from "./tuned-set.ts";
import { readTuningExamples } from "./tuning-examples.ts";
import { assertApart } from "./tuning-heads.ts";
import { createTuningClock } from "./tuning-progress.ts";
import { planStages, type Stage } from "./tuning-stages.ts";

/** Faults: too-few-labels, invalid, bad-prompt-set, and whatever slides and the runtime throw. Rejects with AbortError when cancelled. */
export async function tuneLearned(session: Session, params: TuneParams, hooks: TuneHooks): Promise<Tuned> {
  const { learned: from, cases } = params;
  const base = learnedSet(session, present(from, "learned prompts"));
  const { method, preprocessing } = base.metadata;
  const { views = 1, seed } = params.settings;
  const settings = { ...params.settings, blocks: method.blocks, tokensPerBlock: method.tokensPerBlock };
  const own: TuneParams = { ...params, settings, parent: base.id };
  const request = checkTuneRequest(own, session.model);
  const { classes, labels, targets, patches } = request;
  if (patches[0]?.spec.mpp !== preprocessing.mpp) {
    throw new Fault(
      "invalid",
      `"${base.metadata.name}" was learned from patches of ${preprocessing.mpp} um/px. Choose the field size it was learned with, or learn again.`,
    );
  }
  const clean = cleanLabels(request, base, present(from, "learned prompts").places);
  const near = labels.length - clean.length;
  const { plan: planned, stages } = planStages(request, own, clean);
  const plan: FoldPlan =
    planned.kind === "none" && near > 0 ? { ...planned, reason: tooNear(near, labels.length) } : planned;
  const clock = createTuningClock(hooks.emit, session.now, stages.length);
  const told = (share: number) => (done: number) => clock.features(Math.floor(share + done / 2), labels.length);
  const examples = await readTuningExamples(session, patches, views, method.firstBlock, hooks.signal, told(0));
  try {
    const all = labels.map((_, i) => i);
    const under = await featuresUnder(
      session,
      examples,
      promptsOfSet(base),
      all,
      hooks.signal,
      told(labels.length / 2),
    );
    const plain = concatenate(examples.features);
    const width = session.model.shape.featureWidth;
    const frozen = present(base.frozen, "what patches without labels said of plain features");
    const known: LearnedLabels = {
      rows: { own: under, plain },
      width,
      targets,
      classes: classes.length,
      by: { own: { centre: base.headCentre, whitening: base.headWhitening }, plain: frozen },
    };
    assertApart(fitCentroids({ features: under, width, targets, classes: classes.length }, 1).weight, request);
    const whitener = { centre: frozen.centre, whitening: frozen.whitening };
    const answers: HeldOutAnswer[] = [];
    for (const stage of stages) {
      hooks.signal.throwIfAborted();
      clock.training(stage.fold, stages.length - 1, 1);
      const choice = chosenBy(settings, stage, known);
      const heads = fitLearned(known, stage.training);
      clock.step(0);
      if (stage.fold !== null) {
        const { training, heldOut } = stage;
        const scores = blendedAt(choice, scoresOfHeads(heads, rowsOfLabels(known, heldOut)), classes.length);
        const beside = { labels, classes, features: examples.features, whitener };
        answers.push(
          ...heldOutAnswers(classes, heldOut, scores, frozenAnswers(beside, training, heldOut, { cases, seed })),
        );
        continue;
      }
      const estimate = estimateWhole(plan, labels, answers, seed);
      const made = { estimate, epochs: 1, learned: base.metadata };
      const parts = { prompts: promptsOfSet(base), head: heads.own };
      const tuned = (share: number): WrittenSet =>
        writeTunedSet(session, own, request, parts, heads.frozen, { ...made, choice: { ...choice, share } });
      const { share, kind } = choice;
      const words = near > 0 ? `${choice.words}; ${notHeldOut(near)}` : choice.words;
      return {
        ...(share < 1 ? tuned(share) : writeFrozenSet(session, own, request, heads.frozen, { ...made, choice })),
        passedOver: share < 1 || !params.trainAnyway ? null : tuned(constantShare),
        estimate,
        heldOut: estimate.kind === "figure" ? heldOutLabels(plan, labels, answers) : [],
        ended: "complete",
        choice: { share, kind, words },
        secondsPerStep: null,
        batch: 1,
        gates: [],
      };
    }
  } finally {
    examples.release();
  }
  throw new Error("assertion failed: the last stage is that of all labels");
}

/** As in a training (`TuningSettings.frozen`), but what is chosen from is another (heads/choose-share.ts). */
function chosenBy({ frozen }: TuningSettings, { inner }: Stage, known: LearnedLabels): ShareChoice {
  if (frozen === "constant") return constantChoice(constantShare, "a constant share, as asked");
  if (frozen !== "choose") return constantChoice(0, "prompts only, as asked");
  if (inner.kind === "none") return constantChoice(constantShare, inner.why);
  return halfUnlessWorse(heldScores(known, inner.parts, inner.unitOf), known.classes);
}

const notHeldOut = (near: number): string =>
  `${near} ${near === 1 ? "label lies" : "labels lie"} where the prompts were learned, and nothing was held out there`;

const tooNear = (near: number, all: number): string =>
  `${near} of ${all} labels lie where the prompts were learned, so they cannot be held out, and too few others are left. ` +
  "Learn again: the places of all labels are then left out.";

function learnedSet({ sets }: Session, { id }: NonNullable<TuneParams["learned"]>): PromptSet {
  const kept = sets.get(id);
  if (!kept) throw new Fault("bad-prompt-set", "The learned prompts are not loaded. Load their file again.");
  if (!waitsForLabels(kept.set.metadata)) {
    throw new Fault("bad-prompt-set", `"${kept.set.metadata.name}" holds no prompts that were learned without labels.`);
  }
  return kept.set;
}

/** Labels (indices) with nothing that was learned from within their guard. */
function cleanLabels(
  { labels }: TuneRequest,
  { metadata }: PromptSet,
  places: NonNullable<TuneParams["learned"]>["places"],
): readonly number[] {
  const slides = new Set(metadata.learned?.slides);
  const closed = places?.map(({ slideId, region }) => ({ slideId, region: guarded(region) }));
  return labels.flatMap(({ slideId, region }, i) => {
    const near = closed
      ? closed.some((other) => other.slideId === slideId && intersects(other.region, region))
      : slides.has(slideId);
    return near ? [] : [i];
  });
}
