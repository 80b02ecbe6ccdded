// What both providers share of onnxruntime-web: its module as a type, one thing at a time, and its errors as Faults.
import type * as Ort from "onnxruntime-web/wasm";
import { Fault, isAbort } from "../../base/fault.ts";
import type { TensorValue } from "../../engine/runtime.ts";

export type OrtModule = typeof Ort;
export type OrtSessionOptions = Ort.InferenceSession.SessionOptions;

/** One asynchronous call at a time per WebAssembly instance ("Session already started"). A failure does not block the next. */
export function createQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const mine = last.then(task, task);
    last = mine.catch(() => undefined);
    return mine;
  };
}

const outOfMemory =
  /out of memory|bad_alloc|failed to allocate|allocation failed|exceeds the max buffer size|memory access out of bounds/i;

/** Faults and aborts pass; everything else becomes out-of-memory, device-lost, worker-died or runtime. */
export function ortFault(error: unknown, what: string): unknown {
  if (error instanceof Fault || isAbort(error)) return error;
  const reason =
    typeof error === "number" ? `error code ${error}` : error instanceof Error ? error.message : String(error);
  if (outOfMemory.test(reason)) {
    return new Fault(
      "out-of-memory",
      `${what}: not enough memory. Close other tabs, or use fewer blocks.`,
      { reason },
      error,
    );
  }
  if (/device.*(lost|destroyed)/i.test(reason)) {
    return new Fault("device-lost", `${what}: the graphics device was lost.`, { reason }, error);
  }
  if (error instanceof WebAssembly.RuntimeError) {
    // Whatever it was doing is half done, and its memory is not to be trusted.
    return new Fault("worker-died", `${what}: the runtime stopped (${reason}).`, { reason }, error);
  }
  return new Fault("runtime", `${what}: ${reason}`, { reason }, error);
}

export function floatTensor(ort: OrtModule, value: TensorValue): Ort.Tensor {
  return new ort.Tensor("float32", value.data, value.dims as number[]);
}

export function floatValue(tensor: Ort.Tensor, name: string): TensorValue {
  const { data } = tensor;
  if (!(data instanceof Float32Array))
    throw new Fault("runtime", `Output ${name} is ${tensor.type}, expected float32.`);
  return { dims: tensor.dims, data };
}
