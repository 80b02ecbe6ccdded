// The gates before the first answer and before the first tuning: a device that is 1 % off in one kernel is refused by each of them.
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { batchGate, goldenGate, providerGate } from "../../src/engine/gates/forward-gates.ts";
import {
  differencesGate,
  gradientGate,
  gradientStart,
  openGradientProbe,
} from "../../src/engine/gates/gradient-gates.ts";
import { createMemoryGateStore, parseKeptGates } from "../../src/engine/gates/kept-gates.ts";
import { loadModel } from "../../src/engine/load-model.ts";
import type { Runtime } from "../../src/engine/runtime.ts";
import type { Graph } from "../../src/graph/ir.ts";
import { upperGraph } from "../../src/graph/vit/cut.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { openNodeRuntime } from "../../src/platform/node/ort-runtime.ts";
import { tinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { folderFetch, manifestUrl, tinyArchitecture, tinyModel, tinySource } from "../support/tiny-model.ts";

const folder = tinyModel();
const offShare = 0.01;

/** The output of one node, times 1.01: what a kernel that is 1 % off makes of the graph. */
function withKernelOff(graph: Graph, at: number): Graph {
  const node = present(graph.nodes[at], `node ${at}`);
  const [output = ""] = node.outputs;
  const right = { ...node, outputs: [`${output}/right`, ...node.outputs.slice(1)] };
  const factor = {
    name: `${output}/factor`,
    dtype: "float32",
    shape: [],
    source: { kind: "inline", values: Float32Array.of(1 + offShare) },
  } as const;
  const wrong = {
    op: "Mul",
    name: `${output}/off`,
    inputs: [`${output}/right`, factor.name],
    outputs: [output],
    attributes: {},
  } as const;
  return {
    ...graph,
    nodes: graph.nodes.flatMap((one, i) => (i === at ? [right, wrong] : [one])),
    initializers: [...graph.initializers, factor],
  };
}

/** Compiles other graphs than it is given. */
const compiling =
  (change: (graph: Graph, name: string) => Graph) =>
  (runtime: Runtime): Runtime => ({
    ...runtime,
    compile: (graph, weights, options) => runtime.compile(change(graph, options.name), weights, options),
  });
const noting = (names: string[]) =>
  compiling((graph, name) => {
    names.push(name);
    return graph;
  });
/** The processor in the place of a graphics card. */
const asGpu = (runtime: Runtime): Runtime => ({
  ...runtime,
  device: "a graphics card",
  provider: { kind: "webgpu", words: "GPU (test)", threads: 0, why: null },
});
const isOf =
  (kinds: readonly string[]) =>
  (op: string): boolean =>
    kinds.includes(op);
const kernels = ["Conv", "Gemm", "MatMul", "Softmax", "Gelu", "LayerNormalization", "Add"];
const nth = (graph: Graph, is: (op: string, index: number) => boolean, which: "first" | "last"): number => {
  const found = graph.nodes.flatMap(({ op }, i) => (is(op, i) ? [i] : []));
  return present(which === "first" ? found[0] : found.at(-1), "a node of this kind");
};

/** The last Add feeds the last layer norm, which takes its scale away: nothing is off then. */
const places = kernels.flatMap((op) =>
  op === "Add" ? [[op, "first"] as const] : [[op, "first"] as const, [op, "last"] as const],
);

describe("before the first answer", () => {
  test.each(places)("a processor whose %s (the %s one) is 1 % off is refused", async (op, which) => {
    const off = compiling((graph) => withKernelOff(graph, nth(graph, isOf([op]), which)));
    const loading = tinyEngine(folder, off).engine.load({ source: tinySource, prefer: "auto" });
    await expect(loading).rejects.toMatchObject({ kind: "self-test", detail: { gate: "golden-patch" } });
  });

  test("a graphics card with one kernel 1 % off gives way to the processor, and the reason is said", async () => {
    const off = compiling((graph) => withKernelOff(graph, nth(graph, isOf(["Gelu"]), "first")));
    const { engine } = tinyEngine(
      folder,
      (runtime) => runtime,
      () => off(asGpu(openNodeRuntime())),
    );
    const { provider } = await engine.load({ source: tinySource, prefer: "auto" });
    expect(provider.kind).toBe("wasm");
    expect(provider.why).toMatch(/graphics processor computes something else/);
    await expect(engine.load({ source: tinySource, prefer: "webgpu" })).rejects.toMatchObject({ kind: "self-test" });
  });

  test("a graphics card is compared with the processor where the golden patch alone would let it pass", async () => {
    const lenient = tinyModel({ tolerance: 0.005 });
    const off = (runtime: Runtime): Runtime => ({
      ...runtime,
      async compile(graph, weights, options) {
        const program = await runtime.compile(graph, weights, options);
        const run: typeof program.run = async (feeds) => {
          const outputs = await program.run(feeds);
          outputs.values.features?.data.forEach((value, i, data) => {
            data[i] = value * 1.003;
          });
          return outputs;
        };
        return { ...program, run };
      },
    });
    const { engine } = tinyEngine(
      lenient,
      (runtime) => runtime,
      () => off(asGpu(openNodeRuntime())),
    );
    await expect(engine.load({ source: tinySource, prefer: "webgpu" })).rejects.toThrow(/away from the processor/);
    const good = tinyEngine(
      lenient,
      (runtime) => runtime,
      () => asGpu(openNodeRuntime()),
    );
    const status = await good.engine.load({ source: tinySource, prefer: "webgpu" });
    expect(status.gates.map((gate) => [gate.name, gate.passed])).toEqual([
      ["golden-patch", true],
      ["batch", true],
      ["norm-conditioning", true],
      ["webgpu-against-wasm", true],
    ]);
  });

  test("features that are not numbers are refused by every comparison", () => {
    const right = Float32Array.of(1, 2, 3);
    const wrong = Float32Array.of(1, Number.NaN, 3);
    const golden = { pixels: new Uint8Array(3), features: right, tolerance: 1, words: "the reference" };
    expect(goldenGate(golden, wrong).passed).toBe(false);
    expect(providerGate(wrong, right).passed).toBe(false);
    expect(batchGate(Float32Array.of(...right, ...wrong), right, right).passed).toBe(false);
    expect(gradientGate(wrong, right).passed).toBe(false);
  });

  test("each comparison passes what fp32 may differ by and refuses 1 %", () => {
    const random = createRandom(3);
    const right = Float32Array.from({ length: 64 }, () => normal(random));
    const near = right.map((value) => value * (1 + 1e-6 * normal(random)));
    const off = right.map((value) => value * (1 + offShare));
    const golden = { pixels: new Uint8Array(3), features: right, tolerance: 1e-3, words: "the reference" };
    expect([goldenGate(golden, near).passed, goldenGate(golden, off).passed]).toEqual([true, false]);
    expect([providerGate(near, right).passed, providerGate(off, right).passed]).toEqual([true, false]);
    const batches = [near, off].map((other) => batchGate(Float32Array.of(...right, ...other), right, right).passed);
    expect(batches).toEqual([true, false]);
    expect([gradientGate(near, right).passed, gradientGate(off, right).passed]).toEqual([true, false]);
  });

  test("two patches in one run that are not what each is alone are refused", async () => {
    const mixed = (runtime: Runtime): Runtime => ({
      ...runtime,
      async compile(graph, weights, options) {
        const program = await runtime.compile(graph, weights, options);
        return {
          ...program,
          async run(feeds) {
            const outputs = await program.run(feeds);
            const features = outputs.values.features;
            // The second row of a batch is off.
            if (features && features.dims[0] === 2)
              features.data.forEach((value, i, data) => {
                if (i >= data.length / 2) data[i] = value * (1 + offShare);
              });
            return outputs;
          },
        };
      },
    });
    const loading = tinyEngine(folder, mixed).engine.load({ source: tinySource, prefer: "auto" });
    await expect(loading).rejects.toMatchObject({ kind: "self-test", detail: { gate: "batch" } });
  });
});

describe("before the first tuning", () => {
  const params = tuneParams(2, 2, { epochs: 1 });
  const backward =
    (name: string) =>
    (graph: Graph, compiled: string): Graph => {
      if (compiled !== "gradient check") return graph;
      // Of the norms the one that takes the mean away: the whole gradient passes it.
      const at = graph.nodes.findIndex(
        (node) => node.name.startsWith("grad/") && node.op === name && node.outputs.length === 1,
      );
      return withKernelOff(graph, at);
    };

  test.each(["Mul", "Sub", "LayerNormalization", "Gemm"])(
    "a tuning whose %s on the way back is 1 % off is refused",
    async (op) => {
      const { engine } = tinyEngine(folder, compiling(backward(op)));
      await engine.load({ source: tinySource, prefer: "auto" });
      await expect(engine.tune(params)).rejects.toMatchObject({
        kind: "self-test",
        detail: { gate: "finite-differences" },
      });
    },
  );

  test("a gradient that is 1 % off on the graphics card differs from the processor's", async () => {
    const { fetchBytes } = folderFetch(folder);
    const { backbone } = await loadModel(manifestUrl, fetchBytes, new AbortController().signal, () => {});
    const random = createRandom(5);
    const { tokens: count, featureWidth } = backbone.structure;
    const noise = (length: number): Float32Array => Float32Array.from({ length }, () => normal(random));
    const given = {
      firstBlock: 1,
      tokensPerBlock: 4,
      inParts: false,
      tokens: [noise(count * 48), noise(count * 48)],
      features: [noise(featureWidth), noise(featureWidth)],
    } as const;
    const gradientOn = async (runtime: Runtime): Promise<Float32Array> => {
      const probe = await openGradientProbe(backbone, given, runtime);
      const gradient = await probe.gradient(gradientStart(probe.layout, 1));
      await probe.release();
      return gradient;
    };
    const right = await gradientOn(openNodeRuntime());
    expect(gradientGate(await gradientOn(asGpu(openNodeRuntime())), right)).toMatchObject({ passed: true });
    for (const op of ["Mul", "Sub", "Gemm"]) {
      const wrong = await gradientOn(compiling(backward(op))(openNodeRuntime()));
      expect(gradientGate(wrong, right), op).toMatchObject({ passed: false });
    }
    const probe = await openGradientProbe(backbone, given, openNodeRuntime());
    const theta = gradientStart(probe.layout, 1);
    const forward = await openNodeRuntime().compile(
      upperGraph(backbone.graph, backbone.structure, 1),
      backbone.weights,
      { name: "upper" },
    );
    const gate = await differencesGate(
      (at) => probe.loss(at, async () => forward),
      theta,
      right,
      probe.layout,
      new AbortController().signal,
    );
    expect(gate.passed).toBe(true);
    expect(gate.error).toBeGreaterThan(0);
    expect(gate.error).toBeLessThan(2e-3);
  });

  test("a graphics card that computes gradients 1 % off is refused as a whole from then on, also at the next visit", async () => {
    const gates = createMemoryGateStore();
    const gpu = () => compiling(backward("Gemm"))(asGpu(openNodeRuntime()));
    const visit = () => tinyEngine(folder, (runtime) => runtime, gpu, gates).engine;
    const first = visit();
    expect((await first.load({ source: tinySource, prefer: "auto" })).provider.kind).toBe("webgpu");
    await expect(first.tune(params)).rejects.toMatchObject({ kind: "self-test" });
    const again = visit();
    const { provider } = await again.load({ source: tinySource, prefer: "auto" });
    expect(provider.kind).toBe("wasm");
    expect(provider.why).toMatch(/graphics processor computes something else/);
    // Asked for by name, it is looked at again, not refused from memory.
    expect((await visit().load({ source: tinySource, prefer: "webgpu" })).provider.kind).toBe("webgpu");
    const { gates: passed } = await again.tune(params);
    expect(passed.map(({ name, passed: did }) => [name, did])).toEqual([["finite-differences", true]]);
  });

  test("a step that is taken in parts is checked as it will be made: part by part, then the update", async () => {
    const names: string[] = [];
    const right = tinyEngine(folder, noting(names)).engine;
    await right.load({ source: tinySource, prefer: "auto" });
    const halved = { ...tuneParams(2, 2, { epochs: 1, batch: 4 }), halvings: 1 };
    const { gates } = await right.tune(halved);
    expect(gates).toMatchObject([{ name: "finite-differences", passed: true }]);
    expect(names.filter((name) => name === "gradient check")).toHaveLength(2);
    const wrong = tinyEngine(
      folder,
      compiling((graph, name) =>
        // The sums of a part are the one graph of the two that gives a gradient.
        name === "gradient check" && graph.outputs.some((output) => output.name === "gradSumNext")
          ? backward("Gemm")(graph, name)
          : graph,
      ),
    ).engine;
    await wrong.load({ source: tinySource, prefer: "auto" });
    await wrong.tune({ ...halved, halvings: 0 });
    await expect(wrong.tune(halved)).rejects.toMatchObject({ kind: "self-test" });
  });

  test("says what is wrong with the labels before anything is computed", async () => {
    const names: string[] = [];
    const { engine } = tinyEngine(folder, noting(names));
    await engine.load({ source: tinySource, prefer: "auto" });
    await expect(engine.tune({ ...params, classes: [] })).rejects.toMatchObject({ kind: "invalid" });
    expect(names.filter((name) => name === "gradient check")).toEqual([]);
  });

  test("is passed once for a depth on a device, and again where nothing is kept of it", async () => {
    const names: string[] = [];
    const { engine } = tinyEngine(folder, noting(names));
    await engine.load({ source: tinySource, prefer: "auto" });
    const checks = (): number => names.filter((name) => name === "gradient check").length;
    await engine.tune(params);
    await engine.tune(params);
    expect(checks()).toBe(1);
    await engine.tune(tuneParams(2, 2, { epochs: 1, blocks: tinyArchitecture.depth }));
    expect(checks()).toBe(2);
    await engine.tune(tuneParams(2, 2, { epochs: 1, tokensPerBlock: 6 }));
    expect(checks()).toBe(3);
  });
});

describe("what was found out on a device", () => {
  test("is kept, so that a second visit compiles no second opinion, and says that it was kept", async () => {
    const gates = createMemoryGateStore();
    const names: string[] = [];
    const visit = () => {
      const note = noting(names);
      return tinyEngine(folder, note, () => asGpu(openNodeRuntime()), gates).engine.load({
        source: tinySource,
        prefer: "webgpu",
      });
    };
    await visit();
    expect(names.filter((name) => name === "probe")).toHaveLength(1);
    const again = await visit();
    expect(names.filter((name) => name === "probe")).toHaveLength(1);
    expect(again.gates.map(({ name, kept }) => [name, kept])).toEqual([
      ["golden-patch", false],
      ["batch", false],
      ["norm-conditioning", true],
      ["webgpu-against-wasm", true],
    ]);
  });

  test("is not believed when it is damaged or says that a gate failed", () => {
    const gate = { name: "batch", error: 0, limit: 1, passed: true, words: "x", kept: false };
    const record = { version: 2, gates: [gate], centred: [], features: [1], from: "outside" };
    expect(parseKeptGates(record)).toMatchObject({ gates: [{ ...gate, kept: true }] });
    expect(parseKeptGates({ ...record, version: 1 })).toBeNull();
    expect(parseKeptGates({ ...record, features: ["1"] })).toBeNull();
    expect(parseKeptGates({ ...record, gates: [{ ...gate, passed: false }] })).toBeNull();
    expect(parseKeptGates(null)).toBeNull();
  });
});
