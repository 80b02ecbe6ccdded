// The part of the engine's api that says how far an answer can be trusted: how like the labels a patch is, and what a set answers on labels
// that only test. Knows no store and no screen.
import type { ClassId, LabelId, PromptSetId, SlideId } from "../base/brand.ts";
import type { UnitKind } from "../domain/estimate.ts";
import type { Label, TissueClass } from "../domain/label.ts";
import type { Patch } from "../domain/patch.ts";
import type { Method } from "./call.ts";
import type { Example } from "./engine-api.ts";

/** Distances are Euclidean, between frozen features of the backbone. */
export type Familiarity =
  | Readonly<{ kind: "too-few"; labels: number }>
  | Readonly<{
      kind: "known";
      labels: number;
      /** To the nearest labelled patch. */
      distance: number;
      /** The largest distance of a labelled patch to its nearest other. */
      limit: number;
    }>;

export type TestedLabel = Readonly<{
  labelId: LabelId;
  truth: ClassId;
  /** null: no tissue by the mask, or the set has no answer there. */
  answer: Readonly<{ id: ClassId; name: string }> | null;
  /** Labels of one number are kin: one place, slide or case. */
  unit: number;
}>;

export type TestResult = Readonly<{ unit: UnitKind; answers: readonly TestedLabel[] }>;

export type TrustEngineApi = Readonly<{
  /** Behind clicks. `examples`: the labels that count as known; the patch itself may be among them. */
  familiarity: Method<Readonly<{ patch: Patch; examples: readonly Example[] }>, Familiarity>;
  /** Each label answered by the set as a click would be, one after the other, so that a click waits for one at most. */
  testLabels: Method<
    Readonly<{
      set: PromptSetId;
      labels: readonly Label[];
      patches: readonly Patch[];
      cases: Readonly<Record<SlideId, string>>;
      /** For sets without a head. */
      labelled?: Readonly<{ classes: readonly TissueClass[]; examples: readonly Example[] }>;
    }>,
    TestResult,
    Readonly<{ done: number; total: number }>
  >;
}>;

export const trustEngineMethods: Readonly<Record<keyof TrustEngineApi, true>> = { familiarity: true, testLabels: true };
