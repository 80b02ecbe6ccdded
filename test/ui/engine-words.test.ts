// What the engine's chip and the backbone's card say of how far answers were checked.
import { expect, test } from "vitest";
import type { EngineStatus, GateResult } from "../../src/protocol/engine-api.ts";
import { checkedWords, chipWords } from "../../src/ui/engine-words.ts";
import { engineStatus } from "../support/fake-apis.ts";

const gate = (passed: boolean): GateResult => ({
  name: "golden-patch",
  error: 0,
  limit: 1,
  passed,
  words: "",
  kept: false,
});
const chip = (change: Partial<EngineStatus>) =>
  chipWords({ kind: "ready", status: { ...engineStatus, ...change }, knownSets: [] });
const note = "Nothing outside this program confirmed what it answers.";

test("the chip says that a self-test passed only where something outside confirmed the answers", () => {
  expect(chip({ gates: [gate(true)] })).toEqual(["ok", "Processor, 1 thread · self-test passed"]);
  expect(chip({ gates: [gate(true)], notes: [note] })).toEqual([
    "warn",
    "Processor, 1 thread · checked only against itself",
  ]);
});

test("a failed self-test is said first", () => {
  expect(chip({ gates: [gate(true), gate(false)], notes: [note] })).toEqual([
    "warn",
    "Processor, 1 thread · a faster way failed its self-test",
  ]);
  expect(checkedWords({ gates: [gate(true), gate(false)], notes: [] }).link).toBe("1 of 2 self-tests failed");
});

test("the card shows the first note and counts the others", () => {
  const gates = [gate(true)];
  expect(checkedWords({ gates, notes: [] })).toEqual({ note: null, link: "1 self-test passed" });
  expect(checkedWords({ gates, notes: [note] })).toEqual({ note, link: "1 self-test passed" });
  expect(checkedWords({ gates, notes: [note, "a", "b"] }).link).toBe("1 self-test passed, 2 more notes");
});
