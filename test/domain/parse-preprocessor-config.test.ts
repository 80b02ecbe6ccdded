// preprocessor_config.json as published (Hugging Face ViT, hibou, CLIP-like), and as nobody should write it.
import { describe, expect, test } from "vitest";
import { parsePreprocessorConfig } from "../../src/domain/parse-preprocessor-config.ts";

const parse = (value: unknown) => parsePreprocessorConfig(JSON.stringify(value), "preprocessor_config.json");
const stated = { image_mean: [0.7068, 0.5755, 0.722], image_std: [0.195, 0.2316, 0.1816] };

describe("a preprocessor's configuration", () => {
  test("states the normalisation", () => {
    expect(parse({ do_normalize: true, do_rescale: true, rescale_factor: 1 / 255, ...stated })).toEqual({
      mean: [0.7068, 0.5755, 0.722],
      std: [0.195, 0.2316, 0.1816],
    });
    expect(parse(stated)).not.toBeNull();
  });

  test("without normalisation leaves plain pixels", () => {
    expect(parse({ do_normalize: false })).toEqual({ mean: [0, 0, 0], std: [1, 1, 1] });
  });

  test("that says nothing, or scales pixels otherwise, states none: it is asked for", () => {
    expect(parse({ size: 224 })).toBeNull();
    expect(parse({ ...stated, rescale_factor: 1 / 127.5 })).toBeNull();
    expect(parse({ ...stated, do_rescale: false })).toBeNull();
  });

  test("is refused by name where its numbers cannot be used", () => {
    expect(() => parse({ image_mean: [0.5, 0.5], image_std: [0, 1, 1] })).toThrow(/image_mean.*image_std/);
    expect(() => parsePreprocessorConfig("{", "it")).toThrow(/not JSON/);
  });
});
