// Graphs on the graphics processor, by onnxruntime-web's native WebGPU provider on our own device. The frozen weights are graph inputs
// bound to one set of GPU buffers that all programs share; nothing may fall back to the processor. Knows no adapter choice.
import { assert, Fault, present } from "../../base/fault.ts";
import type { FrozenWeights } from "../../engine/frozen-weights.ts";
import {
  type Feed,
  isResident,
  type Program,
  type Resident,
  type Runtime,
  type TensorValue,
} from "../../engine/runtime.ts";
import type { Graph } from "../../graph/ir.ts";
import { serializeOnnx } from "../../graph/onnx/serialize.ts";
import {
  type WeightInitializer,
  weightsAsInputs,
  weightsByKey,
  weightsOf,
  weightValues,
} from "../../graph/weight-file.ts";
import type { Provider } from "../../protocol/engine-api.ts";
import { createQueue, floatTensor, floatValue, type OrtModule, ortFault } from "../ort/session.ts";
import { watchGpu } from "./gpu-life.ts";

type OrtTensor = InstanceType<OrtModule["Tensor"]>;
/** One after the other, and nothing of a device that is lost: `what` says what failed. */
type OnDevice = <T>(task: () => Promise<T>, what: string) => Promise<T>;

/** A resident remembers its tensor here, so that the engine can hold it without knowing what it is. */
const tensors = new WeakMap<Resident, OrtTensor>();

export function createWebGpuRuntime(
  ort: OrtModule,
  gpu: GPUDevice,
  provider: Provider,
  device: string,
  oneAtATime = createQueue(),
): Runtime {
  const buffers = new Map<string, GPUBuffer>();
  /** Buffers are found by the names of tensors: those of another backbone would be taken for this one's. */
  let owner: FrozenWeights | null = null;
  const life = watchGpu(gpu);
  const onDevice: OnDevice = (task, what) =>
    oneAtATime(() => life.guard(task, (error) => ortFault(error, `${what} on the GPU failed`)));

  /** The buffers of these weights; those not on the device yet are read, each stored tensor once, and uploaded. */
  const weightTensors = async (graph: Graph, weights: FrozenWeights): Promise<Readonly<Record<string, OrtTensor>>> => {
    owner ??= weights;
    assert(owner === weights, "a GPU runtime holds the weights of one backbone");
    const wanted = weightsOf(graph);
    const absent = wanted.filter((weight) => !buffers.has(bufferKey(weight)));
    for (const [key, parts] of weightsByKey(absent)) {
      const tensor = await weights.read(key);
      for (const part of parts) {
        if (buffers.has(bufferKey(part))) continue;
        buffers.set(
          bufferKey(part),
          upload(
            gpu,
            weightValues(part, () => tensor),
          ),
        );
      }
    }
    return Object.fromEntries(
      wanted.map((weight) => {
        const buffer = present(buffers.get(bufferKey(weight)), weight.name);
        return [
          weight.name,
          ort.Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims: weight.shape }) as OrtTensor,
        ];
      }),
    );
  };

  return {
    provider,
    device,
    lost: life.lost,
    largestTensor: gpu.limits.maxStorageBufferBindingSize,
    compile(graph, weights, { name, resident = [] }) {
      return onDevice(async (): Promise<Program> => {
        const frozen = await weightTensors(graph, weights);
        const bytes = serializeOnnx(weightsAsInputs(graph));
        const session = await ort.InferenceSession.create(bytes, {
          executionProviders: [{ name: "webgpu", device: gpu }],
          graphOptimizationLevel: "all",
          preferredOutputLocation: Object.fromEntries(
            graph.outputs.map((output) => [output.name, resident.includes(output.name) ? "gpu-buffer" : "cpu"]),
          ),
          // An operator that falls off the GPU is a bug to hear of, not a slow path to live with.
          extra: { session: { disable_cpu_ep_fallback: "1" } },
          logSeverityLevel: 3,
        });
        const run = async (feeds: Readonly<Record<string, Feed>>): ReturnType<Program["run"]> => {
          const fed: Record<string, OrtTensor> = { ...frozen };
          for (const [key, feed] of Object.entries(feeds)) fed[key] = tensorOf(ort, feed);
          const values: Record<string, TensorValue> = {};
          const residents: Record<string, Resident> = {};
          for (const [key, tensor] of Object.entries(await session.run(fed))) {
            if (tensor.location === "gpu-buffer") residents[key] = residentFor(tensor, key, onDevice);
            else values[key] = floatValue(tensor, key);
          }
          return { values, residents };
        };
        return {
          run: (feeds) => onDevice(() => run(feeds), `Running ${name}`),
          release: () => oneAtATime(() => session.release()),
        };
      }, `Preparing ${name}`);
    },
    release: async () => {
      for (const buffer of buffers.values()) buffer.destroy();
      buffers.clear();
      life.letGo();
    },
  };
}

/** The part of a stored tensor in one orientation: what graphs share, whatever they call it. */
function bufferKey({ source: { key, elementOffset, transposed }, shape }: WeightInitializer): string {
  return `${key}+${elementOffset}[${shape.join(",")}]${transposed ? "^T" : ""}`;
}

function tensorOf(ort: OrtModule, feed: Feed): OrtTensor {
  if (!isResident(feed)) return floatTensor(ort, feed);
  const tensor = tensors.get(feed);
  if (!tensor) throw new Error("assertion failed: a resident of this runtime, not released");
  return tensor;
}

function residentFor(tensor: OrtTensor, name: string, onDevice: OnDevice): Resident {
  const resident: Resident = {
    kind: "resident",
    dims: tensor.dims,
    read: () =>
      onDevice(async () => {
        const data = await tensor.getData();
        if (!(data instanceof Float32Array)) throw new Fault("runtime", `Output ${name} is not float32.`);
        return { dims: tensor.dims, data };
      }, `Reading ${name}`),
    release() {
      tensors.delete(resident);
      tensor.dispose();
    },
  };
  tensors.set(resident, tensor);
  return resident;
}

// GPUBufferUsage of the WebGPU specification; TypeScript's worker library knows the type but not the constants.
const usage = { COPY_SRC: 0x04, COPY_DST: 0x08, STORAGE: 0x80 } as const;

/** COPY_SRC lets the device give weights back for a check that they never changed. */
function upload(device: GPUDevice, values: Float32Array): GPUBuffer {
  const size = Math.ceil(values.byteLength / 16) * 16;
  const buffer = device.createBuffer({
    size,
    usage: usage.STORAGE | usage.COPY_SRC | usage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
  return buffer;
}
