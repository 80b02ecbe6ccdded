// The life of a graphics device, seen by those who wait for it: once it is lost, what waits ends, and nothing that came back counts.
// Knows no onnxruntime and no graph.
import { Fault, isAbort } from "../../base/fault.ts";

export type GpuLife = Readonly<{
  /** Resolves when the device is lost without having been let go of. Never rejects. */
  lost: Promise<Fault>;
  /**
   * Runs something the device takes part in. Rejects with Fault `device-lost` as soon as the device is lost, also where `task` would
   * hang or would return what a lost device left in memory; with `out-of-memory` or `runtime` where the device refused something on
   * the way; else as `task` does, `describe` making a Fault of what it throws.
   */
  guard<T>(task: () => Promise<T>, describe: (error: unknown) => unknown): Promise<T>;
  /** Destroys the device: this is no loss. */
  letGo(): void;
}>;

/** How long the device may take to say that it is gone after something it was doing failed. */
const graceMilliseconds = 200;

export function watchGpu(device: GPUDevice): GpuLife {
  let gone: Fault | null = null;
  /** Told by nobody yet: it may come long after the task it belongs to, whose outputs stayed on the device, seemed to be done. */
  let refusal: Fault | null = null;
  const takeRefusal = (): Fault | null => {
    const taken = refusal;
    refusal = null;
    return taken;
  };
  let released = false;
  // One entry for each task under way: a promise that never settles would keep every task that ever raced against it.
  const underWay = new Set<(fault: Fault) => void>();
  const lost = new Promise<Fault>((resolve) => {
    void device.lost.then(({ message, reason }) => {
      const why = message || reason || "no reason given";
      const fault = new Fault("device-lost", `The graphics device was lost (${why}).`, { reason });
      gone = fault;
      for (const reject of underWay) reject(fault);
      underWay.clear();
      if (!released) resolve(fault);
    });
  });
  // What no error scope asked for: an allocation that failed leaves buffers that read as zeros.
  device.addEventListener("uncapturederror", ({ error }) => {
    refusal = error instanceof GPUOutOfMemoryError ? outOfMemory(error.message) : refused(error.message);
  });

  const guard = async <T>(task: () => Promise<T>, describe: (error: unknown) => unknown): Promise<T> => {
    const before = gone ?? takeRefusal();
    if (before) throw before;
    let mine: ((fault: Fault) => void) | undefined;
    try {
      const value = await new Promise<T>((resolve, reject) => {
        mine = reject;
        underWay.add(reject);
        task().then(resolve, reject);
      });
      const meanwhile = gone ?? takeRefusal();
      if (meanwhile) throw meanwhile;
      return value;
    } catch (error) {
      // What a lost device was doing fails before its loss is known: in Chromium as an AbortError, which is nobody's cancelling.
      if (!gone) await soon(device.lost);
      throw gone ?? takeRefusal() ?? describe(isAbort(error) ? refused(String(error)) : error);
    } finally {
      if (mine) underWay.delete(mine);
    }
  };

  return {
    lost,
    guard,
    letGo() {
      released = true;
      device.destroy();
    },
  };
}

const outOfMemory = (reason: string): Fault =>
  new Fault(
    "out-of-memory",
    "The graphics device has not enough memory for this. Close other tabs, or use fewer blocks.",
    {
      reason,
    },
  );

const refused = (reason: string): Fault =>
  new Fault("runtime", `The graphics device refused what it was asked: ${reason}`, { reason });

function soon(event: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, graceMilliseconds);
    void event.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
