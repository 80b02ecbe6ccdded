// A set's own rule of answering: views averaged, a frozen part beside the prompts, or no prompts. A click, a map and the sums by hand agree.
import { beforeAll, describe, expect, test } from "vitest";
import { cellPatch, type MapGrid } from "../../src/domain/map-grid.ts";
import type { SheetId } from "../../src/domain/map-sheet.ts";
import type { PromptAnswer, PromptSet, PromptSetMetadata } from "../../src/domain/prompt-set.ts";
import { formatFor, parsePromptSet, serializePromptSet } from "../../src/domain/prompt-set-file.ts";
import { logisticScores } from "../../src/engine/heads/logistic.ts";
import type { TuneResult } from "../../src/protocol/engine-api.ts";
import { patchAt, placeOf, slideId, spec } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { tinyModel } from "../support/tiny-model.ts";

let tiny: TinyEngine;
let tuned: TuneResult;
let set: PromptSet;
beforeAll(async () => {
  tiny = await loadedEngine(tinyModel());
  tuned = await tiny.engine.tune(tuneParams(3, 3));
  set = parsePromptSet(tuned.bytes);
});

const patch = patchAt(placeOf(1, 40));
const head = () => {
  const classes = set.metadata.classes.length;
  const features = set.headWeight.length / classes;
  return {
    weight: Float32Array.from({ length: classes * features }, (_, i) => Math.sin(i + 1)),
    bias: Float32Array.from({ length: classes }, (_, c) => 0.1 * c),
    centre: Float32Array.from({ length: features }, (_, i) => 0.05 * Math.cos(i)),
  };
};

async function added(change: Partial<PromptSetMetadata>, tensors: object = {}) {
  const made = { ...set.metadata, ...change };
  const metadata = { ...made, format: formatFor(made) };
  const { prompts, headWeight, headBias, headCentre } = set;
  return tiny.engine.addPromptSet({
    bytes: serializePromptSet(metadata, { prompts, headWeight, headBias, headCentre, ...tensors }),
  });
}

async function scoresOf(id: TuneResult["summary"]["id"], of = patch): Promise<readonly number[]> {
  const answer = await tiny.engine.classify({ patch: of, scorer: { kind: "prompt-set", id } });
  if (answer.kind !== "scored") throw new Error(answer.kind);
  return answer.scores.map(({ score }) => score);
}

const bare = (answer: PromptAnswer) =>
  added(
    {
      method: {
        kind: "none",
        firstBlock: set.metadata.method.firstBlock + set.metadata.method.blocks,
        blocks: 0,
        tokensPerBlock: 0,
      },
      head: { kind: "logistic" },
      answer,
    },
    { headWeight: head().weight, headBias: head().bias, headCentre: head().centre },
  );

describe("a set that says how it answers", () => {
  test("without prompts scores the backbone's own features by its head", async () => {
    const { id } = await bare({ views: 1, temperature: 1, frozen: null });
    const features = await plainFeatures();
    expect(await scoresOf(id)).toEqual([...logisticScores(head(), features)]);
  });

  test("averages features over its views: eight views of one patch and of its turned picture answer alike", async () => {
    const { id } = await bare({ views: 8, temperature: 1, frozen: null });
    const single = await bare({ views: 1, temperature: 1, frozen: null });
    const [eight, one] = [await scoresOf(id), await scoresOf(single.id)];
    expect(eight.some((score, c) => Math.abs(score - one[c]!) > 1e-4)).toBe(true);
    expect(eight.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
  });

  test("with a frozen part answers its share of the frozen head's score and the rest its own", async () => {
    const share = 0.25;
    const { id } = await added(
      { answer: { views: 1, temperature: 1, frozen: { share, temperature: 1 } } },
      { frozen: head() },
    );
    const own = await scoresOf(tuned.summary.id);
    const frozen = logisticScores(head(), await plainFeatures());
    const blended = await scoresOf(id);
    blended.forEach((score, c) => {
      expect(score).toBeCloseTo((1 - share) * own[c]! + share * frozen[c]!, 12);
    });
  });

  test("gives a map the very scores of its clicks", async () => {
    const answer = { views: 8, temperature: 2, frozen: { share: 0.5, temperature: 0.5 } };
    const sets = [await added({ answer }, { frozen: head() }), await bare({ views: 8, temperature: 1, frozen: null })];
    const grid: MapGrid = {
      originX: -400,
      originY: -16,
      stepX: 200,
      stepY: 1000,
      columns: 4,
      rows: 3,
      patchWidth: 32,
      patchHeight: 32,
    };
    const cells = Uint32Array.from({ length: 12 }, (_, i) => i);
    for (const { id } of sets) {
      let compared = 0;
      const told: { cell: number; scores: readonly number[] }[] = [];
      await tiny.engine.sweep(
        { sheet: "b".repeat(64) as SheetId, slideId, spec, grid, cells, set: id },
        {
          onProgress: ({ cells: places, scores, states }) => {
            const columns = scores.length / places.length;
            places.forEach((cell, i) => {
              if (states[i] === 1) told.push({ cell, scores: [...scores.subarray(i * columns, (i + 1) * columns)] });
            });
          },
        },
      );
      for (const { cell, scores } of told) {
        const click = await scoresOf(id, patchAt(cellPatch(grid, cell)));
        click.forEach((score, c) => {
          expect(scores[c]).toBeCloseTo(score, 5);
        });
        compared += 1;
      }
      expect(compared).toBe(6);
    }
  });
});

/** The backbone as it is, of the patch as it lies: what a map keeps. */
async function plainFeatures(): Promise<Float32Array> {
  const out: Float32Array[] = [];
  const at = { originX: patch.region.x, originY: patch.region.y, stepX: 32, stepY: 32, columns: 1, rows: 1 };
  await tiny.engine.sweep(
    {
      sheet: "c".repeat(64) as SheetId,
      slideId,
      spec,
      grid: { ...at, patchWidth: 32, patchHeight: 32 },
      cells: Uint32Array.of(0),
      set: null,
    },
    { onProgress: ({ features }) => out.push(features.slice()) },
  );
  return out[0]!;
}

test("a temperature softens a set's scores and keeps their order", async () => {
  const soft = await added({ answer: { views: 1, temperature: 3, frozen: null } });
  const [own, softened] = [await scoresOf(tuned.summary.id), await scoresOf(soft.id)];
  const powers = own.map((score) => score ** (1 / 3));
  const total = powers.reduce((a, b) => a + b);
  softened.forEach((score, c) => {
    expect(score).toBeCloseTo(powers[c]! / total, 9);
  });
});
