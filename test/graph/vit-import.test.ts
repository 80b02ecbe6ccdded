// What the importer refuses, and that it says everything at once; what it does to a graph beyond getting its numbers right.
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { createBuilder } from "../../src/graph/builder.ts";
import { parseForeign } from "../../src/graph/canonical/foreign.ts";
import { type ImportOptions, importOnnx } from "../../src/graph/canonical/import-onnx.ts";
import { lower } from "../../src/graph/canonical/lower.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { countFlops } from "../../src/graph/flops.ts";
import { type Graph, int } from "../../src/graph/ir.ts";
import { serializeOnnx } from "../../src/graph/onnx/serialize.ts";
import { upperGraph } from "../../src/graph/vit/cut.ts";
import { trainGraph } from "../../src/graph/vit/train-graph.ts";
import { bytesOf, corpusCases, openVariant, optionsOf, trainOptions } from "./vit-corpus-fixture.ts";
import { relativeError } from "./vit-fixture.ts";

function faultOf(run: () => unknown): Fault {
  try {
    run();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
const importing = (bytes: Uint8Array, options: Partial<ImportOptions> = {}): Fault =>
  faultOf(() => importOnnx(bytes, { name: "model.onnx", ...options }));

describe("damaged files", () => {
  const bytes = bytesOf("timm-p8-cls-dynamo18.onnx");

  test("that are noise, empty or cut short are called so", () => {
    expect(importing(Uint8Array.of(1, 2, 3)).kind).toBe("damaged");
    expect(importing(new Uint8Array()).kind).toBe("damaged");
    for (const part of [0.1, 0.5, 0.9, 0.999]) {
      const fault = importing(bytes.subarray(0, Math.floor(bytes.length * part)));
      expect(fault.kind).toBe("damaged");
      expect(fault.message).toContain("model.onnx");
    }
  });

  test("with flipped bytes end in a Fault or in a graph, never in anything else", () => {
    for (let at = 0; at < bytes.length; at += 2999) {
      const broken = bytes.slice();
      broken[at]! ^= 0xff;
      try {
        importOnnx(broken, { name: "model.onnx" });
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(Fault);
      }
    }
  });
});

describe("external data", () => {
  const name = "timm-p16-swiglu-legacy16";
  const bytes = bytesOf(`${name}.onnx`);
  const location = `${name}.onnx_data`;
  const data = bytesOf(location);

  test("that is missing is asked for by name", () => {
    const fault = importing(bytes);
    expect(fault.kind).toBe("bad-model");
    expect(fault.message).toContain(location);
  });

  test("that is too short, or another model's, is refused with the tensor that does not fit", () => {
    for (const wrong of [
      data.subarray(0, data.length - 4),
      new Uint8Array(),
      bytesOf("half-weights-external.onnx_data"),
    ]) {
      const fault = importing(bytes, { files: new Map([[location, wrong]]) });
      expect(fault.kind).toBe("bad-model");
      expect(fault.message).toMatch(/tensor .* does not fit the file/);
    }
  });
});

describe("models that are no vision transformers", () => {
  const written = (graph: Graph): Uint8Array => serializeOnnx(graph);

  test("are refused: a network of convolutions", () => {
    const b = createBuilder();
    const pixels = b.input("pixels", "float32", ["N", 3, 32, 32]);
    const mean = b.op("ReduceMean", [b.op("Tanh", [pixels]), b.vector([2, 3])], { keepdims: int(0) });
    const { kind, message } = importing(written(b.finish({ features: mean })));
    expect(kind).toBe("unsupported");
    expect(message).toContain("residual stream");
  });

  test("are refused: one that reads text", () => {
    const b = createBuilder();
    const ids = b.input("input_ids", "int64", ["N", "L"]);
    const message = importing(written(b.finish({ out: b.op("Identity", [ids]) }))).message;
    expect(message).toMatch(/one RGB image .*input_ids/);
  });

  test("with unknown operators, all named at once, beside everything else that is not understood", () => {
    const b = createBuilder();
    const pixels = b.input("pixels", "float32", ["N", 3, 32, 32]);
    const norm = b.op("Softmax", [b.op("Tanh", [b.op("Exp", [b.op("Sqrt", [pixels])])])], { axis: int(-1) });
    const graph = b.finish({ features: norm });
    const rename: Record<string, string> = { Tanh: "Zzz", Exp: "LSTM" };
    const nodes = graph.nodes.map((node) => ({ ...node, op: rename[node.op] ?? node.op }) as typeof node);
    const sideways = nodes.map((node) =>
      node.op === "Sqrt" ? { ...node, op: "Softmax", attributes: { axis: int(1) } } : node,
    );
    const fault = importing(written({ ...graph, nodes: sideways as typeof nodes }));
    expect(fault.kind).toBe("unsupported-op");
    expect(fault.detail.ops).toEqual(["LSTM", "Zzz"]);
    expect(fault.message).toContain("it runs along axis 1 of 4");
  });
});

describe("what a file leaves open is asked, not guessed", () => {
  test("the size of the image", () => {
    const { imagePixels: _, ...options } = optionsOf("hf-dinov2-hub-legacy12");
    expect(importing(bytesOf("hf-dinov2-hub-legacy12.onnx"), options).message).toContain("size of its image open");
  });

  test("a size for which position embeddings would have to be resized is refused", () => {
    const options = { ...optionsOf("hf-dinov2-hub-legacy12"), imagePixels: 56 };
    expect(importing(bytesOf("hf-dinov2-hub-legacy12.onnx"), options).message).toMatch(
      /position embeddings are resized/,
    );
  });

  test("the read-out of tokens, and an output that is not there", () => {
    const { readout: _, ...options } = optionsOf("hf-dinov2-hub-legacy12");
    const bytes = bytesOf("hf-dinov2-hub-legacy12.onnx");
    const two = importOnnx(bytes, options);
    expect(two.structure.featureWidth).toBe(24);
    expect(importing(bytes, { ...options, output: "last_hidden_state" }).message).toMatch(
      /last_hidden_state .*B,10,24/,
    );
    expect(importing(bytes, { ...options, output: "logits" }).message).toMatch(/no output "logits"; .*pooler_output/);
  });

  test("a read-out with more prefix tokens than there are", () => {
    const options = { ...optionsOf("hf-vit-hub-legacy18"), readout: { kind: "mean", prefixTokens: 17 } } as const;
    expect(importing(bytesOf("hf-vit-hub-legacy18.onnx"), options).message).toContain("17 prefix tokens");
  });
});

test("a tanh-approximated GELU has PyTorch's values", () => {
  const b = createBuilder();
  const pixels = b.input("pixels", "float32", ["N", 1, 2, 2]);
  const graph = b.finish({ y: b.op("Gelu", [pixels]) });
  const approximate = { kind: "string", value: "tanh" } as const;
  const nodes = graph.nodes.map((node) => (node.op === "Gelu" ? { ...node, attributes: { approximate } } : node));
  const foreign = parseForeign(serializeOnnx({ ...graph, nodes }), "gelu.onnx", new Map());
  const { b: made, values } = lower(foreign, { name: "gelu.onnx", imagePixels: null, tokenRange: null });
  const y = values.get("y");
  const plain = made.finish({ out: y?.kind === "live" ? y.name : "" });
  const { out } = evaluate(plain, { pixels: tensorOf([1, 1, 2, 2], [-2, -0.5, 1, 3]) }, () => new Float32Array());
  const wanted = [-0.04540230591222494, -0.15428599017485606, 0.8411919906082768, 2.996362607918227];
  expect(relativeError(out!.data, wanted)).toBeLessThan(1e-7);
});

test("the training graph of an import uses only operators with a kernel on the GPU, and nothing fused is left in pieces", () => {
  const withoutGpuKernel = new Set(["Shape", "Log", "Cast"]);
  for (const name of ["timm-p8-cls-legacy11", "hf-dinov2-reg-swiglu-dynamo20", "encoder-legacy17", "gemm-dynamo18"]) {
    const { graph, structure } = openVariant(name).model;
    const train = trainGraph(graph, structure, trainOptions(corpusCases[2]));
    expect(train.graph.nodes.filter((node) => withoutGpuKernel.has(node.op))).toEqual([]);
    expect(graph.nodes.filter((node) => node.op === "LayerNormalization")).toHaveLength(7);
  }
});

test("fused queries, keys and values are told apart, and the last block is computed for the class token alone", () => {
  // As for the networks built here: keys and values of T+N tokens, two products of one row with them, and the rest for one token.
  const [tokens, width, mlp] = [17 + 3, 24, 48];
  const wanted = 2 * (2 * tokens * width * width + 2 * tokens * width + 2 * width * width + 2 * width * mlp);
  for (const name of [
    "timm-p8-cls-legacy11",
    "timm-p8-cls-dynamo18",
    "hf-vit-p8-cls-legacy13",
    "gemm-legacy15-fixed",
    "encoder-legacy17",
  ]) {
    const { graph, structure } = openVariant(name).model;
    expect(countFlops(upperGraph(graph, structure, 2), { B: 1, N: 3 }), name).toBe(wanted);
  }
});
