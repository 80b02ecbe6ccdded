// From finished draws to the figures that are printed and the file that is written. Knows draws and statistics; runs nothing.
import { present } from "../../base/fault.ts";
import { crossedInterval, crossedOf } from "../../engine/evaluation/crossed-bootstrap.ts";
import type { Drawable } from "../../engine/evaluation/draws.ts";
import type { MethodResult } from "../../engine/evaluation/few-shot-draw.ts";
import { type SessionMetrics, statisticsOf } from "../../engine/evaluation/results-file.ts";
import { metricNames } from "../../engine/evaluation/scores.ts";
import { type FrozenMethod, frozenMethodNames } from "../../engine/heads/frozen-methods.ts";
import type { Bounds } from "../../math/intervals.ts";
import { randomFor } from "../../math/random.ts";
import type { Figure } from "../figure.ts";
import type { KeptFrozen, KeptMethod, KeptTuned } from "./one-draw.ts";
import { type TunedMethod, tunedMethods } from "./options.ts";

export type DrawsOfK = Readonly<{
  k: number;
  frozen: readonly KeptFrozen[];
  /** One for each of `frozen`; empty where nothing was tuned. */
  tuned: readonly KeptTuned[];
}>;

export type SummaryInput = Readonly<{
  /** "fewshot.<model>.<set>" or "fewshot.<model>.<set>+stain". */
  prefix: string;
  on: string;
  classes: number;
  test: readonly Drawable[];
  methods: ReadonlySet<FrozenMethod | TunedMethod>;
  draws: readonly DrawsOfK[];
  full: MethodResult | null;
  seed: number;
}>;

export type Summary = Readonly<{
  figures: readonly Figure[];
  /** One for each k, in the order of `draws`; then one with what was learned from all of the pool. */
  datasets: readonly SessionMetrics[];
  details: unknown;
}>;

type Interval = Bounds | null;

export function summarise(input: SummaryInput): Summary {
  const { prefix, on, classes, test, draws, methods, full, seed } = input;
  const truth = test.map(({ classIndex }) => classIndex);
  const groups = [...new Set(test.map(({ group }) => group))];
  const numberOf = new Map(groups.map((group, i) => [group, i]));
  const units = test.map(({ group }) => numberOf.get(group) ?? -1);
  const figures: Figure[] = [];
  const datasets: SessionMetrics[] = [];
  const details: Record<string, unknown> = {};

  const put = (name: string, values: readonly number[], value: number = statisticsOf(values).mean): void => {
    const [min, max] = [Math.min(...values), Math.max(...values)];
    figures.push({ name: `${prefix}.${name}`, value, unit: "1", n: values.length, min, max, on });
  };
  const interval = (of: readonly KeptMethod[], against: readonly KeptMethod[] | null, purpose: string): Interval => {
    const crossed = (list: readonly KeptMethod[]) =>
      crossedOf(
        list.map(({ answers }) => answers),
        truth,
        units,
        classes,
      );
    const random = randomFor(seed, purpose);
    return crossedInterval(crossed(of), against && crossed(against), { random });
  };

  for (const { k, frozen, tuned } of draws) {
    const named: (readonly [string, readonly KeptMethod[]])[] = [
      ...frozenMethodNames
        .filter((method) => methods.has(method))
        .map((method) => [method, frozen.map((draw) => draw.methods[method])] as const),
      ["chosen", frozen.map(({ chosen }) => chosen)],
      ...(tuned.length > 0
        ? tunedMethods
            .filter((method) => methods.has(method))
            .map((method) => [method, tuned.map((draw) => draw.methods[method])] as const)
        : []),
    ];
    const dataset: Record<string, SessionMetrics[string]> = {};
    const intervals: Record<string, Interval> = {};
    for (const [method, list] of named) {
      for (const metric of metricNames) {
        dataset[`k${k}/${method}/${metric}`] = statisticsOf(list.map(({ metrics }) => metrics[metric]));
      }
      if (method !== "chosen") put(`k${k}.${method}`, balancedOf(list));
      intervals[method] = interval(list, null, `k${k} ${method}`);
    }
    datasets.push(dataset);
    const chosen = frozen.map((draw) => draw.chosen);
    put(`k${k}.chosen`, balancedOf(chosen));
    put(
      `k${k}.ece_base`,
      chosen.map(({ metrics }) => metrics.ece),
    );
    const against = tuned.length > 0 ? compare({ k, frozen, tuned }, full, put, interval) : null;
    details[`k${k}`] = {
      intervals,
      against,
      chosenMethods: countOf(chosen.map(({ words }, i) => `${present(frozen[i], "a draw").chosen.method}: ${words}`)),
      seeds: frozen.map((draw) => draw.seed),
      support: frozen.map((draw) => draw.support),
    };
  }
  if (full) {
    put("full", [full.metrics.balanced_accuracy]);
    datasets.push(
      Object.fromEntries(metricNames.map((metric) => [`full/logreg/${metric}`, statisticsOf([full.metrics[metric]])])),
    );
    details.full = { confusion: full.confusion, words: full.words };
  }
  return { figures, datasets, details };
}

const balancedOf = (list: readonly KeptMethod[]): readonly number[] =>
  list.map(({ metrics }) => metrics.balanced_accuracy);

/** Tuned against the frozen method with the highest mean (known only in hindsight), and against the one the labels chose. */
function compare(
  { k, frozen, tuned }: DrawsOfK,
  full: MethodResult | null,
  put: (name: string, values: readonly number[], value?: number) => void,
  interval: (of: readonly KeptMethod[], against: readonly KeptMethod[], purpose: string) => Interval,
): unknown {
  const rivals = frozenMethodNames.map((method) => {
    const list = frozen.map((draw) => draw.methods[method]);
    return { method, list, mean: statisticsOf(balancedOf(list)).mean };
  });
  const best = rivals.reduce((a, b) => (b.mean > a.mean ? b : a));
  const of = (method: TunedMethod): readonly KeptMethod[] => tuned.map((draw) => draw.methods[method]);
  const gains = (list: readonly KeptMethod[], other: readonly KeptMethod[]): readonly number[] => {
    const base = balancedOf(other);
    return balancedOf(list).map((value, i) => value - present(base[i], "a pair"));
  };
  const mine = of("tuned");
  const delta = gains(mine, best.list);
  put(`k${k}.delta`, delta);
  const bounds = interval(mine, best.list, `k${k} delta`);
  if (bounds) {
    put(`k${k}.delta_lo`, [bounds.low]);
    put(`k${k}.delta_hi`, [bounds.high]);
  }
  put(`k${k}.raw_delta`, gains(of("raw"), best.list));
  const room = full ? full.metrics.balanced_accuracy - best.mean : Number.NaN;
  if (room > 0) put(`k${k}.gain_share`, [statisticsOf(delta).mean / room]);
  put(
    `k${k}.delta_chosen`,
    gains(
      mine,
      frozen.map(({ chosen }) => chosen),
    ),
  );
  put(
    `k${k}.fallback`,
    tuned.map(({ fellBack }) => (fellBack ? 1 : 0)),
  );
  put(
    `k${k}.ece_tuned`,
    mine.map(({ metrics }) => metrics.ece),
  );
  return { bestFrozenInHindsight: best.method, delta: bounds };
}

function countOf(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
