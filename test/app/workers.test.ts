// The two workers of the page and what happens when they die. The workers here are ports that die when told.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mostRestarts, startWorkers } from "../../src/app/workers.ts";
import type { SlideId } from "../../src/base/brand.ts";

class DyingWorker extends EventTarget {
  static all: DyingWorker[] = [];
  readonly name: string;
  ended = false;
  constructor(url: URL) {
    super();
    this.name = url.pathname.includes("slide") ? "slide" : "engine";
    DyingWorker.all.push(this);
  }
  postMessage(): void {}
  terminate(): void {
    this.ended = true;
  }
  die(): void {
    this.dispatchEvent(new Event("error"));
  }
}
const living = (name: string): readonly DyingWorker[] => DyingWorker.all.filter((w) => w.name === name && !w.ended);
const original = globalThis.Worker;
const slideId = "0".repeat(64) as SlideId;

describe("a worker that dies", () => {
  beforeEach(() => {
    DyingWorker.all = [];
    Object.assign(globalThis, { Worker: DyingWorker });
  });
  afterEach(() => Object.assign(globalThis, { Worker: original }));

  test("rejects what is in flight and is replaced, its sibling untouched", async () => {
    const heard: number[] = [];
    const workers = startWorkers({ onSlideDeath: (_, n) => heard.push(n), onEngineDeath: () => heard.push(-1) });
    const calls = [1, 2, 3].map(() => workers.slides.close({ slideId }));
    const outcomes = Promise.allSettled(calls);
    living("slide")[0]?.die();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { kind: "worker-died" } });
    }
    expect(heard).toEqual([1]);
    expect([living("slide").length, living("engine").length]).toEqual([1, 1]);
    expect(DyingWorker.all.length).toBe(3);
  });

  test.each(["slide", "engine"])(
    "again and again is given up: its calls reject, and nothing is started for ever (%s)",
    async (name) => {
      const heard: number[] = [];
      const tell = (_: unknown, n: number): void => void heard.push(n);
      const workers = startWorkers({ onSlideDeath: tell, onEngineDeath: tell });
      for (let i = 0; i < 50; i++) living(name)[0]?.die();
      expect(heard).toEqual(Array.from({ length: mostRestarts + 1 }, (_, i) => i + 1));
      expect(living(name)).toEqual([]);
      const call =
        name === "slide" ? workers.slides.close({ slideId }) : workers.engine.removePromptSet({ id: "" as never });
      await expect(call).rejects.toMatchObject({ kind: "worker-died" });
      if (name === "slide") return;
      workers.restartEngine();
      expect(living("engine").length).toBe(1);
    },
  );

  test("now and then is replaced every time", () => {
    const heard: number[] = [];
    let now = 0;
    const tell = (_: unknown, n: number): void => void heard.push(n);
    startWorkers({ onSlideDeath: tell, onEngineDeath: tell }, () => now);
    for (let i = 0; i < 20; i++) {
      living("engine")[0]?.die();
      now += 5 * 60_000;
    }
    expect(Math.max(...heard)).toBe(2);
    expect(living("engine").length).toBe(1);
  });
});
