// npm run bench -- <suite> [options]: measured figures with what they ran on. Suites live in src/cli/bench-<suite>.ts.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium } from "./lib/chromium.mjs";
import { ensureInstalled, fail, root, runBin } from "./lib/install.mjs";

ensureInstalled();
const [suite, ...rest] = process.argv.slice(2);
const file = join(root, "src", "cli", `bench-${suite}.ts`);
if (!suite || !/^[a-z]+$/.test(suite) || !existsSync(file)) {
  const known = readdirSync(join(root, "src", "cli")).flatMap((name) => /^bench-([a-z]+)\.ts$/.exec(name)?.[1] ?? []);
  fail(`npm run bench -- <suite> [--json] [--fast]\nSuites: ${known.join(", ")}`);
}
// Suites that open pages; one without a browser leaves their figures out, and says so.
const inBrowser = new Set(["app", "engine"]);
const browser = inBrowser.has(suite) ? await ensureChromium() : { path: null };
const env = { ...process.env, ...(browser.path ? { PATHOTUNE_CHROMIUM: browser.path } : {}) };
process.exit(runBin("tsx", [file, ...rest], { env }));
