// A whole tuning with the browser's own runtimes on a tiny model: load, gates, tune, swap. Knows nothing of the app.
import { parsePromptSet } from "../../../src/domain/prompt-set-file.ts";
import { createMemoryGateStore, type GateStore } from "../../../src/engine/gates/kept-gates.ts";
import { createEngine, type Engine, type EngineDeps } from "../../../src/engine/service.ts";
import { createRuntimes } from "../../../src/platform/worker/ort-runtime.ts";
import { patchAt, placeOf, textureSlide } from "../../support/texture-slide.ts";
import { tuneParams } from "../../support/tiny-labels.ts";
import { folderFetch, type ModelFolder, tinyModel, tinySource } from "../../support/tiny-model.ts";

const folder = tinyModel();

const engineOn = (model: ModelFolder, more: Partial<EngineDeps> = {}): Engine =>
  createEngine({
    runtimes: createRuntimes(),
    stash: (parts) => new Blob([...parts]),
    slides: textureSlide(),
    fetchBytes: folderFetch(model).fetchBytes,
    now: () => performance.now(),
    appVersion: "0.1.0",
    ...more,
  });

async function tuneOn(prefer: "auto" | "webgpu" | "wasm") {
  const engine = engineOn(folder);
  const status = await engine.load({ source: tinySource, prefer });
  const losses: number[] = [];
  const result = await engine.tune(tuneParams(2, 2, { epochs: 3 }), {
    onProgress: (event) => event.type === "loss" && event.point.fold === 0 && losses.push(event.point.loss),
  });
  const patch = patchAt(placeOf(1, 40));
  const answer = await engine.classify({ patch, scorer: { kind: "prompt-set", id: result.summary.id } });
  const compiled = engine.compiled();
  const { prompts } = parsePromptSet(result.bytes);
  await engine.release();
  return {
    provider: status.provider,
    gates: status.gates,
    losses,
    ended: result.ended,
    compiled,
    scores: answer.kind === "scored" ? answer.scores.map((score) => score.score) : [],
    prompts: [...prompts],
  };
}

/** Prompts learned without labels from some textures, and features under them. */
async function learnOn(prefer: "webgpu" | "wasm") {
  const engine = engineOn(folder);
  const { provider } = await engine.load({ source: tinySource, prefer });
  const patches = Array.from({ length: 6 }, (_, i) => patchAt(placeOf(i % 3, Math.floor(i / 3))));
  const settings = {
    blocks: 2,
    tokensPerBlock: 3,
    epochs: 2,
    batch: 6,
    learningRate: 0.006,
    temperature: 0.2,
    seed: 1,
  };
  const learned = await engine.warmStart({ patches, settings });
  const { features } = await engine.embed({ patches: patches.slice(0, 2), views: 2, prompts: learned });
  await engine.release();
  return { kind: provider.kind, losses: learned.losses, prompts: [...learned.values], features: [...features] };
}

/** Loads a model whose layer norms are given rows far from zero; `unaware`: as a device that never looked at them would. */
async function loadFarFromZero(offset: number, unaware: boolean) {
  const far = tinyModel({ offset });
  const gates = createMemoryGateStore();
  const forgetting: GateStore = {
    get: async (key) => {
      const kept = await gates.get(key);
      return unaware ? { version: 2, gates: [], centred: [], features: [0], from: "here" } : kept;
    },
    put: gates.put,
  };
  const engine = engineOn(far, { gates: forgetting });
  try {
    const status = await engine.load({ source: tinySource, prefer: "webgpu" });
    return { gates: status.gates, refused: null };
  } catch (error) {
    return { gates: [], refused: error instanceof Error ? error.message : String(error) };
  } finally {
    await engine.release();
  }
}

Object.assign(window, { tuneOn, learnOn, loadFarFromZero });
