// ONNX bytes: what is written is read back the same, onnxruntime reads it, and hostile bytes end in a message.
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { createBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/ir.ts";
import { parseOnnx } from "../../src/graph/onnx/parse.ts";
import { serializeOnnx } from "../../src/graph/onnx/serialize.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { upperGraph } from "../../src/graph/vit/cut.ts";
import { trainGraph } from "../../src/graph/vit/train-graph.ts";
import { packWeights, weightsAsInputs } from "../../src/graph/weight-file.ts";
import { openSession, runSession } from "./run-wasm.ts";
import { expected, fixtureBytes, readWeight, relativeError, vitShape, weightFile } from "./vit-fixture.ts";

const plain = buildVit(vitShape);
const structure = analyseVit(plain);
const weights = { kind: "file", file: weightFile } as const;

function faultOf(run: () => unknown): Fault {
  try {
    run();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a graph written and read again is the same", () => {
  test.each(["cls", "mean", "cls+mean"] as const)("for a ViT over fp16 weights, read-out %s", (readout) => {
    const graph = buildVit({ ...vitShape, readout });
    expect(parseOnnx(serializeOnnx(graph, { weights }), { name: "model.onnx", weights: weightFile })).toEqual(graph);
  });

  test("for a ViT over an fp32 blob", () => {
    const packed = packWeights(plain, readWeight);
    const bytes = serializeOnnx(packed.graph, { weights: { kind: "file", file: packed.file } });
    expect(parseOnnx(bytes, { name: "model.onnx", weights: packed.file })).toEqual(packed.graph);
  });

  test("for the training step with weights as inputs, byte for byte", () => {
    const { graph } = trainGraph(plain, structure, { firstBlock: 1, tokensPerBlock: 2, batch: 2, classes: 3 });
    const bytes = serializeOnnx(weightsAsInputs(graph));
    expect(serializeOnnx(parseOnnx(bytes, { name: "train.onnx" }))).toEqual(bytes);
  });

  test("and has the same structure", () => {
    const read = parseOnnx(serializeOnnx(plain, { weights }), { name: "model.onnx", weights: weightFile });
    expect(analyseVit(read)).toEqual(structure);
    expect(upperGraph(read, analyseVit(read), 1)).toEqual(upperGraph(plain, structure, 1));
  });
});

test("onnxruntime reads the graph with its fp16 weights in the safetensors file beside it", async () => {
  const session = await openSession(serializeOnnx(plain, { weights }), weightFile.location, fixtureBytes);
  const { features } = await runSession(session, { pixels: expected("pixels") });
  await session.release();
  expect(relativeError(features!, expected("features.cls").data)).toBeLessThan(1e-5);
});

describe("hostile input ends in a message", () => {
  const bytes = serializeOnnx(plain, { weights });
  const read = (file: Uint8Array): Graph => parseOnnx(file, { name: "model.onnx", weights: weightFile });

  test("noise and cut files are damaged", () => {
    expect(faultOf(() => read(Uint8Array.of(1, 2, 3))).kind).toBe("damaged");
    expect(faultOf(() => read(new Uint8Array(0))).kind).toBe("damaged");
    expect(faultOf(() => read(bytes.subarray(0, bytes.length - 9))).kind).toBe("damaged");
  });

  test("flipped bytes end in a Fault or in a graph, never in anything else", () => {
    for (let at = 0; at < bytes.length; at += 97) {
      const broken = bytes.slice();
      broken[at]! ^= 0xff;
      try {
        read(broken);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(Fault);
      }
    }
  });

  test("a weight file that lacks a tensor, or is too small, is refused by name", () => {
    const lacking = new Map(weightFile.tensors);
    lacking.delete("blocks.1.attn.qkv.weight");
    const storage = { kind: "file", file: { ...weightFile, tensors: lacking } } as const;
    expect(faultOf(() => serializeOnnx(plain, { weights: storage })).message).toContain("blocks.1.attn.qkv.weight");
    expect(faultOf(() => parseOnnx(bytes, { name: "model.onnx" })).message).toContain("vit-small.safetensors");
  });

  test("unknown operators are all named at once", () => {
    const b = createBuilder();
    const x = b.input("x", "float32", [1]);
    const graph = b.finish({ y: b.op("Tanh", [b.op("Exp", [x])]) });
    const nodes = graph.nodes.map((node) =>
      node.op === "Identity" ? node : ({ ...node, op: node.op === "Tanh" ? "Zzz" : "LSTM" } as unknown as typeof node),
    );
    const fault = faultOf(() => parseOnnx(serializeOnnx({ ...graph, nodes }), { name: "odd.onnx" }));
    expect(fault.kind).toBe("unsupported-op");
    expect(fault.detail.ops).toEqual(["LSTM", "Zzz"]);
  });
});

describe("a graph that is no vision transformer", () => {
  test("is refused with everything that is not understood", () => {
    const b = createBuilder();
    const graph = b.finish({ y: b.op("Tanh", [b.input("x", "float32", ["B", 4])]) });
    const { kind, message } = faultOf(() => analyseVit(graph));
    expect(kind).toBe("unsupported");
    expect(message).toMatch(/square RGB image.*residual stream/);
  });

  test("is refused where a block fixes its number of tokens", () => {
    const nodes = plain.nodes.map((node) =>
      node.name === "blocks.1.attn.q.heads" ? { ...node, inputs: [node.inputs[0]!, "fixed"] } : node,
    );
    const fixed = {
      name: "fixed",
      dtype: "int64",
      shape: [4],
      source: { kind: "inline", values: [-1, 17, 3, 16] },
    } as const;
    const graph = { ...plain, nodes, initializers: [...plain.initializers, fixed] };
    expect(faultOf(() => analyseVit(graph)).message).toContain("block 1 fixes its number of tokens");
  });

  test("is refused where something bypasses the blocks", () => {
    const b = createBuilder(plain);
    const bypass = b.op(
      "ReduceMean",
      [structure.streams[0]!, b.vector([1])],
      { keepdims: { kind: "int", value: 0 } },
      "bypass",
    );
    const graph = b.finish({ mixed: b.op("Add", [structure.features, bypass]) });
    expect(faultOf(() => analyseVit(graph)).message).toMatch(/serves two parts|no part/);
  });
});
