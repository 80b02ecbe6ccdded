// What a click answers: scores of a prompt set, of the instant frozen preview, or the most similar places. Knows a session.
import { Fault } from "../base/fault.ts";
import { type LanePriority, lanePriority } from "../base/lane.ts";
import type { ClassScore, Prediction, TissueClass } from "../domain/label.ts";
import { minimumTissue, type Patch, patchKey } from "../domain/patch.ts";
import type { PromptSet } from "../domain/prompt-set.ts";
import type { Example, Scorer } from "../protocol/engine-api.ts";
import { createFeatureCache } from "./feature-cache.ts";
import { assertBears, assertBearsSet } from "./fits-backbone.ts";
import { type CosineHead, cosineScores, fitCentroids } from "./heads/centroid.ts";
import { fitPreview, previewTemperature } from "./preview-head.ts";
import { concatenate } from "./prompted.ts";
import type { Session } from "./session.ts";
import { featuresOfSet, needsOfSet, promptsKey, readyFor, type SetFeatures, scoresOfFeatures } from "./set-answer.ts";
import { mostSimilar } from "./similar.ts";
import { defaultCut } from "./start-runtime.ts";

/** Of the budget for tokens and features: 4 MiB of 256. */
const answeredShare = 1 / 64;
const similarPlaces = 8;
/** The newest sets: what a person blinks between. */
const mostReadAhead = 4;

type Labelled = Readonly<{ classes: readonly TissueClass[]; examples: readonly Example[] }>;
export type Classifier = (patch: Patch, scorer: Scorer, signal: AbortSignal) => Promise<Prediction>;

export function createClassifier(session: Session): Classifier {
  let preview: Readonly<{ key: string; head: CosineHead }> | null = null;

  // Swapping back and forth between sets on one patch runs nothing the second time.
  const answered = createFeatureCache(answeredShare * session.analyser.cacheBytes);

  const featuresUnder = async (
    set: PromptSet,
    patch: Patch,
    priority: LanePriority,
    signal: AbortSignal,
  ): Promise<SetFeatures> => {
    const key = `${promptsKey(set)}/${patchKey(patch)}`;
    const [own, plain] = [answered.get(`own/${key}`), answered.get(`plain/${key}`)];
    if (own && plain) return { own, plain };
    const { cut, views } = needsOfSet(set, session.model.shape);
    const rows = await session.analyser.views(patch, views, cut, priority, signal);
    const features = await featuresOfSet(session, set, rows, priority, signal);
    answered.put(`own/${key}`, features.own);
    answered.put(`plain/${key}`, features.plain);
    return features;
  };

  /** What a swap would ask next, once nobody waits: the other sets whose graphs are compiled already. The next click ends it. */
  const readAhead = async (patch: Patch, scorer: Scorer, signal: AbortSignal): Promise<void> => {
    const others = [...session.sets.values()].filter(({ set }) => {
      const { onlyOn, preprocessing } = set.metadata;
      const here = (onlyOn === null || onlyOn === patch.slideId) && preprocessing.mpp === patch.spec.mpp;
      const asked = scorer.kind === "prompt-set" && scorer.id === set.id;
      return here && !asked && readyFor(session.programs, needsOfSet(set, session.model.shape));
    });
    for (const { set } of others.slice(-mostReadAhead)) await featuresUnder(set, patch, lanePriority.sweep, signal);
  };

  const byPromptSet = async (
    patch: Patch,
    set: PromptSet,
    labelled: Labelled | undefined,
    tissue: number,
    signal: AbortSignal,
  ): Promise<Prediction> => {
    const features = await featuresUnder(set, patch, lanePriority.click, signal);
    const answer = (classes: readonly TissueClass[], scores: Float64Array): Prediction => {
      return { kind: "scored", by: { kind: "prompt-set", id: set.id }, scores: scored(classes, scores), tissue };
    };
    const scores = scoresOfFeatures(set, features);
    if (scores) return answer(set.metadata.classes, scores);
    const { examples = [] } = labelled ?? {};
    const classes = (labelled?.classes ?? []).filter((c) => examples.some((example) => example.classId === c.id));
    if (classes.length < 2) {
      const why = `"${set.metadata.name}" has prompts but no head: label places of two classes, and it scores by them.`;
      return unscored(patch, tissue, signal, why);
    }
    const rows: Float32Array[] = [];
    for (const example of examples) {
      rows.push((await featuresUnder(set, example.patch, lanePriority.click, signal)).own);
    }
    const targets = examples.map((example) => classes.findIndex((c) => c.id === example.classId));
    if (targets.includes(-1)) throw new Fault("invalid", "A label names a class that does not exist.");
    const { own } = features;
    const given = { features: concatenate(rows), width: own.length, targets, classes: classes.length };
    return answer(classes, cosineScores(fitCentroids(given, previewTemperature), own));
  };

  const byPreview = async (
    patch: Patch,
    classes: readonly TissueClass[],
    examples: readonly Example[],
    tissue: number,
    signal: AbortSignal,
  ): Promise<Prediction> => {
    const labelled = classes.filter((c) => examples.some((example) => example.classId === c.id));
    if (labelled.length < 2) {
      return unscored(patch, tissue, signal, "Label places of two classes, or load a prompt set, to get scores.");
    }
    const order = labelled.map((c) => c.id).join(",");
    const key = `${order}|${examples.map((e) => `${e.classId}:${patchKey(e.patch)}`).join("|")}`;
    if (preview?.key !== key) {
      const fitted = await fitPreview(session, classes, examples, signal);
      if (!fitted) throw new Error("assertion failed: two labelled classes give a head");
      preview = { key, head: fitted.head };
    }
    const [analysis] = await session.analyser.analyse([patch], cutFor(session), lanePriority.click, signal);
    const scores = scored(labelled, cosineScores(preview.head, analysis!.features));
    return { kind: "scored", by: { kind: "frozen-preview", labels: examples.length }, scores, tissue };
  };

  const unscored = async (patch: Patch, tissue: number, signal: AbortSignal, why?: string): Promise<Prediction> => {
    const index = session.places.get(patch.slideId);
    const reason = why === undefined ? {} : { why };
    if (!index) return { kind: "unscored", tissue, similar: [], ...reason };
    const [analysis] = await session.analyser.analyse([patch], cutFor(session), lanePriority.click, signal);
    const similar = mostSimilar(index, patch.region, analysis!.features, similarPlaces);
    return { kind: "unscored", tissue, similar, ...reason };
  };

  const answer: Classifier = async (patch, scorer, signal) => {
    const { spec } = patch;
    assertBears(session.model, spec);
    const tissue = await session.analyser.tissue(patch, signal);
    signal.throwIfAborted();
    if (tissue < minimumTissue) return { kind: "no-tissue", tissue };
    switch (scorer.kind) {
      case "prompt-set": {
        const kept = session.sets.get(scorer.id);
        if (!kept) throw new Fault("bad-prompt-set", "This prompt set is not loaded. Load its file again.");
        const { onlyOn, name } = kept.set.metadata;
        assertBearsSet(kept.set, spec);
        if (onlyOn !== null && onlyOn !== patch.slideId) {
          const why = `The classes of "${name}" name drawings of one slide: it gives no scores on any other.`;
          return unscored(patch, tissue, signal, why);
        }
        return byPromptSet(patch, kept.set, scorer.labelled, tissue, signal);
      }
      case "preview":
        return byPreview(patch, scorer.classes, scorer.examples, tissue, signal);
      case "similar":
        return unscored(patch, tissue, signal);
      default:
        return scorer satisfies never;
    }
  };

  let ahead = new AbortController();
  return async (patch, scorer, signal) => {
    ahead.abort();
    const prediction = await answer(patch, scorer, signal);
    if (prediction.kind === "scored") {
      ahead = new AbortController();
      // Nobody asked for it: a failure here is told when somebody does.
      readAhead(patch, scorer, ahead.signal).catch(() => undefined);
    }
    return prediction;
  };
}

/** The cut whose tokens the frozen answers are cached with: any would do, this one is compiled already. */
const cutFor = (session: Session): number => defaultCut(session.model.shape);

function scored(classes: readonly TissueClass[], scores: Float64Array): readonly ClassScore[] {
  return classes.map(({ id, name, color }, c) => ({ classId: id, name, color, score: scores[c]! }));
}
