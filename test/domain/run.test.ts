import { describe, expect, test } from "vitest";
import type { PromptSetId, RunId } from "../../src/base/brand.ts";
import { advance, type TuningRun } from "../../src/domain/run.ts";

const settings = {
  blocks: 4,
  tokensPerBlock: 10,
  epochs: 10,
  batch: 16,
  learningRate: 0.002,
  weightDecay: 0,
  labelSmoothing: 0.1,
  temperature: 10,
  seed: 1,
};
const start: TuningRun = { state: "preparing", id: "r" as RunId, settings };
const progress = {
  type: "progress",
  progress: {
    phase: "final",
    fold: 0,
    folds: 0,
    epoch: 1,
    epochs: 10,
    step: 1,
    steps: 20,
    done: 0.05,
    secondsLeft: null,
  },
} as const;

describe("a tuning run", () => {
  test("keeps its loss curve while progress goes on", () => {
    const one = advance(advance(start, progress), { type: "loss", point: { fold: 1, epoch: 0, loss: 2 } });
    const two = advance(advance(one, progress), { type: "loss", point: { fold: 0, epoch: 1, loss: 1 } });
    expect(two).toMatchObject({ state: "running", losses: [{ loss: 2 }, { loss: 1 }] });
  });

  test("that goes on from a checkpoint makes an epoch again, which stays one point of its curve", () => {
    const loss = (fold: number, epoch: number, value: number) =>
      ({ type: "loss", point: { fold, epoch, loss: value } }) as const;
    const events = [progress, loss(1, 1, 3), loss(0, 1, 2), loss(0, 1, 2), loss(0, 2, 1)] as const;
    expect(events.reduce(advance, start)).toMatchObject({
      losses: [
        { fold: 1, epoch: 1, loss: 3 },
        { fold: 0, epoch: 1, loss: 2 },
        { fold: 0, epoch: 2, loss: 1 },
      ],
    });
  });

  test("asked to finish early stays so until it has finished", () => {
    const asked = advance(advance(advance(start, progress), { type: "finish-early" }), progress);
    expect(asked).toMatchObject({ state: "running", stopping: "finish-early" });
    const done = advance(asked, { type: "finished", promptSet: "p" as PromptSetId, ended: "early" });
    expect(done).toMatchObject({ state: "finished", ended: "early" });
  });

  test("that has ended ignores late events", () => {
    const cancelled = advance(advance(start, progress), { type: "cancelled" });
    expect(advance(cancelled, progress)).toBe(cancelled);
    expect(advance(cancelled, { type: "finished", promptSet: "p" as PromptSetId, ended: "complete" })).toBe(cancelled);
  });
});
