// A prompt set goes with its network from file to file, and not with another network of the same weights.
import { expect, test } from "vitest";
import type { ImportFacts } from "../../src/domain/model-import.ts";
import type { GivenFile } from "../../src/protocol/engine-api.ts";
import { twinBytes } from "../graph/vit-twins-fixture.ts";
import { tinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { tinyModel } from "../support/tiny-model.ts";

const given = (path: string): GivenFile => ({ path, file: new File([twinBytes(path).slice()], path) });
const stated: ImportFacts = {
  normalisation: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  mpp: 0.5,
  licence: { id: "test", text: "random numbers", source: "a generator" },
};
const ofCheckpoint: ImportFacts = { heads: 6, layerNormEps: 1e-6, activation: "gelu", readout: "cls" };

test("a set made on an ONNX file is used with the checkpoint and with another export, and its scores are the same", {
  timeout: 60_000,
}, async () => {
  const { engine } = tinyEngine(tinyModel());
  const load = (path: string, facts: ImportFacts) =>
    engine.load({ source: { kind: "files", files: [given(path)], facts: { ...stated, ...facts } }, prefer: "auto" });
  const { weightsDigest } = await load("timm-plain-legacy17.onnx", {});
  const params = tuneParams(2, 3, { epochs: 2 });
  const { bytes, summary } = await engine.tune(params);
  const scorer = { kind: "prompt-set", id: summary.id } as const;
  const { patch } = params.examples[0]!;
  const scores = async (): Promise<readonly number[]> => {
    const answer = await engine.classify({ patch, scorer });
    return answer.kind === "scored" ? answer.scores.map(({ score }) => score) : [];
  };
  const own = await scores();
  expect(own).toHaveLength(2);

  for (const [path, facts, digits] of [
    ["timm-plain.safetensors", ofCheckpoint, 5],
    ["timm-plain-dynamo18.onnx", {}, 5],
    ["timm-plain-half.onnx", {}, 2],
  ] as const) {
    const status = await load(path, facts);
    expect(status.weightsDigest).toBe(weightsDigest);
    expect((await engine.addPromptSet({ bytes })).id).toBe(summary.id);
    (await scores()).forEach((score, i) => {
      expect(score).toBeCloseTo(own[i]!, digits);
    });
  }

  const otherwise = await load("timm-plain.safetensors", { ...ofCheckpoint, heads: 3, layerNormEps: 1e-5 });
  expect(otherwise.weightsDigest).toBe(weightsDigest);
  await expect(engine.addPromptSet({ bytes })).rejects.toMatchObject({
    kind: "bad-prompt-set",
    message: expect.stringMatching(/attention heads: 6, .* with 3; .*layer norms: 0.000001, .* with 0.00001\./),
  });
});
