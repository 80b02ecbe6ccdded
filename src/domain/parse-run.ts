// Untrusted data -> TuningRun. Knows the states of a run; settings and estimates have parsers of their own.
import type { PromptSetId, RunId } from "../base/brand.ts";
import type { FaultData, FaultDetail, FaultKind } from "../base/fault.ts";
import {
  type At,
  field,
  hex64,
  readEntries,
  readList,
  readNullable,
  readNumber,
  readOneOf,
  readString,
} from "./json-reader.ts";
import { readTuningSettings } from "./parse-prompt-metadata.ts";
import type { LossPoint, TuningProgress, TuningRun } from "./run.ts";

const count = (at: At): number => readNumber(at, { min: 0, max: 1e9, integer: true });

/** Reads a run; problems are gathered in `at.problems`. */
export function readTuningRun(at: At): TuningRun {
  const state = readOneOf(field(at, "state"), ["preparing", "running", "finished", "cancelled", "failed"]);
  const id = readString(field(at, "id"), { max: 100 }) as RunId;
  const settings = readTuningSettings(field(at, "settings"));
  switch (state) {
    case "preparing":
    case "cancelled":
      return { state, id, settings };
    case "running": {
      const stopping = readOneOf(field(at, "stopping"), ["no", "finish-early", "cancel"]);
      const progress = readProgress(field(at, "progress"));
      return { state, id, settings, progress, losses: readLosses(field(at, "losses")), stopping };
    }
    case "finished": {
      const promptSet = readString(field(at, "promptSet"), { max: 64, pattern: hex64 }) as PromptSetId;
      const ended = readOneOf(field(at, "ended"), ["complete", "early", "diverged"]);
      return { state, id, settings, losses: readLosses(field(at, "losses")), promptSet, ended };
    }
    case "failed":
      return { state, id, settings, fault: readFault(field(at, "fault")) };
    default:
      return state satisfies never;
  }
}

/** A diverged run's last loss is not a number: such points are left out, they cannot be drawn. */
function readLosses(at: At): readonly LossPoint[] {
  return readList(at, { min: 0, max: 100_000 }).flatMap((point) => {
    const loss = field(point, "loss");
    if (loss.value === null || (typeof loss.value === "number" && !Number.isFinite(loss.value))) return [];
    const [fold, epoch] = [count(field(point, "fold")), count(field(point, "epoch"))];
    return [{ fold, epoch, loss: readNumber(loss, { min: -1e30, max: 1e30 }) }];
  });
}

function readProgress(at: At): TuningProgress {
  return {
    phase: readOneOf(field(at, "phase"), ["features", "folds", "final", "restarting"]),
    fold: count(field(at, "fold")),
    folds: count(field(at, "folds")),
    epoch: count(field(at, "epoch")),
    epochs: count(field(at, "epochs")),
    step: count(field(at, "step")),
    steps: count(field(at, "steps")),
    done: readNumber(field(at, "done"), { min: 0, max: 1 }),
    secondsLeft: readNullable(field(at, "secondsLeft"), (value) => readNumber(value, { min: 0, max: 1e9 })),
  };
}

/** Every kind by name, so that a new one does not compile until it can be read back. */
const faultKinds: Readonly<Record<FaultKind, true>> = {
  "not-a-slide": true,
  unsupported: true,
  damaged: true,
  limit: true,
  network: true,
  read: true,
  "missing-calibration": true,
  "bad-model": true,
  "bad-prompt-set": true,
  "unsupported-op": true,
  runtime: true,
  "self-test": true,
  "device-lost": true,
  "out-of-memory": true,
  diverged: true,
  "too-few-labels": true,
  storage: true,
  "read-only": true,
  "worker-died": true,
  invalid: true,
};

function readFault(at: At): FaultData {
  const [first = "invalid", ...others] = Object.keys(faultKinds) as FaultKind[];
  const detail: Record<string, FaultDetail[string]> = {};
  for (const [key, value] of readEntries(field(at, "detail"), 100)) detail[key] = readDetail(value);
  return {
    kind: readOneOf(field(at, "kind"), [first, ...others]),
    message: readString(field(at, "message"), { min: 0, max: 20_000 }),
    detail,
  };
}

function readDetail(at: At): FaultDetail[string] {
  const { value } = at;
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return value;
  if (Array.isArray(value))
    return readList(at, { min: 0, max: 10_000 }).map((item) => readString(item, { min: 0, max: 20_000 }));
  return readString(at, { min: 0, max: 20_000 });
}
