// Where the model looked, asked of the real engine: the numbers of the float64 evaluator, nothing compiled for clicks, clicks first.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PromptSetId } from "../../src/base/brand.ts";
import { mpp } from "../../src/base/brand.ts";
import { present } from "../../src/base/fault.ts";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { sharesOf } from "../../src/engine/attention.ts";
import { preprocess } from "../../src/engine/preprocess.ts";
import { feedsOf, promptsOfSet } from "../../src/engine/prompted.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { baseGraph } from "../../src/graph/vit/cut.ts";
import { attentionGraph, findReadOutAttention } from "../../src/graph/vit/read-out-attention.ts";
import type { TuneResult } from "../../src/protocol/engine-api.ts";
import { patchAt, placeOf } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine, tinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { texture, tinyArchitecture, tinyModel, tinySource, tinyTensors } from "../support/tiny-model.ts";

let tiny: TinyEngine;
let tuned: TuneResult;
beforeAll(async () => {
  tiny = await loadedEngine(tinyModel());
  tuned = await tiny.engine.tune(tuneParams(2, 3, { epochs: 2 }, { estimate: false, trainAnyway: true }));
}, 120_000);
afterAll(() => tiny.engine.release());

const place = placeOf(1, 40);
const patch = patchAt(place);

/** A set with prompts: the chosen one, or the one that was passed over. */
const withPrompts = () => (tuned.passedOver ?? tuned).summary.id;

function expected(bytes: Uint8Array | null) {
  const graph = buildVit(tinyArchitecture);
  const structure = analyseVit(graph);
  const weights = new Map(tinyTensors(1).map(({ name, data }) => [name, data]));
  const read = (key: string): Float32Array => present(weights.get(key), key);
  const seen = texture(100 + place.x, 1, 32);
  const { dims, data } = preprocess([seen], 32, { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
  const prompts = bytes && promptsOfSet(parsePromptSet(bytes));
  const cut = prompts?.firstBlock ?? 0;
  const { tokens } = evaluate(baseGraph(graph, structure, cut), { pixels: tensorOf(dims, data) }, read);
  const feeds = Object.entries(prompts ? feedsOf(prompts) : {}).map(([name, value]) => [
    name,
    tensorOf(value.dims, value.data),
  ]);
  const reading = findReadOutAttention(graph, structure);
  const made = attentionGraph(graph, structure, reading, cut, { visual: prompts !== null });
  return present(
    evaluate(made, { tokens: present(tokens, "tokens"), ...Object.fromEntries(feeds) }, read).attention,
    "row",
  ).data;
}

describe("the attention of a patch", () => {
  test("without prompts is shared out among the class token and the patches", async () => {
    const { reads, side, patches, itself, others, prompts } = await tiny.engine.attention({ patch, set: null });
    expect({ reads, side, others, prompts }).toEqual({ reads: "class", side: 4, others: 0, prompts: 0 });
    const wanted = expected(null);
    [itself ?? Number.NaN, ...patches].forEach((share, i) => {
      expect(Math.abs(share - wanted[i]!)).toBeLessThan(1e-5);
    });
  });

  test("under a set goes to its prompts, too, and is another", async () => {
    const id = withPrompts();
    const { patches, itself, prompts } = await tiny.engine.attention({ patch, set: id });
    const wanted = expected((tuned.passedOver ?? tuned).bytes);
    expect(wanted).toHaveLength(17 + 3);
    [itself ?? Number.NaN, ...patches].forEach((share, i) => {
      expect(Math.abs(share - wanted[i]!)).toBeLessThan(1e-5);
    });
    expect(prompts).toBeGreaterThan(0.01);
    expect(Math.abs(prompts - wanted.slice(17).reduce((a, b) => a + b, 0))).toBeLessThan(1e-5);
    const frozen = await tiny.engine.attention({ patch, set: null });
    expect(frozen.patches).not.toEqual(patches);
  });

  test("is asked by a graph of its own: a click compiles nothing for it, and nothing of it stays", async () => {
    let [open, most] = [0, 0];
    const counted = tinyEngine(tinyModel(), (runtime) => ({
      ...runtime,
      async compile(graph, weights, options) {
        const program = await runtime.compile(graph, weights, options);
        expect(graph.outputs.map(({ name }) => name).includes("attention")).toBe(options.name.startsWith("attention"));
        most = Math.max(most, ++open);
        const release = (): Promise<void> => {
          open--;
          return program.release();
        };
        return { ...program, release };
      },
    }));
    await counted.engine.load({ source: tinySource, prefer: "auto" });
    await counted.engine.classify({ patch, scorer: { kind: "similar" } });
    const [compiled, before] = [counted.engine.compiled(), open];
    await counted.engine.attention({ patch, set: null });
    expect(counted.engine.compiled()).toBe(compiled + 1);
    expect({ open, most }).toEqual({ open: before, most: before + 1 });
    await counted.engine.classify({ patch: patchAt(placeOf(0, 41)), scorer: { kind: "similar" } });
    expect(counted.engine.compiled()).toBe(compiled + 1);
    await counted.engine.release();
  });

  test("lets clicks pass that were asked later", async () => {
    const order: string[] = [];
    const scorer = { kind: "prompt-set", id: withPrompts() } as const;
    const looks = Array.from({ length: 6 }, async (_, i) => {
      await tiny.engine.attention({ patch: patchAt(placeOf(0, 60 + i)), set: null });
      order.push("attention");
    });
    const click = tiny.engine.classify({ patch: patchAt(placeOf(0, 43)), scorer }).then(() => order.push("click"));
    await Promise.all([...looks, click]);
    // A click is two runs here, and each waits for the one that is running at most.
    expect(order.indexOf("click")).toBeLessThan(3);
    expect(order).toHaveLength(7);
  });

  test("can be called off, and the next one is answered", async () => {
    const controller = new AbortController();
    const called = tiny.engine.attention({ patch: patchAt(placeOf(0, 44)), set: null }, { signal: controller.signal });
    controller.abort();
    await expect(called).rejects.toMatchObject({ name: "AbortError" });
    await expect(tiny.engine.attention({ patch, set: null })).resolves.toMatchObject({ side: 4 });
  });

  test("is refused for a set that is not there and for patches of another size", async () => {
    await expect(tiny.engine.attention({ patch, set: "none" as PromptSetId })).rejects.toMatchObject({
      kind: "bad-prompt-set",
    });
    const large = { ...patch, spec: { ...patch.spec, mpp: mpp(3) } };
    await expect(tiny.engine.attention({ patch: large, set: null })).rejects.toMatchObject({ kind: "invalid" });
  });
});

test("a row's shares are told apart: the token that looks, others before the patches, patches, prompts", () => {
  const row = Float32Array.of(1, 2, 4, 8, 16, 32, 64, 128, 256);
  const found = { prefix: 3, side: 2, rows: { start: 0, end: 1 } };
  expect(sharesOf(row, { ...found, reads: "class-and-mean" })).toEqual({
    reads: "class-and-mean",
    side: 2,
    patches: [8, 16, 32, 64],
    itself: 1,
    others: 6,
    prompts: 384,
  });
  const mean = sharesOf(row, { ...found, rows: { start: 3, end: 7 }, reads: "mean" });
  expect(mean).toMatchObject({ itself: null, others: 7, prompts: 384 });
});
