// Loading a model folder: what is checked, the digest that names a backbone, and the gates that refuse a device.
import { describe, expect, test } from "vitest";
import { parseSafetensors, serializeSafetensors } from "../../src/domain/safetensors.ts";
import { createTensorSet } from "../../src/engine/frozen-weights.ts";
import { weightsDigest } from "../../src/engine/weights-digest.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { packWeights } from "../../src/graph/weight-file.ts";
import { tinyEngine } from "../support/tiny-engine.ts";
import { type ModelFolder, tinyArchitecture, tinyModel, tinySource, tinyTensors } from "../support/tiny-model.ts";

const folder = tinyModel();
const load = (changed: ModelFolder, prefer: "auto" | "webgpu" | "wasm" = "auto") =>
  tinyEngine(changed).engine.load({ source: tinySource, prefer });

describe("loading a model", () => {
  test("passes the golden patch and says where it runs and why not faster", async () => {
    const status = await load(folder);
    expect(status.gates.map(({ name, passed, kept }) => [name, passed, kept])).toEqual([
      ["golden-patch", true, false],
      ["batch", true, false],
    ]);
    expect(status.gates[0]?.error).toBeLessThan(1e-5);
    expect(status.provider).toMatchObject({ kind: "wasm", words: "Processor, 1 thread", why: "No GPU in Node." });
    expect(status.defaults.blocks).toBe(3);
  });

  test("with one byte of the weights changed is refused by name", async () => {
    const changed = new Map(folder);
    const weights = folder.get("weights.safetensors")?.slice() as Uint8Array;
    weights[weights.length - 1] = (weights[weights.length - 1] ?? 0) ^ 1;
    await expect(load(changed.set("weights.safetensors", weights))).rejects.toMatchObject({
      kind: "bad-model",
      message: expect.stringContaining("weights.safetensors"),
    });
    await expect(load(changed.set("weights.safetensors", weights.slice(1)))).rejects.toThrow(
      /bytes, the manifest says/,
    );
  });

  test("whose manifest describes another graph is refused with every difference", async () => {
    const text = new TextDecoder().decode(folder.get("manifest.json"));
    const other = text.replace('"depth":3', '"depth":4').replace('"heads":3', '"heads":4');
    const changed = new Map(folder).set("manifest.json", new TextEncoder().encode(other));
    await expect(load(changed)).rejects.toThrow(/blocks: manifest 4, graph 3; heads: manifest 4, graph 3/);
  });

  test("reports progress in bytes, and stops when cancelled", async () => {
    const seen: string[] = [];
    await tinyEngine(folder).engine.load(
      { source: tinySource, prefer: "auto" },
      { onProgress: (p) => seen.push(p.what) },
    );
    expect([...new Set(seen)]).toEqual(["downloading", "preparing", "self-test"]);
    const signal = AbortSignal.abort();
    const cancelled = tinyEngine(folder).engine.load({ source: tinySource, prefer: "auto" }, { signal });
    await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
  });
});

test("a load that a newer one replaces while it tests the device gives back what it opened", async () => {
  const open = { now: 0, most: 0 };
  const { engine } = tinyEngine(folder, (runtime) => {
    open.now++;
    open.most = Math.max(open.most, open.now);
    newer ??= engine.load({ source: tinySource, prefer: "auto" });
    return {
      ...runtime,
      release: async () => {
        open.now--;
        await runtime.release();
      },
    };
  });
  let newer: Promise<unknown> | null = null;
  await expect(engine.load({ source: tinySource, prefer: "auto" })).rejects.toMatchObject({ name: "AbortError" });
  await newer;
  expect(open.now).toBe(1);
  await engine.release();
  expect(open.now).toBe(0);
});

describe("the weights digest", () => {
  const digestOf = (file: Uint8Array) =>
    weightsDigest(tinyArchitecture, createTensorSet(parseSafetensors(file, "w"), "w"));
  const half = folder.get("weights.safetensors") as Uint8Array;

  test("is the same for fp16 and fp32 copies, in any order and beside other tensors", async () => {
    const tensors = tinyTensors(1);
    const extra = { name: "head.weight", dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } as const;
    const single = serializeSafetensors([extra, ...tensors.toReversed()], { other: "metadata" });
    expect(digestOf(single)).toBe(digestOf(half));
    const rounded = tensors.map((t) => ({ ...t, data: t.data.map((v) => v * (1 + 2 ** -14)) }));
    expect(digestOf(serializeSafetensors(rounded, {}))).toBe(digestOf(half));
    expect((await load(folder)).weightsDigest).toBe(digestOf(half));
  });

  test("is the same when the tensors lie in another container, the blob of an ONNX session", () => {
    const weights = createTensorSet(parseSafetensors(half, "w"), "w");
    const packed = packWeights(buildVit(tinyArchitecture), (key) => weights.tensor(key).data);
    const values = new Float32Array(packed.bytes.buffer);
    const whole = new Map<string, Float32Array>();
    // The graph holds q, k and v as row ranges of one fused tensor, and matrices turned: put back by key, offset and orientation.
    for (const entry of buildVit(tinyArchitecture).initializers) {
      if (entry.source.kind !== "weight") continue;
      const { key, elementOffset, transposed } = entry.source;
      const target = whole.get(key) ?? new Float32Array(weights.tensor(key).data.length);
      const from = (packed.file.tensors.get(entry.name)?.byteOffset ?? 0) / 4;
      const size = entry.shape.reduce((a, b) => a * b, 1);
      const [rows = 1] = entry.shape;
      for (let i = 0; i < size; i++) {
        const at = transposed ? (i % (size / rows)) * rows + Math.floor(i / (size / rows)) : i;
        target[elementOffset + at] = values[from + i] ?? Number.NaN;
      }
      whole.set(key, target);
    }
    const again = [...whole].map(([name, data]) => ({
      name,
      dtype: "F32" as const,
      shape: weights.tensor(name).shape,
      data,
    }));
    expect(digestOf(serializeSafetensors(again, {}))).toBe(digestOf(half));
  });

  test("is the same where a converter lifted dust to 1e-7, and is not where a weight is more than dust", () => {
    const withFirst = (value: number) => {
      const tensors = tinyTensors(1).map((t, i) =>
        i === 5 ? { ...t, data: Float32Array.of(value, ...t.data.slice(1)) } : t,
      );
      return digestOf(serializeSafetensors(tensors, {}));
    };
    const converted = [3e-8, 1e-7, 0, -1e-7].map(withFirst);
    expect(new Set(converted).size).toBe(1);
    expect(withFirst(1e-6)).not.toBe(converted[0]);
  });

  test("differs when one weight differs by a rounding step, and names what is missing", () => {
    const tensors = tinyTensors(1).map((t, i) => {
      if (i !== 5) return t;
      const data = t.data.slice();
      data[0] = (data[0] ?? 0) * 1.01;
      return { ...t, data };
    });
    expect(digestOf(serializeSafetensors(tensors, {}))).not.toBe(digestOf(half));
    expect(() => digestOf(serializeSafetensors(tensors.slice(1), {}))).toThrow(/missing/);
  });
});
