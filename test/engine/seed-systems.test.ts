// What the systems this one learned from do to pixels and tokens, row by row: kaiko's normalisation, registers and small patches; GPFM's
// neighbours, retrieval and thousand bootstraps. Expected numbers are theirs, or come from algebra.
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { modelPresets } from "../../src/domain/model-presets.ts";
import { frozenVariants } from "../../src/engine/heads/frozen-methods.ts";
import { preprocess } from "../../src/engine/preprocess.ts";
import { bootstrapSummary } from "../../src/math/intervals.ts";
import { balancedAccuracy, confusionMatrix } from "../../src/math/metrics.ts";
import { normal, randomFor } from "../../src/math/random.ts";
import { retrievalTopK } from "../../src/math/retrieval.ts";

describe("kaiko's models", () => {
  const kaiko = modelPresets.filter(({ id }) => id.startsWith("kaiko-"));
  const preset = (id: string) =>
    present(
      kaiko.find((one) => one.id === id),
      id,
    );

  test("take pixels as 2 p / 255 - 1: mean and deviation are 0.5", () => {
    expect(kaiko).toHaveLength(5);
    for (const { normalisation } of kaiko) {
      const { dims, data } = preprocess([Uint8Array.of(0, 51, 255)], 1, normalisation);
      expect(dims).toEqual([1, 3, 1, 1]);
      expect([...data]).toEqual([-1, Math.fround(2 * 0.2 - 1), 1].map((value) => expect.closeTo(value, 6)));
    }
  });

  test("with patches of 8 px see 28 x 28 of them and the class token: 785 positions, four times those of 16 px", () => {
    for (const [id, patch, tokens] of [
      ["kaiko-vits8", 8, 785],
      ["kaiko-vitb8", 8, 785],
      ["kaiko-vits16", 16, 197],
      ["kaiko-vitb16", 16, 197],
    ] as const) {
      const { architecture } = preset(id);
      expect(architecture.patchPixels).toBe(patch);
      const side = architecture.imagePixels / architecture.patchPixels;
      expect(side * side + architecture.prefixTokens).toBe(tokens);
    }
  });

  test("of the large size have four registers, so five tokens before those of the patches, and no position for them", () => {
    const { architecture } = preset("kaiko-vitl14");
    expect(architecture).toMatchObject({ registers: 4, prefixTokens: 5, positions: "patches", layerScale: true });
    expect((architecture.imagePixels / architecture.patchPixels) ** 2 + architecture.prefixTokens).toBe(261);
  });
});

describe("GPFM's ways of judging", () => {
  /** Two well separated classes; pairs of rows are kin and all but the same. */
  const rows = (() => {
    const random = randomFor(1, "kin");
    const features: number[] = [];
    const [targets, groups]: [number[], number[]] = [[], []];
    for (let pair = 0; pair < 20; pair++) {
      const target = pair % 2;
      const centre = [4 * target + normal(random), normal(random)];
      for (let i = 0; i < 2; i++) {
        features.push((centre[0] ?? 0) + 0.001 * i, centre[1] ?? 0);
        targets.push(target);
        groups.push(pair);
      }
    }
    return { features: Float32Array.from(features), targets, groups };
  })();

  test("retrieval asks for the nearest 1, 3 and 5, never finds the patch itself, and more never find less", () => {
    const { features, targets, groups } = rows;
    const top = retrievalTopK(features, 2, targets, groups, [1, 3, 5]);
    expect(top).toHaveLength(3);
    expect(top[0]).toBeLessThanOrEqual(top[1] ?? 0);
    expect(top[1]).toBeLessThanOrEqual(top[2] ?? 0);
    // One row of a class alone has nothing of its class to find but itself.
    expect(retrievalTopK(Float32Array.of(0, 0, 1, 1, 1.1, 1), 2, [0, 1, 1], null, [1, 3, 5])).toEqual([
      expect.closeTo(2 / 3, 12),
      expect.closeTo(2 / 3, 12),
      expect.closeTo(2 / 3, 12),
    ]);
  });

  test("neighbours vote: every number of them that is offered answers well separated classes rightly", () => {
    const { features, targets } = rows;
    const task = {
      rows: { features, width: 2, colours: new Float32Array(0) },
      targets,
      units: targets.map((_, i) => i),
      classes: 2,
      centre: null,
      spread: null,
    };
    expect(frozenVariants.knn.map(({ name }) => name)).toEqual([
      "knn k=5",
      "knn k=1",
      "knn k=3",
      "knn k=9",
      "knn k=15",
    ]);
    for (const variant of frozenVariants.knn) {
      const scores = variant.fit(task)({ ...task.rows, features: Float32Array.of(-2, 0, 6, 0) });
      expect([scores[0]! > scores[1]!, scores[2]! < scores[3]!]).toEqual([true, true]);
    }
  });

  test("a figure comes with mean and deviation over 1000 bootstraps, which are those of a share: sqrt(p (1 - p) / n) a class", () => {
    // 100 of each class, 80 and 60 right: balanced accuracy .7, deviation sqrt(.16 / 100 + .24 / 100) / 2 = .03162.
    const truth = Array.from({ length: 200 }, (_, i) => i % 2);
    const right = truth.map((t, i) => (Math.floor(i / 2) < (t === 0 ? 80 : 60) ? t : 1 - t));
    const statistic = (drawn: Uint32Array): number =>
      balancedAccuracy(
        confusionMatrix(
          [...drawn].map((i) => truth[i] ?? 0),
          [...drawn].map((i) => right[i] ?? 0),
          2,
        ),
      );
    const summary = present(bootstrapSummary(200, statistic, { random: randomFor(7, "gpfm") }), "a summary");
    expect(summary.resamples).toBe(1000);
    expect(summary.mean).toBeCloseTo(0.7, 2);
    expect(Math.abs(summary.deviation / 0.03162 - 1)).toBeLessThan(0.1);
    expect([summary.low, summary.high]).toEqual([expect.closeTo(0.638, 1), expect.closeTo(0.762, 1)]);
  });
});
