// A promptstate of others in the engine: declared for the loaded backbone, it answers by its own head or by labels, and says what it is.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { WeightsDigest } from "../../src/base/brand.ts";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import type { EngineStatus } from "../../src/protocol/engine-api.ts";
import { patchAt, placeOf } from "../support/texture-slide.ts";
import { type TinyEngine, tinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { tinyModel, tinySource } from "../support/tiny-model.ts";

const read = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dirname, "..", "fixtures", "promptstate", name)));
const folder = tinyModel();
let tiny: TinyEngine;
let status: EngineStatus;
beforeAll(async () => {
  tiny = tinyEngine(folder);
  status = await tiny.engine.load({ source: tinySource, prefer: "auto" });
});

describe("a declared prompt file", () => {
  test("answers with its head, and goes into another engine as a file of its own", async () => {
    const { bytes, summary } = await tiny.engine.declarePromptSet({
      name: "fits.pth",
      bytes: read("fits.pth"),
      weightsDigest: status.weightsDigest,
    });
    expect(summary.metadata.declared).toMatchObject({ source: "promptstate" });
    expect(summary.metadata.preprocessing.normalisation).toEqual(status.model.normalisation);
    const patch = patchAt(placeOf(1, 4));
    const scorer = { kind: "prompt-set", id: summary.id } as const;
    const answer = await tiny.engine.classify({ patch, scorer });
    expect(answer).toMatchObject({ kind: "scored", by: { kind: "prompt-set", id: summary.id } });
    if (answer.kind === "scored") {
      expect(answer.scores.map((s) => s.name)).toEqual(["Output 0", "Output 1", "Output 2"]);
      expect(answer.scores.reduce((sum, s) => sum + s.score, 0)).toBeCloseTo(1, 9);
    }
    const other = tinyEngine(tinyModel());
    await other.engine.load({ source: tinySource, prefer: "auto" });
    await other.engine.addPromptSet({ bytes });
    expect(await other.engine.classify({ patch, scorer })).toEqual(answer);
    expect(parsePromptSet(bytes).id).toBe(summary.id);
  });

  test("without a head answers by the labels under its prompts, and without labels says what is missing", async () => {
    const { summary } = await tiny.engine.declarePromptSet({
      name: "half.pth",
      bytes: read("half.pth"),
      weightsDigest: status.weightsDigest,
    });
    const { classes, examples } = tuneParams(2, 3);
    const patch = patchAt(placeOf(1, 9));
    const bare = await tiny.engine.classify({ patch, scorer: { kind: "prompt-set", id: summary.id } });
    expect(bare).toMatchObject({ kind: "unscored", why: expect.stringContaining("label places of two classes") });
    const labelled = { classes, examples };
    const answer = await tiny.engine.classify({ patch, scorer: { kind: "prompt-set", id: summary.id, labelled } });
    expect(answer).toMatchObject({ kind: "scored" });
    if (answer.kind !== "scored") return;
    const [best] = answer.scores.toSorted((a, b) => b.score - a.score);
    expect(best?.classId).toBe("c1");
  });

  test("is refused where another backbone is loaded than was declared", async () => {
    const given = { name: "fits.pth", bytes: read("fits.pth"), weightsDigest: "d".repeat(64) as WeightsDigest };
    await expect(tiny.engine.declarePromptSet(given)).rejects.toThrow(/Another backbone was loaded/);
  });
});
