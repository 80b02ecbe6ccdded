// What the engine's benchmark claims with: that a peer gets the same loss, that ratios are taken within a round, that NaN is no success.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { attempt } from "../../src/cli/bench-engine/attempt.ts";
import { backboneOf, randomTensors } from "../../src/cli/bench-engine/backbones.ts";
import { corpusSteps } from "../../src/cli/bench-engine/corpus.ts";
import { isWorse, relativeError, worstGradientError } from "../../src/cli/bench-engine/grad-error.ts";
import { lossGraph, selfContainedOnnx } from "../../src/cli/bench-engine/loss-graph.ts";
import { orderOf, parseRounds, race } from "../../src/cli/bench-engine/race.ts";
import { summaries } from "../../src/cli/bench-engine/summaries.ts";
import { partsOf, stepWork } from "../../src/cli/bench-engine/workload.ts";
import { figure, median, ratios } from "../../src/cli/figure.ts";
import { isResident, outputOf, type RunOutputs, type Runtime, type TensorValue } from "../../src/engine/runtime.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { weightsOf } from "../../src/graph/weight-file.ts";
import { openNativeRuntime } from "../../src/platform/node/ort-native-runtime.ts";
import { openNodeRuntime } from "../../src/platform/node/ort-runtime.ts";
import { openSession, runSession } from "../graph/run-wasm.ts";
import { vitShape } from "../graph/vit-fixture.ts";

describe("the loss as a peer's ONNX", () => {
  const backbone = backboneOf(vitShape, randomTensors(vitShape, 4), "small");
  const work = stepWork(backbone, "last4", 2);
  const graph = lossGraph(work.graph);
  const tensors = new Map<string, Float32Array>();
  const read = (key: string): Float32Array => present(tensors.get(key), key);
  beforeAll(async () => {
    for (const { source } of weightsOf(work.graph)) tensors.set(source.key, await backbone.weights.read(source.key));
  });
  const feeds = Object.fromEntries(
    Object.entries(work.feeds).map(([name, feed]) => {
      if (isResident(feed)) throw new Error(name);
      return [name, tensorOf(feed.dims, feed.data)] as const;
    }),
  );

  test("is the loss of the training step, in float64 and on WASM with no file beside it", async () => {
    const wanted = evaluate(work.graph, feeds, read).loss?.data[0] ?? Number.NaN;
    expect(evaluate(graph, feeds, read).loss?.data[0]).toBeCloseTo(wanted, 12);
    const session = await openSession(await selfContainedOnnx(graph, backbone.weights));
    expect((await runSession(session, feeds)).loss?.[0]).toBeCloseTo(wanted, 5);
    await session.release();
  });

  test("holds nothing the peer's reader lacks: no zeros in shapes, no second outputs, no inputs of the optimiser", () => {
    const constants = new Map(graph.initializers.map(({ name, source }) => [name, source]));
    for (const node of graph.nodes) {
      expect(node.outputs).toHaveLength(1);
      if (node.op !== "Reshape") continue;
      const source = constants.get(node.inputs[1] ?? "");
      expect(source?.kind === "inline" ? [...source.values] : [0]).not.toContain(0);
    }
    expect(graph.inputs.map(({ name }) => name).toSorted()).toEqual(
      ["centre", "sampleWeight", "targets", "temperature", "theta", "tokens"].toSorted(),
    );
  });

  test("theta falls apart into the prompts and the head a peer is given, in the order the step reads them", async () => {
    const { theta } = work.feeds as Readonly<Record<string, TensorValue>>;
    if (!theta) throw new Error("theta");
    const { prompts, headWeight } = partsOf(theta, work.layout);
    expect(prompts.dims).toEqual([3, 10, 48]);
    expect(headWeight.dims).toEqual([3, 48]);
    expect([...prompts.data, ...headWeight.data]).toEqual([...theta.data]);
  });

  test("the step that is timed learns: one run lowers the loss", async () => {
    const runtime = openNodeRuntime();
    const program = await runtime.compile(work.graph, backbone.weights, { name: "step" });
    const first = await program.run(work.feeds);
    const second = await program.run({ ...work.feeds, theta: outputOf(first, "thetaNext") });
    expect(outputOf(second, "loss").data[0] ?? Number.NaN).toBeLessThan(outputOf(first, "loss").data[0] ?? 0);
    await program.release();
  });
});

describe("a race", () => {
  test("runs every contender once a round and forgets the warm-up", async () => {
    const order: string[] = [];
    const contenders = ["a", "b", "c"].map((name) => ({
      name,
      run: async () => order.push(name),
    }));
    const times = await race(contenders, { rounds: 3, warm: true }, () => {});
    const rounds = [0, 3, 6, 9].map((at) => order.slice(at, at + 3));
    for (const round of rounds) expect(round.toSorted()).toEqual(["a", "b", "c"]);
    const ofA = order.flatMap((name, i) => (name === "a" ? [i + 1] : []));
    expect(times.get("a")).toEqual(ofA.slice(1));
  });

  test.each([2, 3, 4, 5, 8])("of %i has each contender follow each other one, and begin, equally often", (count) => {
    const before = new Map<string, number>();
    const rounds = count % 2 === 0 ? count : 2 * count;
    for (let round = 0; round < rounds; round++) {
      const order = orderOf(count, round);
      for (const [i, one] of order.entries()) {
        const pair = `${order[i - 1] ?? "start"} ${one}`;
        before.set(pair, (before.get(pair) ?? 0) + 1);
      }
    }
    expect(before.size).toBe(count * (count - 1) + count);
    expect(new Set(before.values()).size).toBe(1);
  });

  test("takes a whole number of rounds and refuses everything else in words", () => {
    expect([parseRounds(undefined), parseRounds("7")]).toEqual([null, 7]);
    for (const text of ["abc", "0", "-1", "1.5", "", "NaN"]) expect(() => parseRounds(text)).toThrow("--rounds takes");
  });

  test("is told by ratios within a round: a machine that slows down does not change them", () => {
    const ours = [100, 150, 400];
    const peer = ours.map((ms) => 2 * ms);
    expect(ratios(peer, ours)).toEqual([2, 2, 2]);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => ratios([1], [1, 2])).toThrow("no pairs");
  });
});

test("a part that fails leaves out its own figures, with the first line of the reason", async () => {
  const fine = { figures: [figure("a", [1], "1", "here")], leftOut: [] };
  expect(await attempt("a", async () => fine)).toBe(fine);
  const late = attempt("b", () => Promise.reject(new Error("page.evaluate: Error: no adapter\n  at page")));
  expect(await late).toEqual({ figures: [], leftOut: [{ name: "b", why: "no adapter" }] });
});

test("a claim over several models is the least favourable of them, and says which", () => {
  const one = figure("engine.vs_torch.cpu.all.tiny.t1", [1.2, 1.3, 1.1], "1", "here");
  const other = figure("engine.vs_torch.cpu.last4.tiny.t1", [1.6], "1", "here");
  const [claim, ...rest] = summaries([one, other, figure("engine.vs_jaxjs.wasm", [0.1], "1", "here")]);
  expect(rest).toEqual([]);
  expect(claim).toMatchObject({ name: "engine.vs_torch.cpu", value: 1.2, min: 1.1, max: 1.3 });
  expect(claim?.on).toContain("engine.vs_torch.cpu.all.tiny.t1");
  expect(summaries([])).toEqual([]);
});

describe("gradients against PyTorch's, over the committed corpus", () => {
  const folder = join(import.meta.dirname, "..", "fixtures", "vit-corpus");
  const read = async (file: string): Promise<Uint8Array> => new Uint8Array(readFileSync(join(folder, file)));
  const variants = ["timm-p8-cls-legacy11", "hf-dinov2-reg-swiglu-dynamo20"];

  test("are equal to 1e-4 on onnxruntime-node with one and with two threads", async () => {
    for (const threads of [1, 2]) {
      const { error, tensors } = await worstGradientError(() => openNativeRuntime(threads), read, variants, [
        "deep1",
        "last20",
      ]);
      expect(tensors).toBe(2 * 2 * 2);
      expect(error).toBeLessThan(1e-4);
    }
  });

  test("are taken from graphs that share one object of weights, which a runtime on a GPU insists on", async () => {
    const steps = await corpusSteps(read, "timm-p8-cls-legacy11", ["deep1", "last20"]);
    const weights = steps.flatMap(({ base, step }) => [base.weights, step.weights]);
    expect(weights).toHaveLength(4);
    expect(new Set(weights).size).toBe(1);
  });

  test("are told apart from those of a runtime that is off by one per cent", async () => {
    const honest = openNodeRuntime();
    const wrong: Runtime = {
      ...honest,
      async compile(graph, weights, options) {
        const program = await honest.compile(graph, weights, options);
        return { ...program, run: async (feeds) => scaled(await program.run(feeds), "gradTheta", 1.01) };
      },
    };
    const { error, where } = await worstGradientError(async () => wrong, read, variants.slice(0, 1), ["last1"]);
    expect(error).toBeCloseTo(0.01, 4);
    expect(where).toMatch(/^timm-p8-cls-legacy11\/last1 /);
  });
});

function scaled(outputs: RunOutputs, name: string, factor: number): RunOutputs {
  const value = outputs.values[name];
  if (!value) return outputs;
  return { ...outputs, values: { ...outputs.values, [name]: { ...value, data: value.data.map((x) => factor * x) } } };
}

test("a gradient that is no number, or of another length, is the worst there is", () => {
  expect(relativeError(Float32Array.of(3, 0), Float32Array.of(0, 4))).toBeCloseTo(5 / 4, 12);
  expect(relativeError(Float32Array.of(1), Float32Array.of(1, 2))).toBeNaN();
  const worst = [1e-6, Number.NaN, 5].reduce((error, own) => (isWorse(own, error) ? own : error), 0);
  expect(worst).toBeNaN();
  expect([1e-6, 5, 2].reduce((error, own) => (isWorse(own, error) ? own : error), 0)).toBe(5);
});
