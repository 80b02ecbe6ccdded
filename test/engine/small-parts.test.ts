// The engine's small pure parts: the cache's budget, even batches, preprocessing, proposals and forecasts.
import { describe, expect, test } from "vitest";
import { createFeatureCache } from "../../src/engine/feature-cache.ts";
import { defaultSettings, tuningSeconds, type Workload } from "../../src/engine/forecast.ts";
import { scattered } from "../../src/engine/index-places.ts";
import { preprocess } from "../../src/engine/preprocess.ts";
import { evenBatch, stepsPerEpoch } from "../../src/engine/train-loop.ts";

describe("the cache of features", () => {
  const row = (): Float32Array => new Float32Array(10); // 40 bytes

  test("drops what was unused for longest once its budget is spent", () => {
    const cache = createFeatureCache(100);
    cache.put("a", row());
    cache.put("b", row());
    cache.get("a");
    cache.put("c", row());
    expect([cache.get("a"), cache.get("b"), cache.get("c")].map((found) => found !== null)).toEqual([
      true,
      false,
      true,
    ]);
    expect(cache.bytes).toBe(80);
  });

  test("counts a replaced entry once and refuses one larger than everything", () => {
    const cache = createFeatureCache(100);
    cache.put("a", row());
    cache.put("a", row());
    cache.put("huge", new Float32Array(26));
    expect([cache.bytes, cache.get("huge")]).toEqual([40, null]);
  });
});

test("an even batch needs no more steps than the wanted one and pads less", () => {
  for (let n = 1; n < 200; n++) {
    const batch = evenBatch(n, 16);
    expect(batch).toBeLessThanOrEqual(16);
    expect(stepsPerEpoch(n, batch)).toBe(stepsPerEpoch(n, 16));
    expect(stepsPerEpoch(n, batch) * batch - n).toBeLessThan(stepsPerEpoch(n, 16));
  }
  expect(evenBatch(18, 16)).toBe(9);
});

test("pixels become (p/255 - mean) / std, channel by channel", () => {
  const rgb = Uint8Array.of(0, 255, 51, 102, 0, 255, 255, 255, 255, 0, 0, 0);
  const { dims, data } = preprocess([rgb], 2, { mean: [0.5, 0.25, 0], std: [0.5, 0.25, 1] });
  expect(dims).toEqual([1, 3, 2, 2]);
  const expected = [-1, -0.2, 1, -1, 3, -1, 3, -1, 0.2, 1, 1, 0];
  expected.forEach((value, i) => {
    expect(data[i]).toBeCloseTo(value, 6);
  });
});

describe("the settings proposed", () => {
  const work: Workload = { forward: 2.5e9, step: (blocks) => (blocks / 12) * 5.2e9 };

  test("prompt all blocks where 20 labels tune within a minute, else the last 4", () => {
    expect(defaultSettings(12, { seconds: 1, flops: 1e12 }, work).blocks).toBe(12);
    expect(defaultSettings(12, { seconds: 1, flops: 3e10 }, work).blocks).toBe(4);
    expect(defaultSettings(12, null, work).blocks).toBe(4);
    expect(defaultSettings(3, null, work).blocks).toBe(3);
  });

  test("give up depth, then views, then the choice by the labels, as a machine is slower", () => {
    const at = (flops: number) => {
      const { blocks, views, frozen } = defaultSettings(12, { seconds: 1, flops }, work);
      return { blocks, views, frozen };
    };
    expect(at(1e12)).toEqual({ blocks: 12, views: 8, frozen: "choose" });
    const steps = [1e12, 5e11, 2e11, 1e11, 5e10, 2e10, 1e10, 5e9].map(at);
    const cost = ({ blocks, views, frozen }: ReturnType<typeof at>): number =>
      blocks * 100 + (views ?? 1) * 10 + (frozen === "choose" ? 1 : 0);
    expect(steps.map(cost)).toEqual(steps.map(cost).toSorted((a, b) => b - a));
    expect(at(5e9)).toEqual({ blocks: 4, views: 1, frozen: "constant" });
    for (const flops of [1e12, 1e11, 3e10]) {
      const speed = { seconds: 1, flops };
      expect(tuningSeconds(speed, work, defaultSettings(12, speed, work), 20)).toBeLessThanOrEqual(60);
    }
  });

  test("take as long as forecast grows with labels, blocks and epochs", () => {
    const speed = { seconds: 1, flops: 3e10 };
    const base = defaultSettings(12, null, work);
    const seconds = (more: Partial<typeof base>, labels: number): number =>
      tuningSeconds(speed, work, { ...base, ...more }, labels);
    expect(seconds({ blocks: 12 }, 18)).toBeGreaterThan(2.5 * seconds({}, 18));
    expect(seconds({ epochs: 20 }, 18)).toBeGreaterThan(1.8 * seconds({}, 18));
    expect(seconds({}, 60)).toBeGreaterThan(seconds({}, 18));
  });
});

describe("the order in which a slide is indexed", () => {
  test("is the same places, each once, and every beginning of it is spread over them", () => {
    for (const n of [0, 1, 2, 3, 7, 64, 300]) {
      const order = scattered(Array.from({ length: n }, (_, i) => i));
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }
    const beginning = scattered(Array.from({ length: 300 }, (_, i) => i)).slice(0, 30);
    const tenths = new Set(beginning.map((i) => Math.floor(i / 30)));
    expect(tenths.size).toBe(10);
  });
});
