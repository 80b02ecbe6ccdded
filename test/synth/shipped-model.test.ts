// The model folder the app ships: loads whole, computes what PyTorch computed, and its prompt sets fit the embedded slide.
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { assert } from "../../src/base/fault.ts";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { assertFits } from "../../src/engine/fits-backbone.ts";
import { loadModel } from "../../src/engine/load-model.ts";
import { preprocess } from "../../src/engine/preprocess.ts";
import { outputOf } from "../../src/engine/runtime.ts";
import { readModelFile } from "../../src/platform/node/fetch-files.ts";
import { openNodeRuntime } from "../../src/platform/node/ort-runtime.ts";
import { createNodeSlideService } from "../../src/platform/node/slide-service.ts";

const root = join(import.meta.dirname, "../..");
const load = () =>
  loadModel(join(root, "models/pathotune-tiny/manifest.json"), readModelFile, new AbortController().signal, () => {});

test("the shipped weights stay below 12 MB and the golden patch gives PyTorch's features", {
  timeout: 60_000,
}, async () => {
  const { model, backbone, reference } = await load();
  expect(statSync(join(root, "models/pathotune-tiny/weights.safetensors")).size).toBeLessThan(12_000_000);
  assert(reference.kind === "stored", "a model folder has a golden patch");
  const { golden } = reference;
  const { graph, weights } = backbone;
  const program = await openNodeRuntime().compile(graph, weights, { name: "features" });
  const pixels = preprocess([golden.pixels], model.patchPixels, model.normalisation);
  const features = outputOf(await program.run({ pixels }), "features").data;
  let error = 0;
  let size = 0;
  golden.features.forEach((value, i) => {
    error += (value - features[i]!) ** 2;
    size += value ** 2;
  });
  expect(Math.sqrt(error / size)).toBeLessThan(1e-5);
  await program.release();
});

test("every shipped prompt set fits the model, says it is synthetic, and is bound to the embedded slide", async () => {
  const loaded = await load();
  const slides = createNodeSlideService();
  const slide = await slides.open({ source: { kind: "url", url: join(root, "public/slides/synthetic-he.tif") } });
  for (const bytes of loaded.promptSets) {
    const set = parsePromptSet(bytes);
    assertFits(set, loaded.model, loaded.digest, loaded.computation);
    expect(set.metadata.synthetic).toBe(true);
    expect(set.metadata.onlyOn).toBe(slide.id);
  }
});
