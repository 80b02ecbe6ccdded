// One runner for Node tests and for tests that drive Chromium (test/browser). Two workers: the reference machine has two cores.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    // A page on a busy machine may take its time: what is waited for is whether it comes, not when.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    env: { TZ: "UTC" },
  },
});
