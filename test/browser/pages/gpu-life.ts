// Asks a device for something it must refuse, in a task that does not wait for the answer. Knows gpu-life only.
import { isFault } from "../../../src/base/fault.ts";
import { watchGpu } from "../../../src/platform/worker/gpu-life.ts";

/** STORAGE (WebGPU, section 5.1.2). */
const storage = 0x80;

async function refusedLate(): Promise<readonly string[]> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error("no WebGPU adapter");
  const device = await adapter.requestDevice();
  const life = watchGpu(device);
  const ended = async (task: () => Promise<void>): Promise<string> => {
    try {
      await life.guard(task, (error) => error);
      return "done";
    } catch (error) {
      return isFault(error) ? error.kind : String(error);
    }
  };
  const told = new Promise((resolve) => device.addEventListener("uncapturederror", resolve, { once: true }));
  // A buffer beyond the limit is invalid (WebGPU, section 5.1.3): nobody captures the error, and the task is over before it comes.
  const size = device.limits.maxBufferSize + 4;
  const first = await ended(async () => void device.createBuffer({ size, usage: storage }));
  // Chromium sends commands on when something is submitted.
  device.queue.submit([]);
  await told;
  const later = [await ended(async () => {}), await ended(async () => {})];
  life.letGo();
  return [first, ...later];
}

Object.assign(window, { refusedLate });
