// A result file that others read: the shape of eva's results.json, with the whole configuration and the intervals beside it. Knows the
// shape and how it is written; no method and no disk.
import { assert, Fault } from "../../base/fault.ts";
import { field, readEntries, readList, readNumber, readObject, rootAt } from "../../domain/json-reader.ts";

/** eva's statistics of one figure over runs: `stdev` has n - 1 below, and is 0 for one value (kaiko-eva, trainers/_recorder.py). */
export type RunStatistics = Readonly<{ mean: number; stdev: number; values: readonly number[] }>;
/** One data set (here: one number of labels a class): figures that all have as many values as there were runs. */
export type SessionMetrics = Readonly<Record<string, RunStatistics>>;

export type ResultsFile = Readonly<{
  metrics: Readonly<{ val: readonly SessionMetrics[]; test: readonly SessionMetrics[] }>;
  /** The resolved configuration: everything another run needs to give the same numbers. Plain JSON. */
  config: unknown;
  /** What eva's shape has no place for: intervals, differences, confusion matrices. Plain JSON. */
  details: unknown;
}>;

export function statisticsOf(values: readonly number[]): RunStatistics {
  assert(values.length > 0, "statistics of something");
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, stdev: values.length > 1 ? Math.sqrt(square / (values.length - 1)) : 0, values };
}

/** As eva writes it: keys sorted, four spaces. The same results, the same bytes: no clock anywhere. */
export function serializeResults(results: ResultsFile): string {
  return `${JSON.stringify(sorted(results), null, 4)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === "number") {
    assert(Number.isFinite(value), "a result file holds finite numbers");
    return value;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}

/** Reads what the documented shape promises, from anywhere; the rest of the file is not looked at. Fault `invalid` with every problem. */
export function parseResults(text: string, name: string): ResultsFile["metrics"] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Fault("invalid", `${name} is not JSON.`, { name }, error);
  }
  const root = rootAt(json, "results");
  readObject(root);
  const stage = (key: "val" | "test"): readonly SessionMetrics[] =>
    readList(field(field(root, "metrics"), key), { min: 0, max: 10_000 }).map((dataset) => {
      const number = { min: -1e12, max: 1e12 };
      return Object.fromEntries(
        readEntries(dataset, 100_000).map(([metric, at]) => [
          metric,
          {
            mean: readNumber(field(at, "mean"), number),
            stdev: readNumber(field(at, "stdev"), { ...number, min: 0 }),
            values: readList(field(at, "values"), { min: 1, max: 1_000_000 }).map((one) => readNumber(one, number)),
          },
        ]),
      );
    });
  const metrics = { val: stage("val"), test: stage("test") };
  if (root.problems.length > 0) {
    throw new Fault("invalid", `${name} is no result file: ${root.problems.slice(0, 5).join("; ")}.`, {
      problems: root.problems,
    });
  }
  return metrics;
}
