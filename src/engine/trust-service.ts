// Answers the calls of protocol/trust-api.ts: for one patch how like the labels it is, for labels that only test what a set says of them.
// Knows a session and how clicks are answered; no store.
import { Fault } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import type { TestedLabel, TrustEngineApi } from "../protocol/trust-api.ts";
import type { Classifier } from "./classify.ts";
import { islandsOf } from "./estimate/islands.ts";
import { unitsOf } from "./estimate/units.ts";
import { familiarityOf, fewestForFamiliarity } from "./familiarity.ts";
import { featuresOfExamples } from "./preview-head.ts";
import type { Session } from "./session.ts";
import { defaultCut } from "./start-runtime.ts";

/** More labels are thinned evenly: every pair is measured. */
const mostCompared = 2_000;

type Loaded = Readonly<{ session: Session; classify: Classifier }>;

export function createTrust(current: () => Loaded): TrustEngineApi {
  return {
    async familiarity({ patch, examples }, options) {
      const signal = options?.signal ?? new AbortController().signal;
      if (examples.length < fewestForFamiliarity) return { kind: "too-few", labels: examples.length };
      const { session } = current();
      const step = Math.ceil(examples.length / mostCompared);
      const compared = examples.filter((_, i) => i % step === 0);
      const labelled = await featuresOfExamples(session, compared, signal, lanePriority.sweep);
      const cut = defaultCut(session.model.shape);
      const [analysis] = await session.analyser.analyse([patch], cut, lanePriority.sweep, signal);
      if (!analysis) throw new Fault("runtime", "This patch could not be analysed.");
      return familiarityOf(labelled, analysis.features);
    },

    async testLabels({ set, labels, patches, cases, labelled }, options) {
      const signal = options?.signal ?? new AbortController().signal;
      if (labels.length !== patches.length) throw new Fault("invalid", "Every label to test needs its patch.");
      const { classify } = current();
      const { kind, unitOf } = unitsOf(labels, islandsOf(labels), cases, [...labels.keys()]);
      const answers: TestedLabel[] = [];
      for (const [i, { id, classId }] of labels.entries()) {
        signal.throwIfAborted();
        const patch = patches[i];
        if (!patch) continue;
        const said = await classify(patch, { kind: "prompt-set", id: set, ...(labelled && { labelled }) }, signal);
        const best = said.kind === "scored" ? said.scores.toSorted((a, b) => b.score - a.score)[0] : undefined;
        const answer = best ? { id: best.classId, name: best.name } : null;
        answers.push({ labelId: id, truth: classId, answer, unit: unitOf[i] ?? i } satisfies TestedLabel);
        options?.onProgress?.({ done: i + 1, total: labels.length });
      }
      return { unit: kind, answers };
    },
  };
}
