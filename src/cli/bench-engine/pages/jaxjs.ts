// The same loss on the same ONNX in one page: our step on onnxruntime-web, and jit(grad) of it by jax-js. Knows no figure.
import { blockUntilReady, defaultDevice, init, jit, numpy as np, valueAndGrad } from "@jax-js/jax";
import { ONNXModel } from "@jax-js/onnx";
import { present } from "../../../base/fault.ts";
import { isResident, outputOf, type Program, type TensorValue } from "../../../engine/runtime.ts";
import { createRuntimes } from "../../../platform/worker/ort-runtime.ts";
import { backboneOf, randomTensors, vitTiny } from "../backbones.ts";
import { relativeError } from "../grad-error.ts";
import { lossGraph, selfContainedOnnx } from "../loss-graph.ts";
import { type Feeds, stepWork } from "../workload.ts";
import { offer } from "./page-call.ts";

type Ready = Readonly<{ program: Program; feeds: Feeds; peer: () => Promise<number> }>;
let ready: Ready | null = null;

export type JaxReport = Readonly<{
  ourLoss: number;
  peerLoss: number;
  /** Relative L2 distance of the two gradients of theta. */
  gradientApart: number;
  threads: number;
  provider: string;
}>;

/** Compiles both sides and runs each once. */
async function prepare(argument: Readonly<{ batch: number; device: "wasm" | "webgpu" }>): Promise<JaxReport> {
  const { batch, device } = argument;
  const backbone = backboneOf(vitTiny, randomTensors(vitTiny, 5), "ViT-Tiny of random weights");
  const work = stepWork(backbone, "last4", batch);
  const runtimes = createRuntimes();
  const opened = device === "wasm" ? { runtime: await runtimes.wasm(null) } : await runtimes.webgpu("refuse");
  if ("why" in opened) throw new Error(opened.why);
  const { runtime } = opened;
  const program = await runtime.compile(work.graph, backbone.weights, {
    name: "step",
    resident: ["thetaNext", "vNext"],
  });
  const ours = await program.run(work.feeds);

  const available = await init(device);
  if (!available.includes(device)) throw new Error(`jax-js has no ${device} here`);
  defaultDevice(device);
  const graph = lossGraph(work.graph);
  const { lossAndGradient, peer } = peerStep(
    await selfContainedOnnx(graph, backbone.weights),
    graph.inputs,
    work.feeds,
  );
  const theirs = await lossAndGradient();
  ready = { program, feeds: work.feeds, peer };
  return {
    ourLoss: outputOf(ours, "loss").data[0] ?? Number.NaN,
    peerLoss: theirs.loss,
    gradientApart: momentApart(outputOf(ours, "mNext").data, theirs.gradient),
    threads: runtime.provider.threads,
    provider: runtime.provider.words,
  };
}

function peerStep(onnx: Uint8Array<ArrayBuffer>, inputs: readonly Readonly<{ name: string }>[], feeds: Feeds) {
  const model = new ONNXModel(onnx);
  const arrays = Object.fromEntries(inputs.map(({ name }) => [name, arrayOf(numbers(feeds, name))]));
  const loss = (theta: np.Array): np.Array => {
    const others = Object.entries(arrays).map(([name, value]) => [name, name === "theta" ? theta : value.ref] as const);
    return np.sum(present(model.run(Object.fromEntries(others)).loss, "the loss"));
  };
  const step = jit(valueAndGrad(loss));
  const theta = (): np.Array => present(arrays.theta, "theta").ref;
  return {
    async peer(): Promise<number> {
      const before = performance.now();
      const results = step(theta());
      await blockUntilReady(results);
      const took = performance.now() - before;
      for (const result of results) result.dispose();
      return took;
    },
    async lossAndGradient() {
      const [value, gradient] = step(theta());
      return { loss: Number((await value.data())[0]), gradient: (await gradient.data()) as Float32Array };
    },
  };
}

const arrayOf = ({ dims, data }: TensorValue): np.Array => np.array(data, { shape: [...dims] });

function numbers(feeds: Feeds, name: string): TensorValue {
  const feed = present(feeds[name], name);
  if (isResident(feed)) throw new Error(`assertion failed: ${name} is fed as numbers`);
  return feed;
}

/** After one step from m = 0, m is a tenth of the gradient (beta 0.9). */
const momentApart = (moment: Float32Array, gradient: Float32Array): number =>
  relativeError(
    moment.map((m) => 10 * m),
    gradient,
  );

async function ours(): Promise<number> {
  const { program, feeds } = present(ready, "what prepare made");
  const before = performance.now();
  const { residents } = await program.run(feeds);
  const took = performance.now() - before;
  for (const resident of Object.values(residents)) resident.release();
  return took;
}

offer({ prepare, ours, peer: () => present(ready, "what prepare made").peer() });
