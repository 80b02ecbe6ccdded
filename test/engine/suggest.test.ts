// Which places are suggested and why, and what labels are told of themselves. Textures whose kinds the tiny model tells apart.
import { beforeAll, describe, expect, test } from "vitest";
import { intersects } from "../../src/domain/geometry.ts";
import type { CosineHead } from "../../src/engine/heads/centroid.ts";
import { pickPlaces } from "../../src/engine/pick-places.ts";
import { byLabels } from "../../src/engine/score-labels.ts";
import { patchAt, placeOf, slideId } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine } from "../support/tiny-engine.ts";
import { classesOf, tuneParams } from "../support/tiny-labels.ts";
import { tinyModel } from "../support/tiny-model.ts";

const always = (): boolean => true;
/** Unit vectors in a plane at these angles, degrees. */
const atAngles = (...angles: number[]): Float32Array =>
  Float32Array.from(angles.flatMap((a) => [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)]));
const head: CosineHead = { centre: new Float32Array(2), weight: atAngles(0, 90), temperature: 10 };

describe("picking places", () => {
  test("takes the least certain first, then the least alike, and says which", () => {
    // Angles add up to nothing, so that the mean is 0: 45° lies between both classes, 225° is like neither.
    const features = atAngles(0, 45, 90, 180, 225, 270);
    const picked = pickPlaces({ features, width: 2, labelled: atAngles(0, 90), head }, 2, always);
    expect(picked.map(({ place, why }) => [place, why])).toEqual([
      [1, "unsure"],
      [4, "unlike"],
    ]);
    expect(picked[0]?.nearest).toBeCloseTo(Math.SQRT1_2, 5);
    expect(picked[0]?.scores).toEqual([0.5, 0.5]);
  });

  test("without a head and without labels spreads them out", () => {
    const features = atAngles(0, 5, 120, 125, 240, 245);
    const picked = pickPlaces({ features, width: 2, labelled: new Float32Array(), head: null }, 3, always);
    expect(new Set(picked.map(({ place }) => Math.floor(place / 2))).size).toBe(3);
    expect(picked.every(({ why, nearest }) => why === "unlike" && nearest === null)).toBe(true);
  });

  test("never takes what is not free, and ends when nothing is", () => {
    const features = atAngles(0, 45, 90, 180, 225, 270);
    const picked = pickPlaces({ features, width: 2, labelled: atAngles(0), head }, 9, (place) => place > 3);
    expect(picked.map(({ place }) => place).sort()).toEqual([4, 5]);
  });
});

describe("labels under their own head", () => {
  const { examples } = tuneParams(2, 2);
  const classes = classesOf(2);

  test("are each scored by the others: one that was mislabelled stands out", () => {
    // l0, l2 are c0; l1, l3 are c1. l2 looks like c1.
    const { labels, how } = byLabels(classes, examples, atAngles(0, 90, 88, 92));
    expect(how).toBe("left-out");
    const own = labels.map(
      ({ scores }, i) => scores?.find(({ classId }) => classId === examples[i]?.classId)?.score ?? 1,
    );
    expect(own.indexOf(Math.min(...own))).toBe(2);
  });

  test("are not scored where one is the only one of its class", () => {
    const { labels } = byLabels(classes, examples.slice(0, 3), atAngles(0, 90, 10));
    expect(labels.map(({ scores }) => scores === null)).toEqual([false, true, false]);
  });
});

describe("the engine", () => {
  let tiny: TinyEngine;
  beforeAll(async () => {
    tiny = await loadedEngine(tinyModel());
  });
  const { spec } = patchAt(placeOf(0, 0));

  test("reads places itself where none are known, and suggests none that touch a label or an aside", async () => {
    const { examples } = tuneParams(3, 2);
    const seen: number[] = [];
    const avoid = [placeOf(1, 9)];
    const { list, places } = await tiny.engine.suggest(
      { slideId, spec, sheet: null, classes: classesOf(3), examples, avoid, count: 6 },
      { onProgress: ({ done }) => seen.push(done) },
    );
    expect(seen.at(-1)).toBeGreaterThan(0);
    expect(list.length).toBe(6);
    expect(places).toBeGreaterThan(list.length);
    const closed = [...examples.map(({ patch }) => patch.region), ...avoid];
    for (const { region, called } of list) {
      expect(closed.some((other) => intersects(other, region))).toBe(false);
      expect(called?.score).toBeGreaterThanOrEqual(called?.secondScore ?? 1);
    }
    for (const [i, a] of list.entries()) {
      expect(list.slice(i + 1).some((b) => intersects(a.region, b.region))).toBe(false);
    }
  });

  test("says of labels what a tuned set says, and that it has seen them", async () => {
    const params = tuneParams(2, 3);
    const tuned = await tiny.engine.tune(params);
    const { labels, how } = await tiny.engine.scoreLabels({
      examples: params.examples,
      scorer: { kind: "prompt-set", id: tuned.summary.id },
    });
    expect(how).toBe("trained");
    expect(labels.map(({ labelId }) => labelId)).toEqual(params.examples.map(({ labelId }) => labelId));
    const first = await tiny.engine.classify({
      patch: params.examples[0]!.patch,
      scorer: { kind: "prompt-set", id: tuned.summary.id },
    });
    expect(first.kind === "scored" && first.scores.map(({ score }) => score.toFixed(5))).toEqual(
      labels[0]?.scores?.map(({ score }) => score.toFixed(5)),
    );
  });
});
