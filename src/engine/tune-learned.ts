// Labels -> a prompt set on prompts that were learned without labels: heads are fitted, nothing is trained. Knows the order of things;
// folds, heads and the file are files of their own.
import { Fault, present } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import type { PromptSet } from "../domain/prompt-set.ts";
import { waitsForLabels } from "../domain/prompt-set-file.ts";
import type { TuningSettings } from "../domain/run.ts";
import type { HeldOutAnswer } from "../domain/tuning-checkpoint.ts";
import type { TuneParams } from "../protocol/engine-api.ts";
import { estimateWhole } from "./estimate/estimate-whole.ts";
import { edgeGap, guardWidth } from "./estimate/islands.ts";
import { featuresUnder } from "./example-features.ts";
import { frozenAnswers } from "./frozen-baseline.ts";
import { fitCentroids } from "./heads/centroid.ts";
import { blendedAt, constantChoice, constantShare, halfUnlessWorse, type ShareChoice } from "./heads/choose-share.ts";
import { fitLearned, heldScores, type LearnedLabels, rowsOfLabels, scoresOfHeads } from "./heads/learned-heads.ts";
import { whitenedBy, whitenedHead } from "./heads/whitened.ts";
import { heldOutAnswers } from "./held-out-answers.ts";
import { heldOutLabels } from "./held-out-labels.ts";
import { concatenate, promptsOfSet } from "./prompted.ts";
import type { Session } from "./session.ts";
import type { Tuned, TuneHooks, WrittenSet } from "./tune.ts";
import { checkTuneRequest, type TuneRequest } from "./tune-request.ts";
import { writeFrozenSet, writeTunedSet } from "./tuned-set.ts";
import { readTuningExamples } from "./tuning-examples.ts";
import { assertApart } from "./tuning-heads.ts";
import { createTuningClock } from "./tuning-progress.ts";
import { planStages, type Stage, type Stages } from "./tuning-stages.ts";

/** Faults: too-few-labels, invalid, bad-prompt-set, and whatever slides and the runtime throw. Rejects with AbortError when cancelled. */
export async function tuneLearned(session: Session, params: TuneParams, hooks: TuneHooks): Promise<Tuned> {
  const { learned: from, cases } = params;
  const base = learnedSet(session, present(from, "learned prompts"));
  const { method, preprocessing } = base.metadata;
  const { instance: _, text: __, ...rest } = params.settings;
  const settings = { ...rest, blocks: method.blocks, tokensPerBlock: method.tokensPerBlock };
  const own: TuneParams = { ...params, settings, parent: base.id };
  const request = checkTuneRequest(own, session.model);
  const { classes, labels, targets, patches } = request;
  if (patches[0]?.spec.mpp !== preprocessing.mpp) {
    throw new Fault(
      "invalid",
      `"${base.metadata.name}" was learned from patches of ${preprocessing.mpp} um/px. Choose the field size it was learned with, or learn again.`,
    );
  }
  const near = labelsNear(request, cases, base, present(from, "learned prompts").places);
  const { plan, stages } = planHonestly(request, own, near);
  const clock = createTuningClock(hooks.emit, session.now, stages.length);
  const told = (share: number) => (done: number) => clock.features(Math.floor(share + done / 2), labels.length);
  const { views = 1, seed } = settings;
  const examples = await readTuningExamples(session, patches, views, method.firstBlock, hooks.signal, told(0));
  try {
    const all = labels.map((_, i) => i);
    const prompts = promptsOfSet(base);
    const under = await featuresUnder(session, examples, prompts, all, hooks.signal, told(labels.length / 2));
    const width = session.model.shape.featureWidth;
    assertApart(fitCentroids({ features: under, width, targets, classes: classes.length }, 1).weight, request);
    const by = {
      own: { centre: base.headCentre, whitening: base.headWhitening },
      plain: present(base.frozen, "what patches without labels said of plain features"),
    };
    const plain = whitenedBy(by.plain, concatenate(examples.features));
    const known: LearnedLabels = {
      rows: { own: whitenedBy(by.own, under), plain },
      width,
      targets,
      classes: classes.length,
    };
    const answers: HeldOutAnswer[] = [];
    for (const stage of stages) {
      // Clicks and a cancel come in between.
      await session.lane.run(lanePriority.step, async () => {}, hooks.signal);
      clock.training(stage.fold, stages.length - 1, 1);
      const choice = chosenBy(settings, stage, known);
      const heads = fitLearned(known, stage.training);
      clock.step(0);
      if (stage.fold !== null) {
        const { training, heldOut } = stage;
        const scores = blendedAt(choice, scoresOfHeads(heads, rowsOfLabels(known, heldOut)), classes.length);
        const beside = { labels, classes, features: examples.features, whitened: plain };
        answers.push(
          ...heldOutAnswers(classes, heldOut, scores, frozenAnswers(beside, training, heldOut, { cases, seed })),
        );
        continue;
      }
      const estimate = estimateWhole(plan, labels, answers, seed);
      const words = near.length > 0 ? `${choice.words}; ${notHeldOut(near.length)}` : choice.words;
      const made = { estimate, epochs: 1, learned: base.metadata, choice: { ...choice, words } };
      const parts = { prompts, head: whitenedHead(heads.own, by.own) };
      const frozen = whitenedHead(heads.frozen, by.plain);
      const tuned = (share: number): WrittenSet =>
        writeTunedSet(session, own, request, parts, frozen, { ...made, choice: { ...made.choice, share } });
      const { share, kind } = choice;
      return {
        ...(share < 1 ? tuned(share) : writeFrozenSet(session, own, request, frozen, made)),
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

/** Folds that hold no label out on what was learned from; where only that leaves too few, the reason says so. */
function planHonestly(request: TuneRequest, params: TuneParams, near: readonly number[]): Stages {
  const planned = planStages(request, params, near);
  if (planned.plan.kind === "folds" || planStages(request, params).plan.kind === "none") return planned;
  return { ...planned, plan: { ...planned.plan, reason: tooNear(near.length, request.labels.length) } };
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

/**
 * Labels (indices) with something within their guard that was learned from. Of a slide that was learned from without its places being
 * known, all are, and all of its case.
 */
function labelsNear(
  { labels }: TuneRequest,
  cases: TuneParams["cases"],
  { metadata }: PromptSet,
  places: NonNullable<TuneParams["learned"]>["places"],
): readonly number[] {
  const known = places ?? [];
  const unknown = (metadata.learned?.slides ?? []).filter((id) => known.every(({ slideId }) => slideId !== id));
  const closedSlides = new Set(unknown);
  const closedCases = new Set(unknown.flatMap((id) => cases[id] ?? []));
  return labels.flatMap((label, i) => {
    const { slideId } = label;
    const near =
      closedSlides.has(slideId) ||
      closedCases.has(cases[slideId] ?? "") ||
      known.some((place) => edgeGap(place, label) < guardWidth);
    return near ? [i] : [];
  });
}
