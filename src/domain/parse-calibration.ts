// Untrusted JSON -> Calibration. Knows the shape; whether it is of the estimate's labels is check-estimate.ts's to say.
import type { ClassId } from "../base/brand.ts";
import type { Calibration, Reliability, Roc } from "./calibration.ts";
import type { Interval } from "./estimate.ts";
import { type At, field, readList, readNullable, readNumber, readOneOf, readString } from "./json-reader.ts";

const count = (at: At): number => readNumber(at, { min: 0, max: 1e7, integer: true });
const share = (at: At): number => readNumber(at, { min: 0, max: 1 });
const interval = (at: At): Interval => ({ low: share(field(at, "low")), high: share(field(at, "high")) });

export function readCalibration(at: At): Calibration {
  return {
    reliability: readReliability(field(at, "reliability")),
    roc: readList(field(at, "roc"), { min: 0, max: 256 }).map(readRoc),
  };
}

function readReliability(at: At): Reliability {
  const kind = readOneOf(field(at, "kind"), ["bins", "too-few"]);
  if (kind === "too-few") return { kind, labels: count(field(at, "labels")), islands: count(field(at, "islands")) };
  return {
    kind,
    bins: readList(field(at, "bins"), { min: 1, max: 20 }).map((bin) => ({
      from: share(field(bin, "from")),
      to: share(field(bin, "to")),
      score: share(field(bin, "score")),
      labels: count(field(bin, "labels")),
      right: count(field(bin, "right")),
      wilson: interval(field(bin, "wilson")),
    })),
    expectedError: share(field(at, "expectedError")),
  };
}

function readRoc(at: At): Roc {
  const kind = readOneOf(field(at, "kind"), ["curve", "too-few"]);
  const classId = readString(field(at, "classId"), { max: 100 }) as ClassId;
  const [labels, others] = [count(field(at, "labels")), count(field(at, "others"))];
  if (kind === "too-few") {
    const [islands, otherIslands] = [count(field(at, "islands")), count(field(at, "otherIslands"))];
    return { kind, classId, labels, islands, others, otherIslands };
  }
  return {
    kind,
    classId,
    labels,
    others,
    area: share(field(at, "area")),
    interval: readNullable(field(at, "interval"), interval),
    truePositives: readList(field(at, "truePositives"), { min: 2, max: 1001 }).map(share),
  };
}
