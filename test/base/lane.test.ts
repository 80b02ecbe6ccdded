import { describe, expect, test } from "vitest";
import { createLane, lanePriority } from "../../src/base/lane.ts";

/** A task that waits until it is let go, and notes when it starts. */
function gate(name: string, log: string[]) {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const task = async () => {
    log.push(name);
    await opened;
    return name;
  };
  return { task, open: () => open() };
}

describe("a lane", () => {
  test("runs one task at a time, clicks before steps before sweeps, first come first served within one", async () => {
    const lane = createLane();
    const log: string[] = [];
    const first = gate("running", log);
    const running = lane.run(lanePriority.sweep, first.task);
    const rest = [
      lane.run(lanePriority.sweep, async () => log.push("sweep")),
      lane.run(lanePriority.step, async () => log.push("step 1")),
      lane.run(lanePriority.click, async () => log.push("click")),
      lane.run(lanePriority.step, async () => log.push("step 2")),
    ];
    expect(log).toEqual(["running"]);
    first.open();
    await Promise.all([running, ...rest]);
    expect(log).toEqual(["running", "click", "step 1", "step 2", "sweep"]);
  });

  test("goes on after a task that failed", async () => {
    const lane = createLane();
    const failed = lane.run(lanePriority.click, async () => {
      throw new Error("this one fails");
    });
    const next = lane.run(lanePriority.click, async () => "fine");
    await expect(failed).rejects.toThrow("this one fails");
    await expect(next).resolves.toBe("fine");
  });

  test("a task cancelled while it waits never starts", async () => {
    const lane = createLane();
    const log: string[] = [];
    const first = gate("running", log);
    const running = lane.run(lanePriority.click, first.task);
    const controller = new AbortController();
    const waiting = lane.run(lanePriority.click, async () => log.push("never"), controller.signal);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    first.open();
    await running;
    expect(log).toEqual(["running"]);
    expect(lane.waiting).toBe(0);
  });

  test("clearing it rejects what waits and leaves it usable", async () => {
    const lane = createLane();
    const first = gate("running", []);
    const running = lane.run(lanePriority.click, first.task);
    const waiting = lane.run(lanePriority.click, async () => "never");
    lane.clear(new Error("worker restarted"));
    await expect(waiting).rejects.toThrow("worker restarted");
    first.open();
    await running;
    await expect(lane.run(lanePriority.click, async () => "again")).resolves.toBe("again");
  });
});

test("with a pause before each task, what arrives during the pause goes before what waited", async () => {
  const order: string[] = [];
  const arriving: (() => void)[] = [];
  // As a worker: something that arrived is heard in the pause, and asks for the lane.
  const lane = createLane(async () => arriving.shift()?.());
  const work = (name: string) => async (): Promise<void> => void order.push(name);
  const steps = [1, 2, 3].map((step) => lane.run(lanePriority.step, work(`step ${step}`)));
  let click: Promise<void> | null = null;
  arriving.push(
    () => {},
    () => {
      click = lane.run(lanePriority.click, work("click"));
    },
  );
  await Promise.all(steps);
  await click;
  expect(order).toEqual(["step 1", "step 2", "click", "step 3"]);
});
