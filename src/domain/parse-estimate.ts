// Untrusted JSON -> Estimate. Knows the shape; whether the figures agree with each other is check-estimate.ts's to say.
import type { ClassId } from "../base/brand.ts";
import { contradictions } from "./check-estimate.ts";
import type { ClassRecall, Estimate, HeldOutFigure, Interval, Mean } from "./estimate.ts";
import {
  type At,
  field,
  problem,
  readEntries,
  readList,
  readNullable,
  readNumber,
  readOneOf,
  readString,
} from "./json-reader.ts";
import { readCalibration } from "./parse-calibration.ts";

const maxClasses = 256;
/** A reason may name every class, each of up to 200 characters. */
const maxReason = maxClasses * 210;
const count = (at: At): number => readNumber(at, { min: 0, max: 1e7, integer: true });
const share = (at: At): number => readNumber(at, { min: 0, max: 1 });
const classId = (at: At): ClassId => readString(at, { max: 100 }) as ClassId;

/** Reads an estimate whose figures agree with each other; problems are gathered in `at.problems`. */
export function readEstimate(at: At): Estimate {
  const before = at.problems.length;
  const estimate = readFields(at);
  if (at.problems.length === before && estimate.kind === "figure") {
    for (const what of contradictions(estimate)) at.problems.push(`${at.path} contradicts itself: ${what}`);
  }
  return estimate;
}

function readFields(at: At): Estimate {
  const withoutFigure = readList(field(at, "withoutFigure"), { min: 0, max: maxClasses }).map(classId);
  const kind = readOneOf(field(at, "kind"), ["figure", "none"]);
  if (kind === "none") return { kind, reason: readString(field(at, "reason"), { max: maxReason }), withoutFigure };
  const classIds = readList(field(at, "classIds"), { min: 1, max: maxClasses }).map(classId);
  const n = classIds.length;
  const confusion = readList(field(at, "confusion"), { min: n, max: n }).map((row) =>
    readList(row, { min: n, max: n }).map(count),
  );
  return {
    kind,
    unit: readOneOf(field(at, "unit"), ["case", "slide", "island"]),
    units: count(field(at, "units")),
    folds: count(field(at, "folds")),
    tuned: readFigure(field(at, "tuned")),
    frozen: readFigure(field(at, "frozen")),
    majority: share(field(at, "majority")),
    recalls: readList(field(at, "recalls"), { min: 0, max: maxClasses }).map(readRecall),
    classIds,
    confusion,
    origins: Object.fromEntries(
      readEntries(field(at, "origins"), 16).map(([key, value]) => [key, readNumber(value, { min: 0, max: 1e7 })]),
    ),
    withoutFigure,
    ...(field(at, "difference").value === undefined ? {} : { difference: readDifference(field(at, "difference")) }),
    ...(field(at, "calibration").value === undefined ? {} : { calibration: readCalibration(field(at, "calibration")) }),
  };
}

function readInterval(at: At): Interval {
  return { low: share(field(at, "low")), high: share(field(at, "high")) };
}

function readDifference(at: At): Mean {
  const signed = (one: At): number => readNumber(one, { min: -1, max: 1 });
  const bounds = (one: At): Interval => ({ low: signed(field(one, "low")), high: signed(field(one, "high")) });
  return { mean: signed(field(at, "mean")), interval: readNullable(field(at, "interval"), bounds) };
}

function readFigure(at: At): HeldOutFigure {
  const correct = count(field(at, "correct"));
  const total = count(field(at, "total"));
  if (correct > total) problem(field(at, "correct"), "at most total");
  return {
    balancedAccuracy: share(field(at, "balancedAccuracy")),
    interval: readNullable(field(at, "interval"), readInterval),
    correct,
    total,
    wilson: readInterval(field(at, "wilson")),
    effectiveNumber: readNumber(field(at, "effectiveNumber"), { min: 0, max: 1e7 }),
  };
}

function readRecall(at: At): ClassRecall {
  return {
    classId: classId(field(at, "classId")),
    correct: count(field(at, "correct")),
    total: count(field(at, "total")),
    units: count(field(at, "units")),
  };
}
