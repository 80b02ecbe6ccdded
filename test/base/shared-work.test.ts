import { describe, expect, test } from "vitest";
import { createSharedWork } from "../../src/base/shared-work.ts";

function manual() {
  const started: { key: string; signal: AbortSignal; resolve: (v: string) => void; reject: (e: Error) => void }[] = [];
  const shared = createSharedWork<string, string>(
    (key, signal) => new Promise((resolve, reject) => started.push({ key, signal, resolve, reject })),
  );
  return { started, shared };
}

describe("shared work", () => {
  test("runs once for all who want it at the same time, and anew for those who come later", async () => {
    const { started, shared } = manual();
    const both = [shared.join("a", new AbortController().signal), shared.join("a", new AbortController().signal)];
    expect(started).toHaveLength(1);
    started[0]?.resolve("x");
    expect(await Promise.all(both)).toEqual(["x", "x"]);
    void shared.join("a", new AbortController().signal).catch(() => {});
    expect(started).toHaveLength(2);
  });

  test("is aborted when the last one leaves, not before", async () => {
    const { started, shared } = manual();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = shared.join("a", one.signal);
    const second = shared.join("a", two.signal);
    one.abort();
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    expect(started[0]?.signal.aborted).toBe(false);
    two.abort();
    await expect(second).rejects.toMatchObject({ name: "AbortError" });
    expect(started[0]?.signal.aborted).toBe(true);
  });

  test("who joins after everyone left starts it anew", async () => {
    const { started, shared } = manual();
    const one = new AbortController();
    const first = shared.join("a", one.signal);
    one.abort();
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    const second = shared.join("a", new AbortController().signal);
    started[0]?.reject(new Error("late"));
    started[1]?.resolve("fresh");
    expect(await second).toBe("fresh");
  });

  test("is forgotten when it fails", async () => {
    const { started, shared } = manual();
    const first = shared.join("a", new AbortController().signal);
    started[0]?.reject(new Error("no"));
    await expect(first).rejects.toThrow("no");
    const second = shared.join("a", new AbortController().signal);
    started[1]?.resolve("yes");
    expect(await second).toBe("yes");
  });
});
