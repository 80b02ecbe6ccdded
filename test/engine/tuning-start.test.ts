// Where a training starts: at the frozen regression's answers, with tokens that attention has seen.
import { beforeAll, describe, expect, test } from "vitest";
import { formatFor, parsePromptSet, serializePromptSet } from "../../src/domain/prompt-set-file.ts";
import { loadModel } from "../../src/engine/load-model.ts";
import { createModelPrograms } from "../../src/engine/model-programs.ts";
import { outputOf } from "../../src/engine/runtime.ts";
import { type PatchTokens, startTheta } from "../../src/engine/start-theta.ts";
import { thetaLayout } from "../../src/graph/vit/train-graph.ts";
import { openNodeRuntime } from "../../src/platform/node/ort-runtime.ts";
import { patchAt, placeOf } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { folderFetch, manifestUrl, tinyModel } from "../support/tiny-model.ts";

const folder = tinyModel();
let tiny: TinyEngine;
beforeAll(async () => {
  tiny = await loadedEngine(folder);
});

test("before its first step a set with prompts answers nearly as the frozen regression it starts from", async () => {
  const { bytes, summary } = await tiny.engine.tune(tuneParams(3, 3, { learningRate: 0, epochs: 1, views: 8 }));
  const set = parsePromptSet(bytes);
  const method = { kind: "none", firstBlock: 3, blocks: 0, tokensPerBlock: 0 } as const;
  const made = { ...set.metadata, method };
  const { headWeight, headBias, headCentre } = set;
  const bare = serializePromptSet({ ...made, format: formatFor(made) }, { headWeight, headBias, headCentre });
  const frozen = await tiny.engine.addPromptSet({ bytes: bare });
  let [worst, alike] = [0, 0];
  const places = [0, 1, 2].flatMap((kind) => [30, 31, 32, 33].map((n) => placeOf(kind, n)));
  for (const place of places) {
    const patch = patchAt(place);
    const own = await tiny.engine.classify({ patch, scorer: { kind: "prompt-set", id: summary.id } });
    const plain = await tiny.engine.classify({ patch, scorer: { kind: "prompt-set", id: frozen.id } });
    if (own.kind !== "scored" || plain.kind !== "scored") throw new Error("not scored");
    own.scores.forEach(({ score }, c) => {
      worst = Math.max(worst, Math.abs(score - plain.scores[c]!.score));
    });
    const best = (of: typeof own): string => of.scores.reduce((x, y) => (y.score > x.score ? y : x)).classId;
    alike += best(own) === best(plain) ? 1 : 0;
  }
  // Three prompts among seventeen tokens; ten among 197 move far less.
  expect(worst).toBeLessThan(0.15);
  expect(alike).toBeGreaterThanOrEqual(places.length - 1);
});

test("the streams above a cut are the tokens that enter each later block", async () => {
  const { fetchBytes } = folderFetch(folder);
  const { backbone } = await loadModel(manifestUrl, fetchBytes, new AbortController().signal, () => {});
  const programs = createModelPrograms(backbone, openNodeRuntime());
  const pixels = { dims: [1, 3, 32, 32], data: Float32Array.from({ length: 3072 }, (_, i) => Math.sin(i)) };
  const tokens = outputOf(await (await programs.base(0)).run({ pixels }), "tokens");
  const entering = await (await programs.streams(0)).run({ tokens });
  for (const cut of [1, 2]) {
    const expected = outputOf(await (await programs.base(cut)).run({ pixels }), "tokens").data;
    const found = outputOf(entering, `entering${cut}`).data;
    expect(found).toHaveLength(expected.length);
    expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-4);
  }
  await programs.release();
});

describe("task visual prompts start", () => {
  const structure = { depth: 3, width: 2, featureWidth: 2, tokens: 5 } as never;
  const options = { firstBlock: 1, tokensPerBlock: 3, batch: 1, classes: 2, head: "logistic" } as const;
  const layout = thetaLayout(structure, options);
  // Tokens of patch p at block b are (10p + b, ...): told apart at a glance.
  const patch = (p: number): PatchTokens => ({
    values: Float32Array.from({ length: 2 * 4 * 2 }, (_, i) => 10 * p + Math.floor(i / 8) + 0.1 * (i % 2)),
    blocks: 2,
    width: 2,
  });

  test("as tokens of the patches given, at the block they entered, and of no other patch", () => {
    const { theta } = startTheta(layout, [patch(1), patch(2)], 1);
    for (let block = 0; block < 2; block++) {
      for (let token = 0; token < 3; token++) {
        const [first, second] = theta.subarray((block * 3 + token) * 2, (block * 3 + token) * 2 + 2);
        expect([10 + block, 20 + block]).toContain(first);
        expect(second! - first!).toBeCloseTo(0.1, 5);
      }
    }
    expect(startTheta(layout, [patch(1), patch(2)], 1).theta).toEqual(theta);
  });

  test("and move faster than the head, the more so the longer they are", () => {
    const scaled = { ...patch(1), values: patch(1).values.map((value, i) => 10 * (value + (i % 4))) };
    const [small, large] = [startTheta(layout, [patch(1)], 1).rateScale, startTheta(layout, [scaled], 1).rateScale];
    const head = layout.headWeight.offset;
    expect([...small.subarray(head)]).toEqual(new Array(layout.length - head).fill(1));
    expect(large[0]!).toBeGreaterThan(small[0]!);
  });
});
