// The model folder the app ships: loads whole, computes what PyTorch computed, and its prompt sets fit the embedded slide.
import { join } from "node:path";
import { expect, test } from "vitest";
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
  const model = await load();
  expect(model.manifest.weights.bytes).toBeLessThan(12_000_000);
  const { graph, weights } = model.backbone;
  const program = await openNodeRuntime().compile(graph, weights, { name: "features" });
  const pixels = preprocess([model.golden.pixels], model.manifest.patchPixels, model.manifest.normalisation);
  const features = outputOf(await program.run({ pixels }), "features").data;
  let error = 0;
  let size = 0;
  model.golden.features.forEach((value, i) => {
    error += (value - features[i]!) ** 2;
    size += value ** 2;
  });
  expect(Math.sqrt(error / size)).toBeLessThan(1e-5);
  await program.release();
});

test("every shipped prompt set fits the model, says it is synthetic, and is bound to the embedded slide", async () => {
  const model = await load();
  const slides = createNodeSlideService();
  const slide = await slides.open({ source: { kind: "url", url: join(root, "public/slides/synthetic-he.tif") } });
  for (const bytes of model.promptSets) {
    const set = parsePromptSet(bytes);
    assertFits(set, model.manifest, model.digest);
    expect(set.metadata.synthetic).toBe(true);
    expect(set.metadata.onlyOn).toBe(slide.id);
  }
});
