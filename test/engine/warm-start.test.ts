// Prompts learned without labels, on the small backbone: the loss falls, the same patches give the same prompts, features change under
// them, and what cannot be learned from is refused.
import { expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import type { WarmStartSettings } from "../../src/protocol/warm-start-api.ts";
import { patchAt, placeOf } from "../support/texture-slide.ts";
import { loadedEngine } from "../support/tiny-engine.ts";
import { tinyModel } from "../support/tiny-model.ts";

const settings: WarmStartSettings = {
  blocks: 2,
  tokensPerBlock: 3,
  epochs: 4,
  batch: 8,
  learningRate: 0.006,
  temperature: 0.2,
  seed: 1,
};
const patches = Array.from({ length: 24 }, (_, i) => patchAt(placeOf(i % 3, Math.floor(i / 3))));

test("the loss falls, and the same patches and seed give the same prompts", async () => {
  const { engine } = await loadedEngine(tinyModel());
  const told: number[] = [];
  const made = await engine.warmStart(
    { patches, settings },
    { onProgress: ({ done, total }) => told.push(done / total) },
  );
  const [first, last] = [present(made.losses[0], "a loss"), present(made.losses.at(-1), "a loss")];
  expect(last).toBeLessThan(first);
  expect(told.at(-1)).toBe(1);
  const again = await engine.warmStart({ patches, settings });
  expect(again.values).toEqual(made.values);
  const other = await engine.warmStart({ patches, settings: { ...settings, seed: 2 } });
  expect(other.values).not.toEqual(made.values);

  const some = patches.slice(0, 2);
  const plain = await engine.embed({ patches: some, views: 2, prompts: null });
  const under = await engine.embed({ patches: some, views: 2, prompts: made });
  expect(under.features).toHaveLength(plain.features.length);
  expect(under.features).not.toEqual(plain.features);
  await engine.release();
});

test("a request that cannot be met names every problem, and one that is cancelled ends", async () => {
  const { engine } = await loadedEngine(tinyModel());
  await expect(
    engine.warmStart({ patches: patches.slice(0, 1), settings: { ...settings, blocks: 99, batch: 1 } }),
  ).rejects.toMatchObject({
    kind: "invalid",
    message: expect.stringMatching(/blocks must be.*two patches.*2 to 2048/),
  });
  const stop = new AbortController();
  const running = engine.warmStart({ patches, settings }, { signal: stop.signal, onProgress: () => stop.abort() });
  await expect(running).rejects.toMatchObject({ name: "AbortError" });
  // Nothing is left running: the next one starts.
  await expect(engine.warmStart({ patches, settings: { ...settings, epochs: 1 } })).resolves.toMatchObject({
    firstBlock: 1,
  });
  await engine.release();
});
