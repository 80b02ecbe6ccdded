// Counts what a page asks of WebGPU: dispatches, and the bytes of buffers that are alive. Knows nothing of who asks.

/** Sizes in bytes by buffer, of those neither destroyed nor of a destroyed device. */
const alive = new Map<GPUBuffer, number>();
/** By kernel: onnxruntime labels a shader module with the operator's name. */
const dispatches = new Map<string, number>();
const kernels = new WeakMap<GPUComputePipeline, string>();
const bound = new WeakMap<GPUComputePassEncoder, GPUComputePipeline>();

function dispatched(pass: GPUComputePassEncoder): void {
  const pipeline = bound.get(pass);
  const kernel = (pipeline && kernels.get(pipeline)) || "unlabelled";
  dispatches.set(kernel, (dispatches.get(kernel) ?? 0) + 1);
}

/** Must run before a device is made. Passes every call on. */
export function watchGpu(): void {
  const passes = GPUComputePassEncoder.prototype;
  const { setPipeline, dispatchWorkgroups, dispatchWorkgroupsIndirect } = passes;
  passes.setPipeline = function (this: GPUComputePassEncoder, pipeline) {
    bound.set(this, pipeline);
    return setPipeline.call(this, pipeline);
  };
  passes.dispatchWorkgroups = function (this: GPUComputePassEncoder, ...sizes) {
    dispatched(this);
    return dispatchWorkgroups.apply(this, sizes);
  };
  passes.dispatchWorkgroupsIndirect = function (this: GPUComputePassEncoder, ...place) {
    dispatched(this);
    return dispatchWorkgroupsIndirect.apply(this, place);
  };
  const { createBuffer, createComputePipeline, createComputePipelineAsync } = GPUDevice.prototype;
  GPUDevice.prototype.createComputePipeline = function (this: GPUDevice, descriptor) {
    const pipeline = createComputePipeline.call(this, descriptor);
    kernels.set(pipeline, descriptor.compute.module.label);
    return pipeline;
  };
  GPUDevice.prototype.createComputePipelineAsync = async function (this: GPUDevice, descriptor) {
    const pipeline = await createComputePipelineAsync.call(this, descriptor);
    kernels.set(pipeline, descriptor.compute.module.label);
    return pipeline;
  };
  GPUDevice.prototype.createBuffer = function (this: GPUDevice, descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    alive.set(buffer, descriptor.size);
    return buffer;
  };
  const { destroy } = GPUBuffer.prototype;
  GPUBuffer.prototype.destroy = function (this: GPUBuffer) {
    alive.delete(this);
    return destroy.call(this);
  };
}

export function forgetDispatches(): void {
  dispatches.clear();
}

/** By kernel, since the last {@link forgetDispatches}. */
export const dispatchesByKernel = (): ReadonlyMap<string, number> => new Map(dispatches);

/** Bytes of all buffers that are alive. */
export const bytesAlive = (): number => [...alive.values()].reduce((sum, size) => sum + size, 0);

/** Of those that are alive, how many have each size. */
export function buffersBySize(): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const size of alive.values()) counts.set(size, (counts.get(size) ?? 0) + 1);
  return counts;
}
