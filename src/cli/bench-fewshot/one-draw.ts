// One draw as it is kept on disk: the frozen methods', the chosen one's and the tuned answers, and nothing that is not needed again.
// Knows the protocol and the tuner's one call.
import { present } from "../../base/fault.ts";
import {
  frozenDraw,
  type MethodResult,
  type ProtocolData,
  spreadWithout,
  taskOf,
} from "../../engine/evaluation/few-shot-draw.ts";
import { answersOf, type MetricName, metricNames, reportOn } from "../../engine/evaluation/scores.ts";
import { centreOfRows } from "../../engine/heads/examples.ts";
import type { FrozenMethod } from "../../engine/heads/frozen-methods.ts";
import type { FolderParts } from "./folder-data.ts";
import type { TunedMethod } from "./options.ts";
import type { AskedDraw, FewLabelTuner } from "./tuned-draw.ts";

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
}>;

export type KeptTuned = Readonly<{
  methods: Readonly<Record<TunedMethod, KeptMethod>>;
  /** Frozen features alone were chosen. */
  fellBack: boolean;
  seconds: number;
}>;

const keptOf = ({ answers, metrics, words }: MethodResult): KeptMethod => ({ answers, metrics, words });

export function makeFrozen(data: ProtocolData, k: number, seed: number): KeptFrozen {
  const { support, methods, chosen } = frozenDraw(data, k, seed);
  const kept = Object.fromEntries(Object.entries(methods).map(([name, result]) => [name, keptOf(result)]));
  return {
    k,
    seed,
    support,
    methods: kept as Record<FrozenMethod, KeptMethod>,
    chosen: { method: chosen.method, ...keptOf(chosen) },
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
  const answer = await tuner.answer(askedDraw(data, parts, frozen), signal);
  const truth = parts.test.map(({ classIndex }) => classIndex);
  const kept = (of: Float64Array, words: string): KeptMethod => ({
    answers: answersOf(of, classes),
    metrics: reportOn(truth, of, classes).metrics,
    words,
  });
  const { choice, seconds } = answer;
  const words = `${choice.words} (${choice.share} frozen)`;
  return {
    methods: { raw: kept(answer.raw, "prompts and their head alone"), tuned: kept(answer.tuned, words) },
    fellBack: choice.share === 1,
    seconds,
  };
}

export function askedDraw(data: ProtocolData, parts: FolderParts, { support, seed }: KeptFrozen): AskedDraw {
  return {
    support: support.map((i) => present(parts.pool[i], "a drawn patch")),
    asked: parts.test,
    centre: centreOfRows(data.pool.rows),
    frozen: {
      task: taskOf(data.pool, support, data.classes, spreadWithout(data.unlabelled, support)),
      asked: data.test.rows,
    },
    seed,
  };
}

/** Enough to know that a file was written whole by this very shape. */
export function isKeptFrozen(value: unknown): value is KeptFrozen {
  const draw = value as Partial<KeptFrozen> | null;
  return Array.isArray(draw?.support) && isWhole(draw.methods?.logreg) && isWhole(draw.chosen);
}

export function isKeptTuned(value: unknown): value is KeptTuned {
  const draw = value as Partial<KeptTuned> | null;
  return typeof draw?.fellBack === "boolean" && isWhole(draw.methods?.raw) && isWhole(draw.methods?.tuned);
}

const isWhole = (method: KeptMethod | undefined): boolean =>
  Array.isArray(method?.answers) && metricNames.every((name) => typeof method.metrics[name] === "number");
