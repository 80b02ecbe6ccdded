// Published backbones by their real keys (test/fixtures/vit-safetensors/make-layouts.py), and everything that can be wrong with a file.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isFault, present } from "../../src/base/fault.ts";
import { factsOfPreset, type ModelPreset, modelPresets } from "../../src/domain/model-presets.ts";
import { parseModelConfig } from "../../src/domain/parse-model-config.ts";
import { parseSafetensors, type SafeTensors, serializeSafetensors } from "../../src/domain/safetensors.ts";
import { importCheckpoint } from "../../src/engine/import-checkpoint.ts";
import { weightsDigest } from "../../src/engine/weights-digest.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { type CheckpointFacts, readCheckpoint } from "../../src/graph/vit/checkpoint.ts";
import { fullShape, vitTensors } from "../../src/graph/vit/vit-shape.ts";
import { floatsToHalves } from "../../src/math/half.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { loadVariant } from "../graph/checkpoint-fixture.ts";
import { compileWasm } from "../graph/run-wasm.ts";
import { relativeError } from "../graph/vit-fixture.ts";

type Layout = Readonly<{
  depth: number;
  blocksInChunk: number | null;
  tensors: Readonly<Record<string, readonly number[]>>;
}>;
const folder = join(import.meta.dirname, "..", "fixtures", "vit-safetensors");
const layouts: Readonly<Record<string, Layout>> = JSON.parse(readFileSync(join(folder, "layouts.json"), "utf8"));

/** Every key and shape of the published file, blocks written out. */
function keysOf(id: string, depth?: number): ReadonlyMap<string, readonly number[]> {
  const layout = present(layouts[id], id);
  const all = new Map<string, readonly number[]>();
  for (const [key, shape] of Object.entries(layout.tensors)) {
    const blocks = key.includes("#") ? (depth ?? layout.depth) : 1;
    for (let i = 0; i < blocks; i++) {
      const chunk = Math.floor(i / (layout.blocksInChunk ?? 1));
      all.set(key.replace("@", String(chunk)).replace("#", String(i)), shape);
    }
  }
  return all;
}

/** The preset, and its file, with 4 numbers a head, two blocks and an image of 2 x 2 patches; values by chance. */
function shrunk(preset: ModelPreset): Readonly<{ file: SafeTensors; facts: CheckpointFacts }> {
  const { architecture: a } = preset;
  const { width, heads, mlpWidth, patchPixels } = a;
  const larger = preset.positionResample ? 4 : 2;
  const grid = preset.storedImagePixels / patchPixels;
  const small = new Map<number, number>([
    [width, 4 * heads],
    [3 * width, 12 * heads],
    [mlpWidth, 24],
    [2 * mlpWidth, 48],
    [grid * grid, larger * larger],
    [grid * grid + 1, larger * larger + 1],
    [grid * grid + 2, larger * larger + 2],
  ]);
  const random = createRandom(preset.id.length);
  const tensors = [...keysOf(preset.id, 2)].map(([name, shape]) => {
    const dims = shape.map((n) => small.get(n) ?? n);
    const count = dims.reduce((x, y) => x * y, 1);
    const values = Float32Array.from({ length: count }, () => 0.2 * normal(random));
    return { name, dtype: "F16" as const, shape: dims, data: floatsToHalves(values) };
  });
  const facts = { ...factsOfPreset(preset), width: 4 * heads, mlpWidth: 24, depth: 2, imagePixels: 2 * patchPixels };
  return { file: parseSafetensors(serializeSafetensors(tensors, {}), preset.id), facts };
}

function faultOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe.each(modelPresets.map((preset) => [preset.id, preset] as const))("the preset %s", (id, preset) => {
  test("describes the published keys and shapes, all of them", () => {
    const keys = keysOf(id);
    const checkpoint = readCheckpoint(keys, factsOfPreset(preset), id);
    const { kind: _, ...architecture } = preset.architecture;
    expect(checkpoint.layout).toBe(preset.layout);
    expect(fullShape(checkpoint.shape)).toEqual(fullShape(architecture));
    expect(vitTensors(architecture).map(({ key }) => key)).toEqual(checkpoint.origins.map(({ key }) => key));
    const used = checkpoint.origins.flatMap(({ from }) => from);
    expect(new Set([...used, ...checkpoint.ignored.map(({ key }) => key)])).toEqual(new Set(keys.keys()));
    expect(checkpoint.origins.filter(({ resample }) => resample).length).toBe(preset.positionResample ? 1 : 0);
  });

  test("makes a graph of a file of that layout that runs and takes prompts", async () => {
    const { file, facts } = shrunk(preset);
    const { graph, tensors, checkpoint } = importCheckpoint(file, facts, id);
    expect(weightsDigest(checkpoint.shape, tensors)).toMatch(/^[0-9a-f]{64}$/);
    expect(analyseVit(graph).tokens).toBe(4 + preset.architecture.prefixTokens);
    const side = checkpoint.shape.imagePixels;
    const random = createRandom(1);
    const pixels = tensorOf(
      [1, 3, side, side],
      Float64Array.from({ length: 3 * side * side }, () => normal(random)),
    );
    const read = (key: string) => tensors.tensor(key).data;
    const { features } = evaluate(graph, { pixels }, read);
    const program = await compileWasm(graph, read);
    expect(relativeError((await program.run({ pixels })).features!, features!.data)).toBeLessThan(1e-5);
    await program.release();
  });

  test("says where it is from and under which licence, and has a name of its own", () => {
    expect(preset.licence.source).toMatch(/^https:/);
    expect(preset.licence.id).not.toBe("");
    expect(modelPresets.filter((other) => other.id === id || other.name === preset.name)).toHaveLength(1);
  });
});

const tiny = join(
  import.meta.dirname,
  "..",
  "..",
  "..",
  "shared",
  "data",
  "weights",
  "vit_tiny_patch16_224.safetensors",
);
test.skipIf(!existsSync(tiny))(
  "timm's ViT-Tiny, the real file in ../shared/data/weights, has timm's features",
  async () => {
    const config = { architecture: "vit_tiny_patch16_224", num_features: 192, global_pool: "token" };
    const { facts } = parseModelConfig(JSON.stringify(config), "config.json");
    const { graph, tensors, checkpoint } = importCheckpoint(
      parseSafetensors(new Uint8Array(readFileSync(tiny)), "tiny"),
      facts,
      "tiny",
    );
    expect(checkpoint.ignored.map(({ key }) => key).toSorted()).toEqual(["head.bias", "head.weight"]);
    const image = Float64Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i * 0.37) + Math.cos(i * 0.011));
    const program = await compileWasm(graph, (key) => tensors.tensor(key).data);
    const { features } = await program.run({ pixels: tensorOf([1, 3, 224, 224], image) });
    await program.release();
    // forward_head(forward_features(x), pre_logits=True) of timm 1.0.31 in float64.
    const wanted = [4.344681, 1.26821, 2.826648, 2.657002, 4.077316, -10.313451, 1.044445, 0.951595];
    expect(relativeError(features!.subarray(0, 8), wanted)).toBeLessThan(1e-5);
    expect(Math.hypot(...features!)).toBeCloseTo(47.593447, 3);
  },
);

const container = (name: string): SafeTensors => ({ tensors: loadVariant(name).container, metadata: {} });
const shapesOf = (name: string): Map<string, readonly number[]> => new Map(loadVariant(name).shapes);
const factsOf = (name: string): CheckpointFacts => loadVariant(name).facts;

test("the same network has one digest under the keys of each library", () => {
  const { tensors } = container("hf-vit-no-bias");
  const renamed = new Map(
    [...tensors.values()].map((tensor) => [
      `model.vit.${tensor.name}`,
      { ...tensor, name: `model.vit.${tensor.name}` },
    ]),
  );
  const digests = [tensors, renamed].map((one) => {
    const { tensors: read, checkpoint } = importCheckpoint(
      { tensors: one, metadata: {} },
      factsOf("hf-vit-no-bias"),
      "file",
    );
    return weightsDigest(checkpoint.shape, read);
  });
  // Written again under timm's names, from what was imported.
  const { tensors: kept, checkpoint } = importCheckpoint(
    container("hf-vit-no-bias"),
    factsOf("hf-vit-no-bias"),
    "file",
  );
  const timm = checkpoint.origins.map(({ key, shape }) => {
    return { name: key, dtype: "F32" as const, shape, data: kept.tensor(key).data.slice() };
  });
  const again = importCheckpoint(
    parseSafetensors(serializeSafetensors(timm, {}), "timm"),
    { ...factsOf("hf-vit-no-bias") },
    "timm",
  );
  expect(again.checkpoint.layout).toBe("timm");
  digests.push(weightsDigest(again.checkpoint.shape, again.tensors));
  expect(new Set(digests).size).toBe(1);
});

describe("a file is refused", () => {
  test("naming at once every fact that nobody stated", () => {
    const fault = faultOf(() => readCheckpoint(shapesOf("timm-plain"), {}, "mine.safetensors"));
    expect(fault.kind).toBe("bad-model");
    expect(fault.detail.missing).toEqual(["heads", "layerNormEps", "readout", "activation"]);
    expect(fault.message).toContain("mine.safetensors");
    const { shape } = readCheckpoint(
      shapesOf("timm-larger-grid"),
      { ...factsOf("timm-larger-grid"), imagePixels: 56 },
      "",
    );
    expect(shape.imagePixels).toBe(56);
    const { positionResample: _, ...facts } = factsOf("timm-larger-grid");
    expect(faultOf(() => readCheckpoint(shapesOf("timm-larger-grid"), facts, "")).detail.missing).toEqual([
      "positionResample",
    ]);
  });

  test("naming at once all that is unknown, missing, misshapen or contradicted", () => {
    const shapes = shapesOf("hf-dinov2");
    shapes.delete("encoder.layer.1.attention.attention.key.bias");
    shapes.delete("encoder.layer.0.norm2.weight");
    shapes.set("encoder.layer.1.mlp.fc1.weight", [48, 25]);
    shapes.set("rope.freqs", [4]);
    shapes.set("encoder.layer.0.attention.q_norm.weight", [8]);
    const { message, detail } = faultOf(() =>
      readCheckpoint(shapes, { ...factsOf("hf-dinov2"), depth: 12, heads: 5 }, "mine"),
    );
    expect(detail.unknown).toEqual(["rope.freqs", "encoder.layer.0.attention.q_norm.weight"]);
    for (const part of [
      "encoder.layer.1.attention.attention.query.bias",
      "blocks.0.norm2.weight",
      "encoder.layer.1.mlp.fc1.weight is [48, 25], expected [48, 24]",
      "depth is 2 by its tensors, not 12",
      "width 24 is no multiple of 5 heads",
    ]) {
      expect(message).toContain(part);
    }
  });

  test("when it is another kind of network, or several, or none", () => {
    const clip = shapesOf("timm-plain");
    clip.set("model.norm_pre.weight", [24]);
    clip.set("model.blocks.0.attn.relative_position_bias_table", [9, 3]);
    const { detail } = faultOf(() => readCheckpoint(clip, factsOf("timm-plain"), "clip"));
    expect(detail.unknown).toEqual(["model.norm_pre.weight", "model.blocks.0.attn.relative_position_bias_table"]);
    const resnet = new Map([["conv1.weight", [64, 3, 7, 7]]]);
    expect(faultOf(() => readCheckpoint(resnet, {}, "resnet")).message).toContain("conv1.weight");
    expect(faultOf(() => readCheckpoint(new Map(), {}, "empty")).kind).toBe("bad-model");

    const one = shapesOf("timm-fc-norm");
    const two = new Map(
      ["student", "teacher"].flatMap((who) => [...one].map(([key, shape]) => [`${who}.${key}`, shape])),
    );
    expect(faultOf(() => readCheckpoint(two, factsOf("timm-fc-norm"), "dino")).message).toContain(
      '"student." and "teacher."',
    );
    const chosen = readCheckpoint(two, { ...factsOf("timm-fc-norm"), prefix: "teacher." }, "dino");
    expect(chosen.origins.flatMap(({ from }) => from).every((key) => key.startsWith("teacher."))).toBe(true);
    expect(chosen.ignored).toHaveLength(one.size);
  });

  test("when its patch embedding, blocks or positions are hostile", () => {
    const wrong: readonly (readonly [string, readonly number[], RegExp])[] = [
      ["patch_embed.proj.weight", [24, 1, 8, 8], /patch embedding/],
      ["patch_embed.proj.weight", [24], /patch embedding/],
      ["pos_embed", [1, 12, 24], /no square/],
      ["pos_embed", [1], /no square/],
      ["blocks.999999999.norm1.weight", [24], /at most 256/],
      ["blocks.0.mlp.fc2.weight", [24], /MLP/],
      ["blocks.5.norm1.weight", [24], /blocks\.4\.attn\.qkv\.weight/],
    ];
    for (const [key, shape, reason] of wrong) {
      const shapes = shapesOf("timm-fc-norm").set(key, shape);
      expect(faultOf(() => readCheckpoint(shapes, factsOf("timm-fc-norm"), "hostile")).message).toMatch(reason);
    }
  });

  test("when needed tensors are not floats, naming them, and when values are not finite", () => {
    const { tensors } = container("timm-fc-norm");
    const integer = new Map(tensors).set("norm.weight", present(tensors.get("cls_token"), "cls_token"));
    integer.delete("norm.weight");
    const cls = present(tensors.get("cls_token"), "cls_token");
    integer.set("cls_token", { ...cls, dtype: "I16" });
    const fault = faultOf(() =>
      importCheckpoint({ tensors: integer, metadata: {} }, factsOf("timm-fc-norm"), "quantised"),
    );
    expect(fault.kind).toBe("unsupported");
    expect(fault.message).toContain("cls_token (I16)");
    const bytes = cls.bytes.slice();
    bytes.set([0x00, 0x7e]);
    const broken = new Map(tensors).set("cls_token", { ...cls, bytes });
    expect(
      faultOf(() => importCheckpoint({ tensors: broken, metadata: {} }, factsOf("timm-fc-norm"), "broken")).message,
    ).toContain("cls_token");
  });
});
