// What a prompt set answers about patches whose plain features and tokens are at hand, in all the views it reads: the one way for clicks,
// maps and held-out labels alike. Knows sets and the upper graph; where the views come from is the caller's.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { LanePriority } from "../base/lane.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import type { BackboneShape } from "../domain/model.ts";
import { type PromptSet, plainAnswer } from "../domain/prompt-set.ts";
import type { UpperShape } from "../graph/vit/cut.ts";
import type { PatchAnalysis } from "./features.ts";
import { scoresOfSet } from "./heads/of-set.ts";
import { meanOverViews } from "./heads/view-table.ts";
import type { ModelPrograms } from "./model-programs.ts";
import { concatenate, promptedFeatures, promptsOfSet, upperShapeOf } from "./prompted.ts";
import type { Session } from "./session.ts";
import { defaultCut } from "./start-runtime.ts";

export type SetNeeds = Readonly<{
  /** The block its tokens enter; of a set without prompts any would do, this one is compiled already. */
  cut: number;
  /** The graph above it; null: none. */
  upper: UpperShape | null;
  views: number;
}>;

export function needsOfSet(set: PromptSet, shape: Pick<BackboneShape, "depth">): SetNeeds {
  const { method, answer = plainAnswer } = set.metadata;
  const { views } = answer;
  if (method.kind === "none") return { cut: defaultCut(shape), upper: null, views };
  return { cut: method.firstBlock, upper: upperShapeOf(promptsOfSet(set)), views };
}

const keys = new WeakMap<PromptSet, string>();

/** Sets of one key see the same in a patch: they may differ in their heads and in what they make of them. */
export function promptsKey(set: PromptSet): string {
  const known = keys.get(set);
  if (known !== undefined) return known;
  const { prompts, instance, textual, metadata } = set;
  const { method, answer = plainAnswer } = metadata;
  const hash = sha256.create().update(utf8ToBytes(canonicalJson({ method, views: answer.views })));
  for (const values of [prompts, textual, ...Object.values(instance?.values ?? {})]) {
    if (values) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  const key = bytesToHex(hash.digest());
  keys.set(set, key);
  return key;
}

export const readyFor = (programs: ModelPrograms, { cut, upper }: SetNeeds): boolean =>
  upper === null ? programs.hasBase(cut) : programs.ready(cut, upper);

/** [patches, F] each, averaged over the views. */
export type SetFeatures = Readonly<{ own: Float32Array; plain: Float32Array }>;

/** `rows`: every view of the first patch, then of the next. */
export async function featuresOfSet(
  session: Pick<Session, "programs" | "lane" | "model">,
  set: PromptSet,
  rows: readonly Omit<PatchAnalysis, "tissue">[],
  priority: LanePriority,
  signal: AbortSignal,
): Promise<SetFeatures> {
  const { views, upper } = needsOfSet(set, session.model.shape);
  const { width, featureWidth } = session.model.shape;
  const averaged = (values: Float32Array): Float32Array => meanOverViews({ values, views, width: featureWidth });
  const plain = averaged(concatenate(rows.map(({ features }) => features)));
  if (upper === null) return { own: plain, plain };
  const tokens = rows.map((row) => row.tokens);
  return { own: averaged(await promptedFeatures(session, promptsOfSet(set), tokens, width, priority, signal)), plain };
}

/** [patches, classes]; null where the set has no head. */
export const scoresOfFeatures = (set: PromptSet, { own, plain }: SetFeatures): Float64Array | null =>
  scoresOfSet(set, own, plain);
