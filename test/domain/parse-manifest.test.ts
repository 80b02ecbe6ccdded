// A model's manifest: what it must hold, and that every problem is named at once.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { appVersion } from "../../src/domain/app-version.ts";
import { parseManifest } from "../../src/domain/parse-manifest.ts";
import { tinyManifest } from "../support/tiny-manifest.ts";

describe("a manifest", () => {
  test("gives the model it describes, WSInfer's names included", () => {
    const manifest = parseManifest(JSON.stringify(tinyManifest), "m");
    expect(manifest.patchPixels).toBe(32);
    expect(manifest.mpp).toBe(0.5);
    expect(manifest.mppRange).toEqual([0.4, 0.6]);
    expect(manifest.normalisation).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
    expect(manifest.architecture).toMatchObject({ width: 48, depth: 3, heads: 3, readout: "cls" });
    expect(manifest.weights.path).toBe("weights.safetensors");
  });

  test("says how a network departs from the plain ViT, and leaves out what it does not say", () => {
    const varied = {
      registers: 4,
      prefix_tokens: 5,
      positions: "class",
      layer_scale: true,
      ffn: "swiglu",
      activation: "silu",
      qkv_bias: false,
      final_norm: "norm",
      pretext_token: false,
    };
    const json = { ...tinyManifest, architecture: { ...tinyManifest.architecture, ...varied } };
    expect(parseManifest(JSON.stringify(json), "m").architecture).toMatchObject({
      registers: 4,
      prefixTokens: 5,
      positions: "class",
      layerScale: true,
      ffn: "swiglu",
      activation: "silu",
      qkvBias: false,
      finalNorm: "norm",
      pretextToken: false,
    });
    expect(parseManifest(JSON.stringify(tinyManifest), "m").architecture).not.toHaveProperty("registers");
    const wrong = { ...varied, ffn: "moe", layer_scale: 1, registers: -1 };
    const bad = { ...json, architecture: { ...json.architecture, ...wrong } };
    for (const problem of [/ffn/, /layer_scale/, /registers/]) {
      expect(() => parseManifest(JSON.stringify(bad), "m")).toThrow(problem);
    }
  });

  test("with several problems names all of them", () => {
    const bad = {
      ...tinyManifest,
      spacing_um_px: "0.5",
      architecture: { ...tinyManifest.architecture, width: 50, readout: "max" },
      files: { ...tinyManifest.files, weights: { path: "../secret", sha256: "xyz", bytes: 1 } },
    };
    const read = (): unknown => parseManifest(JSON.stringify(bad), "m");
    for (const problem of [/spacing_um_px must be a number/, /width must be a multiple/, /readout/, /path/, /sha256/]) {
      expect(read).toThrow(problem);
    }
  });

  test("that is not JSON, or JSON of something else, is refused", () => {
    expect(() => parseManifest("<html>", "m")).toThrow(/not JSON/);
    expect(() => parseManifest("null", "m")).toThrow(/manifest must be an object/);
    expect(() => parseManifest("[1]", "m")).toThrow(/format/);
  });
});

test("the version in files is the version of the package", () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
  expect(appVersion).toBe(version);
});
