// npm test: installs what is missing, checks types and style, builds, runs every test, names each skip.
// npm run test:long: the long figures too, file by file; a file that passed on this very tree is not run again.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "./build.mjs";
import { check, checks } from "./check.mjs";
import { ensureChromium } from "./lib/chromium.mjs";
import { ensureInstalled, root, runBin, step } from "./lib/install.mjs";

const long = process.argv.includes("--long");
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const cache = join(root, ".cache");

ensureInstalled();
mkdirSync(cache, { recursive: true });
const browser = await ensureChromium();
const env = {
  ...process.env,
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --max-old-space-size=4096`.trim(),
  ...(browser.path ? { PATHOTUNE_CHROMIUM: browser.path } : { PATHOTUNE_NO_BROWSER: "1" }),
  ...(long ? { PATHOTUNE_LONG: "1" } : {}),
};
step(browser.path ? `Browser: ${browser.path}` : "Browser: none, tests that need one are skipped by name");

const failedChecks = check();
build();

/** Runs Vitest on `files` (all when empty) and returns its JSON report. */
function vitest(files) {
  const out = join(cache, "vitest.json");
  rmSync(out, { force: true });
  const status = runBin("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile=${out}`, ...files], {
    env,
  });
  if (!existsSync(out)) return { status: status || 1, tests: [], broken: ["the test runner itself"] };
  const report = JSON.parse(readFileSync(out, "utf8"));
  const tests = report.testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({
      name: `${relative(root, file.name)} \u203a ${test.fullName.trim()}`,
      status: test.status,
    })),
  );
  const broken = report.testResults
    .filter((file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"))
    .map((file) => `${relative(root, file.name)} (did not load)`);
  return { status, tests, broken };
}

/** State of the tree that a passed long file is remembered for. */
function treeKey() {
  const git = (...args) => spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout ?? "";
  return createHash("sha256").update(git("rev-parse", "HEAD")).update(git("diff", "HEAD")).digest("hex").slice(0, 16);
}

let results = [];
if (long) {
  const remembered = join(cache, `long-${treeKey()}.json`);
  const done = existsSync(remembered) ? JSON.parse(readFileSync(remembered, "utf8")) : {};
  const listed = spawnSync("git", ["ls-files", "test/**/*.test.ts"], { cwd: root, encoding: "utf8" })
    .stdout.trim()
    .split("\n");
  for (const file of listed.filter((name) => filters.length === 0 || filters.some((f) => name.includes(f)))) {
    if (!done[file]) {
      const result = vitest([file]);
      if (result.status === 0) {
        done[file] = result;
        writeFileSync(remembered, JSON.stringify(done));
      }
      results.push(result);
    } else {
      step(`${file}: passed before on this tree`);
      results.push(done[file]);
    }
  }
} else results = [vitest(filters)];

const tests = results.flatMap((result) => result.tests);
const failed = [
  ...failedChecks,
  ...results.flatMap((result) => result.broken),
  ...tests.filter((test) => test.status === "failed").map((test) => test.name),
];
const passed = tests.filter((test) => test.status === "passed").length + checks - failedChecks.length;
const skipped = tests.filter((test) => test.status !== "passed" && test.status !== "failed");
const crashed = results.some((result) => result.status !== 0) && failed.length === 0;
if (crashed) failed.push("the test runner ended with an error outside any test (see above)");

for (const test of skipped) console.log(`skipped: ${test.name}`);
for (const name of failed) console.log(`failed:  ${name}`);
if (!browser.path) {
  console.log(
    `\nNo browser could be found or installed, so the browser tests did not run. An administrator must type:\n  ${browser.advice}`,
  );
}
console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
process.exit(failed.length === 0 && browser.path ? 0 : 1);
