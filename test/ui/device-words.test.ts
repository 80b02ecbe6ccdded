// What the capability card says in sentences, of the states a device can be in.
import { expect, test } from "vitest";
import { deviceWords } from "../../src/ui/device-words.ts";
import { engineStatus } from "../support/fake-apis.ts";

const missing = { what: "", cost: "", remedy: "" };
const gate = { name: "golden-patch", error: 0, limit: 1, passed: true, words: "", kept: false } as const;

test("a processor with threads, all tests passed, and storage that may be cleared", () => {
  const status = {
    ...engineStatus,
    provider: { kind: "wasm-threads", words: "", threads: 4, why: null } as const,
    gates: [gate, { ...gate, name: "batch" as const }],
  };
  const words = deviceWords({ kind: "ready", status, knownSets: [] }, [], {
    used: 2_000_000,
    room: 1e9,
    lasting: false,
  });
  expect(words.computes).toContain("with 4 threads");
  expect(words.checked).toContain("all 2 self-tests were passed");
  expect(words.kept).toContain("(2.0 MB so far) but the browser may clear it");
});

test("a device that failed its self-test and keeps nothing says both", () => {
  const report = [
    { id: "webgpu", name: "", missing },
    { id: "storage", name: "", missing },
  ] as const;
  const words = deviceWords({ kind: "failed", fault: {} as never }, report as never, null);
  expect(words.computes).toContain("No graphics card");
  expect(words.checked).toContain("not passed");
  expect(words.kept).toContain("Nothing can be kept");
});
