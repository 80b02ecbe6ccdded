// Clicks and tunings on WebGPU with every GPU buffer counted: what is alive in between. Knows nothing of the app.
import { parsePromptSet } from "../../../src/domain/prompt-set-file.ts";
import { createEngine } from "../../../src/engine/service.ts";
import { createRuntimes } from "../../../src/platform/worker/ort-runtime.ts";
import { patchAt, placeOf, textureSlide } from "../../support/texture-slide.ts";
import { tuneParams } from "../../support/tiny-labels.ts";
import { folderFetch, tinyModel, tinySource } from "../../support/tiny-model.ts";

/** Buffers made and not destroyed. */
const live = new Map<GPUBuffer, number>();

const { createBuffer } = GPUDevice.prototype;
GPUDevice.prototype.createBuffer = function (descriptor) {
  const buffer = createBuffer.call(this, descriptor);
  live.set(buffer, descriptor.size);
  return buffer;
};
const { destroy } = GPUBuffer.prototype;
GPUBuffer.prototype.destroy = function () {
  live.delete(this);
  return destroy.call(this);
};

const liveBytes = (): number => [...live.values()].reduce((sum, size) => sum + size, 0);

export type MemoryReport = Readonly<{
  provider: string;
  /** Live bytes: after a first tuning of each kind and some clicks, after many more clicks, after more tunings, when all is let go of. */
  bytes: Readonly<{ first: number; clicked: number; tuned: number; released: number }>;
  runs: number;
  /** Prompts of a tuning in whole batches and of one in parts. */
  prompts: Readonly<{ whole: readonly number[]; parts: readonly number[] }>;
}>;

/** Clicks are on places nobody asked about: two runs each. A pair of tunings is one in whole batches and one in parts. */
async function watchMemory(clicks: number, pairs: number): Promise<MemoryReport> {
  const engine = createEngine({
    runtimes: createRuntimes(),
    stash: (parts) => new Blob([...parts]),
    slides: textureSlide(),
    fetchBytes: folderFetch(tinyModel()).fetchBytes,
    now: () => performance.now(),
    appVersion: "0.1.0",
  });
  const { provider } = await engine.load({ source: tinySource, prefer: "webgpu" });
  const params = tuneParams(2, 2, { epochs: 2 });
  const tune = async (halvings: number) => {
    const { summary, bytes } = await engine.tune({ ...params, halvings });
    return { id: summary.id, prompts: [...parsePromptSet(bytes).prompts] };
  };
  let places = 0;
  const whole = await tune(0);
  const parts = await tune(1);
  const click = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      const patch = patchAt(placeOf(places % 3, 100 + places));
      places++;
      const answer = await engine.classify({ patch, scorer: { kind: "prompt-set", id: whole.id } });
      if (answer.kind !== "scored") throw new Error("a place without scores");
    }
  };
  await engine.removePromptSet({ id: parts.id });
  await click(5);
  const first = liveBytes();
  await click(clicks);
  const clicked = liveBytes();
  for (let pair = 0; pair < pairs; pair++) {
    for (const halvings of [0, 1]) await engine.removePromptSet({ id: (await tune(halvings)).id });
  }
  const tuned = liveBytes();
  await engine.release();
  return {
    provider: provider.kind,
    bytes: { first, clicked, tuned, released: liveBytes() },
    runs: 2 * places,
    prompts: { whole: whole.prompts, parts: parts.prompts },
  };
}

declare global {
  interface Window {
    watchMemory: typeof watchMemory;
  }
}
window.watchMemory = watchMemory;
