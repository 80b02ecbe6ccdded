// One draw as it is kept on disk: the frozen methods', the chosen one's and the tuned answers, and nothing that is not needed again.
// Knows the protocol and the tuner's one call.
import { present } from "../../base/fault.ts";
import { frozenDraw, type MethodResult, type ProtocolData } from "../../engine/evaluation/few-shot-draw.ts";
import { answersOf, type MetricName, metricNames, reportOn } from "../../engine/evaluation/scores.ts";
import type { FrozenMethod } from "../../engine/heads/frozen-methods.ts";
import type { FolderParts } from "./folder-data.ts";
import type { TunedMethod } from "./options.ts";
import { averaged, type FewLabelTuner } from "./tuned-draw.ts";

export type KeptMethod = Readonly<{
  /** Class answered for each test patch. */
  answers: readonly number[];
  metrics: Readonly<Record<MetricName, number>>;
  words: string;
}>;

export type KeptFrozen = Readonly<{
  k: number;
  seed: number;
  support: readonly number[];
  methods: Readonly<Record<FrozenMethod, KeptMethod>>;
  chosen: KeptMethod & Readonly<{ method: FrozenMethod }>;
  /** Of the chosen method, [test, classes]. */
  chosenScores: readonly number[];
}>;

export type KeptTuned = Readonly<{
  methods: Readonly<Record<TunedMethod, KeptMethod>>;
  fellBack: boolean;
  seconds: number;
}>;

const keptOf = ({ answers, metrics, words }: MethodResult): KeptMethod => ({ answers, metrics, words });

export function makeFrozen(data: ProtocolData, k: number, seed: number): KeptFrozen {
  const { support, methods, chosen, chosenScores } = frozenDraw(data, k, seed);
  const kept = Object.fromEntries(Object.entries(methods).map(([name, result]) => [name, keptOf(result)]));
  return {
    k,
    seed,
    support,
    methods: kept as Record<FrozenMethod, KeptMethod>,
    chosen: { method: chosen.method, ...keptOf(chosen) },
    chosenScores: [...chosenScores],
  };
}

export async function makeTuned(
  data: ProtocolData,
  parts: FolderParts,
  frozen: KeptFrozen,
  tuner: FewLabelTuner,
  signal: AbortSignal,
): Promise<KeptTuned> {
  const { classes } = data;
  const support = frozen.support.map((i) => present(parts.pool[i], "a drawn patch"));
  const answer = await tuner.answer(support, parts.test, frozen.seed, signal);
  const { scores, fellBack } = averaged(answer, Float64Array.from(frozen.chosenScores));
  const truth = parts.test.map(({ classIndex }) => classIndex);
  const kept = (of: Float64Array, words: string): KeptMethod => ({
    answers: answersOf(of, classes),
    metrics: reportOn(truth, of, classes).metrics,
    words,
  });
  const words = fellBack ? `fell back to ${frozen.chosen.method}` : `mean of the tuned set and ${frozen.chosen.method}`;
  return {
    methods: { raw: kept(answer.raw, "the tuned set alone"), tuned: kept(scores, words) },
    fellBack,
    seconds: answer.seconds,
  };
}

/** Enough to know that a file was written whole by this very shape. */
export function isKeptFrozen(value: unknown): value is KeptFrozen {
  const draw = value as Partial<KeptFrozen> | null;
  return Array.isArray(draw?.support) && Array.isArray(draw.chosenScores) && isWhole(draw.methods?.logreg);
}

export function isKeptTuned(value: unknown): value is KeptTuned {
  const draw = value as Partial<KeptTuned> | null;
  return typeof draw?.fellBack === "boolean" && isWhole(draw.methods?.raw) && isWhole(draw.methods?.tuned);
}

const isWhole = (method: KeptMethod | undefined): boolean =>
  Array.isArray(method?.answers) && metricNames.every((name) => typeof method.metrics[name] === "number");
