// What the built first page weighs. The limit is the project's own.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { firstPage } from "../../src/cli/bench-app/bundle.ts";

const dist = join(import.meta.dirname, "..", "..", "dist");

describe.skipIf(!existsSync(join(dist, "index.html")))("the first page", () => {
  test("is at most 300 kB of script, gzipped, without viewer, workers, runtime, model and slide", () => {
    expect(firstPage(dist).first).toBeLessThanOrEqual(300_000);
  });

  test("holds neither charts nor dialogs: those are loaded when they are first shown", () => {
    const { scripts } = firstPage(dist);
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((name) => /loss-curve|dialog|Modal|palette/.test(name))).toEqual([]);
  });
});
