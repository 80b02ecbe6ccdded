import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { wordsOf } from "../../src/ui/photograph-words.ts";
import { blamesProfile, coloursShown, type ProfileState } from "../../src/ui/use-colours.ts";

describe("the colours shown", () => {
  test("are those of the file wherever there is no profile to apply, whatever was wished", () => {
    const states: readonly ProfileState[] = ["unknown", "none", "unusable", "usable"];
    expect(states.map((state) => coloursShown("profile", state))).toEqual(["stored", "stored", "stored", "profile"]);
    expect(states.map((state) => coloursShown("stored", state))).toEqual(states.map(() => "stored"));
  });

  test("go back to stored for a profile that cannot be applied, not for a bad tile or connection", () => {
    const kinds = ["unsupported", "limit", "damaged", "network", "read"] as const;
    const blamed = kinds.filter((kind) => blamesProfile(new Fault(kind, "…"), "profile"));
    expect(blamed).toEqual(["unsupported", "limit"]);
    expect(kinds.some((kind) => blamesProfile(new Fault(kind, "…"), "stored"))).toBe(false);
  });
});

test("photographs on which a name may stand say so before they are shown", () => {
  expect(wordsOf("label").show).toBe("Show the label (may name the patient)");
  expect(wordsOf("macro").show).toContain("(may name the patient)");
});
