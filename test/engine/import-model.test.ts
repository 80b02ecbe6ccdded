// Files that people bring, through the engine: what is asked, what is refused and why, and that the answers are those of the file.
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import type { ImportFacts } from "../../src/domain/model-import.ts";
import { serializeSafetensors, type TensorToWrite } from "../../src/domain/safetensors.ts";
import { createMemoryGateStore } from "../../src/engine/gates/kept-gates.ts";
import { createBuilder } from "../../src/graph/builder.ts";
import { elementCount, type Initializer } from "../../src/graph/ir.ts";
import { serializeOnnx } from "../../src/graph/onnx/serialize.ts";
import { prune } from "../../src/graph/prune.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import type { GivenFile } from "../../src/protocol/engine-api.ts";
import { loadVariant } from "../graph/checkpoint-fixture.ts";
import { bytesOf, optionsOf, variants } from "../graph/vit-corpus-fixture.ts";
import { tinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { tinyArchitecture, tinyModel } from "../support/tiny-model.ts";

const given = (path: string, bytes: Uint8Array): GivenFile => ({
  path,
  file: new File([new Uint8Array(bytes)], path.slice(path.lastIndexOf("/") + 1)),
});
const text = (path: string, value: unknown): GivenFile => given(path, new TextEncoder().encode(JSON.stringify(value)));
const engine = () => tinyEngine(tinyModel()).engine;

const stated: ImportFacts = {
  name: "Mine",
  normalisation: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  mpp: 0.5,
  licence: { id: "test", text: "random numbers", source: "a generator" },
};

/** The files of a corpus variant, in a folder as a hub serves them. */
function filesOf(name: string): readonly GivenFile[] {
  const { files } = optionsOf(name);
  const side = [...(files ?? [])].map(([path, bytes]) => given(`folder/onnx/${path}`, bytes));
  return [given(`folder/onnx/${name}.onnx`, bytesOf(`${name}.onnx`)), ...side];
}

/** Tensors of a checkpoint of test/fixtures/vit-safetensors, without what PyTorch computed with it. */
const tensorsOf = (name: string): TensorToWrite[] =>
  [...loadVariant(name).container.values()].map(({ name: key, dtype, shape, bytes }) => ({
    name: key,
    dtype,
    shape,
    data: new Uint8Array(bytes),
  }));
const checkpoint = (name: string): GivenFile => given(`${name}.safetensors`, serializeSafetensors(tensorsOf(name), {}));

describe("an ONNX file as people export it", () => {
  test.each(variants)(
    "%s: is asked about, loads, and gives on this device what the file itself gives",
    async (name) => {
      const { imagePixels, readout } = optionsOf(name);
      const files = filesOf(name);
      const first = await engine().inspectModel({ files, facts: {} });
      expect(first.refusal).toBeNull();
      expect(first.missing).toEqual(expect.arrayContaining(["normalisation", "mpp", "licence"]));
      expect(first.missing.includes("imagePixels")).toBe(imagePixels !== undefined);
      const facts: ImportFacts = {
        ...stated,
        ...(imagePixels ? { imagePixels } : {}),
        ...(readout ? { readout: readout.kind } : {}),
      };
      const second = await engine().inspectModel({ files, facts });
      const output = second.missing.includes("output")
        ? second.outputs.find((one) => one.kind === (readout ? "tokens" : "features"))?.name
        : undefined;
      const answered = { ...facts, ...(output ? { output } : {}) };
      const third = await engine().inspectModel({ files, facts: answered });
      expect(third).toMatchObject({ missing: [], refusal: null, container: "onnx", name });
      expect(third.facts).toMatchObject({ depth: 3, width: 24, heads: 6 });

      const status = await engine().load({ source: { kind: "files", files, facts: answered }, prefer: "auto" });
      const golden = status.gates.find((gate) => gate.name === "golden-patch");
      if (name === "half-graph-legacy20") {
        // Mixes fp16 and fp32 in a way onnxruntime refuses: nothing but this program can run it, and that is said.
        expect(golden).toBeUndefined();
        expect(status.notes.join()).toMatch(/Nothing outside this program.*does not match expected type/);
        return;
      }
      expect(status.notes).toEqual([]);
      expect(golden?.words).toMatch(/itself, run as it came/);
      expect(golden?.error).toBeLessThan(1e-4);
      expect(status.model).toMatchObject({ name: "Mine", origin: "imported", licence: stated.licence, mpp: 0.5 });
      expect(status.tunable).toEqual({ blocks: 3, why: null });
    },
  );
});

test("a file that nothing else can run never counts as confirmed, also not at the next visit", async () => {
  const gates = createMemoryGateStore();
  const source = { kind: "files", files: filesOf("half-graph-legacy20"), facts: stated } as const;
  const visit = () =>
    tinyEngine(tinyModel(), (runtime) => runtime, undefined, gates).engine.load({ source, prefer: "auto" });
  expect((await visit()).notes.join()).toMatch(/Nothing outside this program/);
  const again = await visit();
  expect(again.notes.join()).toMatch(/Nothing outside this program/);
  expect(again.gates.find(({ name }) => name === "golden-patch")?.words).toMatch(/first loaded here/);
});

test("a class token that does not lie before the patches is not read", async () => {
  // Two tokens before the patches, and all tokens as the output: which is the class token is asked.
  const shape = { ...tinyArchitecture, prefixTokens: 2, pretextToken: true } as const;
  const graph = buildVit(shape);
  const tokens = present(analyseVit(graph).streams.at(-1), "the last tokens");
  const initializers = graph.initializers.map((entry): Initializer => {
    const values = Float32Array.from({ length: elementCount(entry.shape) }, (_, i) => Math.sin(i));
    return entry.source.kind === "inline" ? entry : { ...entry, source: { kind: "inline", values } };
  });
  const output = { name: tokens, dtype: "float32", shape: ["B", 18, shape.width] } as const;
  const files = [given("tokens.onnx", serializeOnnx(prune({ ...graph, initializers, outputs: [output] })))];
  const ask = (classToken?: number) =>
    engine().inspectModel({
      files,
      facts: { ...stated, readout: "cls", ...(classToken === undefined ? {} : { classToken }) },
    });
  expect((await ask()).missing).toEqual(["classToken"]);
  expect(await ask(1)).toMatchObject({ missing: [], refusal: null });
  expect((await ask(2)).refusal).toMatch(/cannot be token 2: only 2 come before/);
});

test("of a larger model's configurations only the one beside the network, or one folder up, is believed", async () => {
  const config = (image: number) => ({ model_type: "vit", image_size: image });
  const ask = async (extra: readonly GivenFile[]) =>
    (await engine().inspectModel({ files: [...filesOf("hf-dinov2-hub-legacy12"), ...extra], facts: {} })).missing;
  expect(await ask([text("folder/text_encoder/config.json", config(42))])).toContain("imagePixels");
  expect(await ask([text("folder/config.json", config(42))])).not.toContain("imagePixels");
  const both = [text("folder/text_encoder/config.json", config(7)), text("folder/config.json", config(42))];
  expect(await ask(both)).not.toContain("imagePixels");
});

test("a tuning of an imported backbone runs through and answers", async () => {
  const { engine: own } = tinyEngine(tinyModel());
  const files = filesOf("timm-p8-cls-dynamo18");
  const { model } = await own.load({ source: { kind: "files", files, facts: stated }, prefer: "auto" });
  expect(model.patchPixels).toBe(32);
  const params = tuneParams(2, 3, { epochs: 2 });
  const tuned = await own.tune(params);
  expect(tuned.ended).toBe("complete");
  const patch = present(params.examples[0], "an example").patch;
  const answer = await own.classify({ patch, scorer: { kind: "prompt-set", id: tuned.summary.id } });
  expect(answer).toMatchObject({ kind: "scored", scores: [{}, {}] });
  // The set is bound to this backbone.
  await own.load({
    source: { kind: "files", files: filesOf("hf-vit-p8-cls-legacy13"), facts: stated },
    prefer: "auto",
  });
  await expect(own.addPromptSet({ bytes: tuned.bytes })).rejects.toMatchObject({ kind: "bad-prompt-set" });
});

describe("a safetensors checkpoint", () => {
  const config = {
    architecture: "vit_tiny_patch8_32",
    num_features: 24,
    global_pool: "token",
    model_args: { num_heads: 6 },
    pretrained_cfg: { mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] },
  };

  test("alone: what its tensors cannot say is asked, then it loads, and it is said that nothing confirms it", async () => {
    const files = [checkpoint("timm-plain")];
    const asked = await engine().inspectModel({ files, facts: {} });
    expect(asked).toMatchObject({ container: "safetensors", name: "timm-plain", refusal: null, normalisation: null });
    expect([...asked.missing].toSorted()).toEqual(
      ["activation", "heads", "layerNormEps", "licence", "mpp", "normalisation", "readout"].toSorted(),
    );
    expect(asked.facts.heads).toBeUndefined();
    const facts: ImportFacts = { ...stated, heads: 3, layerNormEps: 1e-6, readout: "cls", activation: "gelu" };
    const complete = await engine().inspectModel({ files, facts });
    expect(complete).toMatchObject({ missing: [], refusal: null });
    const status = await engine().load({ source: { kind: "files", files, facts }, prefer: "auto" });
    expect(status.gates.map(({ name }) => name)).toEqual(["batch"]);
    expect(status.notes.join()).toMatch(/Nothing outside this program/);
  });

  test("beside its configuration: what that states is not asked again", async () => {
    const files = [checkpoint("timm-plain"), text("config.json", config)];
    const asked = await engine().inspectModel({ files, facts: {} });
    expect(asked.normalisation).toEqual({ mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] });
    expect(asked.missing).not.toContain("normalisation");
    expect(asked.missing).not.toContain("readout");
  });

  test("on a second visit is held against what was computed at the first", async () => {
    const gates = createMemoryGateStore();
    const facts: ImportFacts = { ...stated, heads: 3, layerNormEps: 1e-6, readout: "cls", activation: "gelu" };
    const source = { kind: "files", files: [checkpoint("timm-plain")], facts } as const;
    const visit = () =>
      tinyEngine(tinyModel(), (runtime) => runtime, undefined, gates).engine.load({ source, prefer: "auto" });
    await visit();
    const again = await visit();
    expect(again.gates.map(({ name, passed }) => [name, passed])).toEqual([
      ["golden-patch", true],
      ["batch", true],
    ]);
    expect(again.gates[0]?.words).toMatch(/first loaded here/);
  });

  test("of several networks asks which, and names how the keys of each begin", async () => {
    const twice = ["student.", "teacher."].flatMap((prefix) =>
      tensorsOf("timm-plain").map((tensor) => ({ ...tensor, name: prefix + tensor.name })),
    );
    const files = [given("both.safetensors", serializeSafetensors(twice, {}))];
    const asked = await engine().inspectModel({ files, facts: {} });
    expect(asked.missing).toContain("prefix");
    expect([...(asked.prefixes ?? [])].toSorted()).toEqual(["student.model.", "teacher.model."]);
    const chosen = await engine().inspectModel({ files, facts: { prefix: "teacher.model." } });
    expect(chosen).toMatchObject({ refusal: null, facts: { depth: 2 } });
    expect(chosen.missing).not.toContain("prefix");
  });

  test("in several files is one network; the same tensor twice is refused", async () => {
    const tensors = tensorsOf("timm-plain");
    const half = Math.floor(tensors.length / 2);
    const part = (n: number, of: typeof tensors): GivenFile =>
      given(`model-0000${n}-of-00002.safetensors`, serializeSafetensors(of, {}));
    const both = [part(1, tensors.slice(0, half)), part(2, tensors.slice(half))];
    const asked = await engine().inspectModel({ files: both, facts: {} });
    expect(asked).toMatchObject({ name: "model", refusal: null, facts: { depth: 2 } });
    const twice = [part(1, tensors.slice(0, half + 1)), part(2, tensors.slice(half))];
    await expect(engine().inspectModel({ files: twice, facts: {} })).rejects.toMatchObject({ kind: "bad-model" });
  });
});

describe("files that are no backbone are refused in words", () => {
  const inspect = (files: readonly GivenFile[]) => engine().inspectModel({ files, facts: {} });

  test("no network, several networks, a PyTorch file", async () => {
    await expect(inspect([text("config.json", {})])).rejects.toThrow(/give an .onnx or a .safetensors file/);
    const two = [given("a.onnx", new Uint8Array(4)), given("b.onnx", new Uint8Array(4))];
    await expect(inspect(two)).rejects.toThrow(/several ONNX files \(a.onnx, b.onnx\)/);
    await expect(inspect([given("uni.pth", new Uint8Array(4))])).rejects.toThrow(/can hold programs.*safetensors/s);
  });

  test("cut off, or with external data that is missing or another's", async () => {
    const [main, side] = filesOf("timm-p16-swiglu-legacy16");
    const bytes = bytesOf("timm-p16-swiglu-legacy16.onnx");
    await expect(inspect([given("cut.onnx", bytes.subarray(0, bytes.length / 2))])).rejects.toMatchObject({
      kind: "damaged",
    });
    await expect(inspect([present(main, "the graph")])).rejects.toThrow(
      /timm-p16-swiglu-legacy16.onnx_data.*not given/,
    );
    const shorter = given(present(side, "its data").path, new Uint8Array(100));
    await expect(inspect([present(main, "the graph"), shorter])).rejects.toThrow(/another model's/);
    const half = serializeSafetensors(tensorsOf("timm-plain"), {}).subarray(0, 3000);
    await expect(inspect([given("half.safetensors", half)])).rejects.toMatchObject({ kind: "damaged" });
  });

  test("a graph that is no vision transformer, and a checkpoint of another network, are refusals that name what is wrong", async () => {
    const b = createBuilder();
    const image = b.input("image", "float32", ["B", 3, 8, 8]);
    const features = b.op("Reshape", [b.op("Tanh", [image]), b.vector([-1, 192])]);
    const onnx = serializeOnnx(b.finish({ features }));
    const seen = await inspect([given("tanh.onnx", onnx)]);
    expect(seen.refusal).toMatch(/no residual stream/);
    await expect(
      engine().load({ source: { kind: "files", files: [given("tanh.onnx", onnx)], facts: stated }, prefer: "auto" }),
    ).rejects.toThrow(/no residual stream/);
    const other = serializeSafetensors(
      [{ name: "conv1.weight", dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }],
      {},
    );
    expect((await inspect([given("resnet.safetensors", other)])).refusal).toMatch(
      /no vision transformer with the keys.*conv1.weight/s,
    );
  });

  test("loaded before everything is answered, it says what is missing", async () => {
    const { mpp: _mpp, ...unscaled } = stated;
    const source = { kind: "files", files: filesOf("timm-p8-cls-dynamo18"), facts: unscaled } as const;
    await expect(engine().load({ source, prefer: "auto" })).rejects.toMatchObject({ detail: { missing: ["mpp"] } });
  });
});
