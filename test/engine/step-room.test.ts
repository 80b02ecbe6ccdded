// A batch that does not fit at once: how many samples a run takes, and that the tuning is the same in whatever parts.
import { describe, expect, test } from "vitest";
import type { ClassId } from "../../src/base/brand.ts";
import { Fault, present } from "../../src/base/fault.ts";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { budgets, largestPart, roomOn } from "../../src/engine/step-room.ts";
import { estimateMemory, type MemoryEstimate } from "../../src/graph/memory.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { trainGraph } from "../../src/graph/vit/train-graph.ts";
import type { TuneParams } from "../../src/protocol/engine-api.ts";
import { startFailing, watch } from "../support/failing-runtime.ts";
import { tinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { sha256, tinyModel, tinySource } from "../support/tiny-model.ts";

const GiB = 2 ** 30;
const provider = { words: "", threads: 1, why: null } as const;

describe("how many samples one run takes", () => {
  /** 100 bytes, and 10 a sample; 4 a sample in the largest tensor. */
  const memory = (n: number): MemoryEstimate => ({ peakBytes: 100 + 10 * n, largestBytes: 4 * n });

  test("is the whole batch where it fits", () => {
    expect(largestPart(16, memory, { bytes: 260, largest: 64 }, 0)).toBe(16);
    expect(largestPart(1, memory, { bytes: 0, largest: 0 }, 0)).toBe(1);
  });

  test("is the most that fits else, in parts as even as can be", () => {
    // 13 fit, but two runs of 8 are as many runs and smaller.
    expect(largestPart(16, memory, { bytes: 239, largest: 1000 }, 0)).toBe(8);
    // 5 fit: four runs of 4.
    expect(largestPart(16, memory, { bytes: 159, largest: 1000 }, 0)).toBe(4);
    expect(largestPart(16, memory, { bytes: 1000, largest: 24 }, 0)).toBe(6);
    expect(largestPart(16, memory, { bytes: 50, largest: 1000 }, 0)).toBe(1);
  });

  test("never is more than fits where memory grows faster and faster", () => {
    const bent = (n: number): MemoryEstimate => ({ peakBytes: Math.max(50 * n, 100 * n - 500), largestBytes: 0 });
    for (let bytes = 50; bytes < 1200; bytes += 7) {
      const part = largestPart(16, bent, { bytes, largest: 1 }, 0);
      expect(bent(part).peakBytes, `${part} in ${bytes}`).toBeLessThanOrEqual(bytes);
    }
  });

  test("is halved each time memory ran out, down to one; then nothing is left but to say so", () => {
    const room = { bytes: 1000, largest: 1000 };
    expect([0, 1, 2, 3, 4].map((halvings) => largestPart(16, memory, room, halvings))).toEqual([16, 8, 4, 2, 1]);
    expect(() => largestPart(16, memory, room, 5)).toThrow(/one patch at a time .* Tune fewer blocks/);
    expect(largestPart(5, memory, room, 1)).toBe(3);
  });

  test("of real graphs: their estimates grow along convex curves, as the choice takes for granted", () => {
    const architecture = {
      kind: "vit",
      imagePixels: 64,
      patchPixels: 8,
      width: 48,
      depth: 3,
      heads: 3,
      mlpWidth: 192,
      layerNormEps: 1e-6,
      prefixTokens: 1,
      readout: "cls",
    } as const;
    const graph = buildVit(architecture);
    const structure = analyseVit(graph);
    const at = (batch: number): number =>
      estimateMemory(trainGraph(graph, structure, { firstBlock: 0, tokensPerBlock: 10, batch, classes: 3 }).graph)
        .peakBytes;
    const peaks = Array.from({ length: 8 }, (_, i) => at(i + 1));
    const growth = peaks.slice(1).map((peak, i) => peak - present(peaks[i], "a peak"));
    expect(Math.min(...growth)).toBeGreaterThan(0);
    expect(growth).toEqual(growth.toSorted((a, b) => a - b));
  });
});

describe("the room of a device", () => {
  test("is 1 GiB on a graphics card, and its largest binding", () => {
    const weights = { whole: 5 * GiB, upper: 5 * GiB };
    const gpu = { ...provider, kind: "webgpu" } as const;
    expect(roomOn({ provider: gpu, largestTensor: 2 * GiB }, weights)).toEqual({ bytes: GiB, largest: 2 * GiB });
    expect(roomOn({ provider: gpu }, weights)).toEqual({ bytes: GiB, largest: 128 * 2 ** 20 });
  });

  test("is what a heap of 4 GiB leaves beside weights and a reserve", () => {
    // ViT-B: 328 MiB of weights; all blocks once more forward and once in the step.
    const weights = { whole: 0.32 * GiB, upper: 0.32 * GiB };
    const room = roomOn({ provider: { ...provider, kind: "wasm" } }, weights);
    expect(room.bytes * budgets.overhead + 3 * 0.32 * GiB + budgets.elsewhere).toBeCloseTo(4 * GiB, -1);
    expect(room.largest).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a tuning in parts", () => {
  const folder = tinyModel();
  // 7 labels of one class, 3 and 2 of the others: weights differ between classes, and 12 in batches of 8 are 6 and 6.
  const uneven = (settings: Partial<TuneParams["settings"]>): TuneParams => {
    const params = tuneParams(3, 7, settings);
    const kept = new Map([
      ["c0", 7],
      ["c1", 3],
      ["c2", 2],
    ]);
    const seen = new Map<ClassId, number>();
    const labels = params.labels.filter(({ classId }) => {
      seen.set(classId, (seen.get(classId) ?? 0) + 1);
      return (seen.get(classId) ?? 0) <= (kept.get(classId) ?? 0);
    });
    return { ...params, labels, examples: params.examples.filter((e) => labels.some((l) => l.id === e.labelId)) };
  };

  const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    const apart = Math.hypot(...Array.from(a, (x, i) => x - (b[i] ?? Number.NaN)));
    return apart / Math.hypot(...Array.from(b));
  };

  const tuned = async (params: TuneParams) => {
    const parts = new Set<string>();
    const { engine } = tinyEngine(folder, (runtime) => ({
      ...runtime,
      compile(graph, weights, options) {
        if (/^(train|part)@/.test(options.name)) parts.add(options.name);
        return runtime.compile(graph, weights, options);
      },
    }));
    await engine.load({ source: tinySource, prefer: "wasm" });
    const losses: number[] = [];
    const { bytes, estimate } = await engine.tune(params, {
      onProgress: (event) => event.type === "loss" && losses.push(event.point.loss),
    });
    return { set: parsePromptSet(bytes), estimate, losses, parts: [...parts] };
  };

  test.each([7, 8])(
    "equals the tuning of whole batches, short ones and weighted classes too (batches of %d)",
    async (batch) => {
      const params = uneven({ batch, epochs: 5 });
      const whole = await tuned(params);
      expect(whole.parts).toHaveLength(1);
      expect(whole.parts[0]).toMatch(/^train@/);
      for (const halvings of [1, 2, 3]) {
        const parts = await tuned({ ...params, halvings });
        expect(parts.parts).toHaveLength(1);
        expect(parts.parts[0]).toMatch(/^part@/);
        expect(difference(parts.set.prompts, whole.set.prompts)).toBeLessThan(1e-4);
        expect(difference(parts.set.headWeight, whole.set.headWeight)).toBeLessThan(1e-4);
        expect(difference(parts.losses, whole.losses)).toBeLessThan(1e-5);
        expect(parts.estimate).toEqual(whole.estimate);
      }
    },
  );

  test("goes on from a checkpoint of whole batches, as after memory ran out", async () => {
    const params = uneven({ batch: 4, epochs: 6 });
    const { tiny, log } = await startFailing(folder, Number.POSITIVE_INFINITY, () => new Fault("runtime", "never"));
    const straight = await watch(tiny.engine, params);
    expect(log.runs).toContain("train");
    const middle = present(
      straight.checkpoints.find((c) => c.fold === null && c.training !== null),
      "one in the final training",
    );
    const rest = await watch(tiny.engine, { ...params, halvings: 1, resume: middle });
    const [a, b] = [rest, straight].map(({ result }) => parsePromptSet(present(result, "a result").bytes));
    expect(difference(present(a, "a set").prompts, present(b, "a set").prompts)).toBeLessThan(1e-4);
    expect(sha256(present(rest.result, "a result").bytes)).not.toBe(sha256(present(straight.result, "a result").bytes));
  });

  test("that cannot be made smaller says what to do", async () => {
    await expect(tuned({ ...uneven({ batch: 2, epochs: 1 }), halvings: 2 })).rejects.toMatchObject({
      kind: "limit",
      message: expect.stringContaining("Tune fewer blocks"),
    });
  });
});
