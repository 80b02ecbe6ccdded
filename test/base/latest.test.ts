import { describe, expect, test } from "vitest";
import { createLatest } from "../../src/base/latest.ts";

const until = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

describe("latest wins", () => {
  test("a newer task cancels the one before it", async () => {
    const latest = createLatest();
    const older = latest.run(until);
    const newer = latest.run(async () => "newer");
    await expect(older).rejects.toMatchObject({ name: "AbortError" });
    await expect(newer).resolves.toBe("newer");
  });

  test("a task that ignores its signal still cannot answer late", async () => {
    const latest = createLatest();
    let answer: (text: string) => void = () => {};
    const older = latest.run(
      () =>
        new Promise<string>((resolve) => {
          answer = resolve;
        }),
    );
    const newer = latest.run(async () => "newer");
    answer("older");
    await expect(older).rejects.toMatchObject({ name: "AbortError" });
    await expect(newer).resolves.toBe("newer");
  });

  test("an outer signal cancels it too", async () => {
    const outer = new AbortController();
    const running = createLatest().run(until, outer.signal);
    outer.abort();
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
  });
});
