// Counts what a page asks of WebGPU: dispatches, and the bytes of buffers that are alive. Knows nothing of who asks.

/** Sizes in bytes by buffer, of those neither destroyed nor of a destroyed device. */
const alive = new Map<GPUBuffer, number>();
let dispatches = 0;

/** Must run before a device is made. Passes every call on. */
export function watchGpu(): void {
  const passes = GPUComputePassEncoder.prototype;
  const { dispatchWorkgroups, dispatchWorkgroupsIndirect } = passes;
  passes.dispatchWorkgroups = function (this: GPUComputePassEncoder, ...sizes) {
    dispatches++;
    return dispatchWorkgroups.apply(this, sizes);
  };
  passes.dispatchWorkgroupsIndirect = function (this: GPUComputePassEncoder, ...place) {
    dispatches++;
    return dispatchWorkgroupsIndirect.apply(this, place);
  };
  const { createBuffer } = GPUDevice.prototype;
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

export const dispatchesSoFar = (): number => dispatches;

/** Bytes of all buffers that are alive. */
export const bytesAlive = (): number => [...alive.values()].reduce((sum, size) => sum + size, 0);

/** Of those that are alive, how many have each size. */
export function buffersBySize(): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const size of alive.values()) counts.set(size, (counts.get(size) ?? 0) + 1);
  return counts;
}
