// Where a tuning stands, small enough to be sent away every few steps: what a new worker needs to go on as if nothing had happened.
// Everything random is drawn again from the seed. Knows no runtime; whether it belongs to a request is the engine's to check.
import type { ClassId, RunId } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import {
  type At,
  field,
  hex64,
  problem,
  readBoolean,
  readList,
  readNullable,
  readNumber,
  readObject,
  readString,
  rootAt,
} from "./json-reader.ts";

/**
 * One held-out label's answers by the tuned and the frozen method of the same fold; `label` indexes the plan's labels. `scores`: of the tuned
 * method, one for each class of the plan that has labels; absent in checkpoints older than them.
 */
export type HeldOutAnswer = Readonly<{ label: number; tuned: ClassId; frozen: ClassId; scores?: readonly number[] }>;

/** One label's scores, a number a class, by a training that held it out to choose by: what the prompts say and what the regression says. */
export type InnerAnswer = Readonly<{ label: number; own: readonly number[]; frozen: readonly number[] }>;

/** One training between two of its steps. Vectors are those of the training graph, all of one length. */
export type TrainingState = Readonly<{
  /** Whole epochs made. */
  epoch: number;
  /** Steps made of the epoch after those. */
  step: number;
  /** Loss summed over the examples of these steps. */
  lossSum: number;
  theta: Float32Array;
  /** AdamW's moments. */
  m: Float32Array;
  v: Float32Array;
  /** theta after the last whole epoch whose numbers were all finite: what a training that diverges ends in. */
  lastGood: Float32Array;
}>;

export type TuningCheckpoint = Readonly<{
  runId: RunId;
  /** SHA-256 of everything the run depends on: a checkpoint goes on with the very same request or not at all. */
  belongsTo: string;
  /** Of all folds before the training at hand. */
  answers: readonly HeldOutAnswer[];
  /** The training at hand: which fold, from 0; null: the final one. */
  fold: number | null;
  /** Of the trainings before it that only choose how it answers: which, from 0; null: they are behind. */
  inner: number | null;
  /** Of those that are behind. */
  innerAnswers: readonly InnerAnswer[];
  /** Epochs of the longest fold so far: as long is the final training of a tuning that was finished early. */
  epochsReached: number;
  /** Finished early during the folds. */
  cutShort: boolean;
  /** Steps of all trainings so far, with those that turned out not to be needed. */
  stepsMade: number;
  /** null: the training at hand has not started. */
  training: TrainingState | null;
}>;

const mostNumbers = 1e9;
const count = (at: At): number => readNumber(at, { min: 0, max: mostNumbers, integer: true });

const scores = (at: At): readonly number[] =>
  readList(at, { min: 2, max: 256 }).map((score) => readNumber(score, { min: 0, max: 1 + 1e-9 }));

/** What came back from whoever kept it. Throws Fault `invalid` naming every problem. */
export function parseTuningCheckpoint(value: unknown): TuningCheckpoint {
  const at = rootAt(value, "checkpoint");
  readObject(at);
  const checkpoint: TuningCheckpoint = {
    runId: readString(field(at, "runId"), { max: 100 }) as RunId,
    belongsTo: readString(field(at, "belongsTo"), { max: 64, pattern: hex64 }),
    answers: readList(field(at, "answers"), { min: 0, max: 1e7 }).map((answer) => ({
      label: count(field(answer, "label")),
      tuned: readString(field(answer, "tuned"), { max: 100 }) as ClassId,
      frozen: readString(field(answer, "frozen"), { max: 100 }) as ClassId,
      ...(field(answer, "scores").value === undefined ? {} : { scores: scores(field(answer, "scores")) }),
    })),
    fold: readNullable(field(at, "fold"), count),
    inner: readNullable(field(at, "inner"), count),
    innerAnswers: readList(field(at, "innerAnswers"), { min: 0, max: 1e7 }).map((answer) => ({
      label: count(field(answer, "label")),
      own: scores(field(answer, "own")),
      frozen: scores(field(answer, "frozen")),
    })),
    epochsReached: count(field(at, "epochsReached")),
    cutShort: readBoolean(field(at, "cutShort")),
    stepsMade: count(field(at, "stepsMade")),
    training: readNullable(field(at, "training"), readTraining),
  };
  if (at.problems.length > 0) {
    throw new Fault("invalid", `This tuning cannot be gone on with: ${at.problems.slice(0, 5).join("; ")}.`, {
      problems: at.problems,
    });
  }
  return checkpoint;
}

/** Values may be anything, also not finite: a training about to diverge goes on to diverge. */
function readTraining(at: At): TrainingState {
  const vector = (key: string): Float32Array => {
    const { value } = field(at, key);
    if (value instanceof Float32Array) return value;
    problem(field(at, key), "a vector of 32-bit floats");
    return new Float32Array();
  };
  const lossSum = field(at, "lossSum");
  if (typeof lossSum.value !== "number") problem(lossSum, "a number");
  const [theta, m, v, lastGood] = [vector("theta"), vector("m"), vector("v"), vector("lastGood")];
  if ([m, v, lastGood].some((other) => other.length !== theta.length)) problem(at, "four vectors of one length");
  return {
    epoch: count(field(at, "epoch")),
    step: count(field(at, "step")),
    lossSum: Number(lossSum.value),
    theta,
    m,
    v,
    lastGood,
  };
}
