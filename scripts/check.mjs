// npm run check: types of every part of the house, then format and lint. Part of npm test.
import { ensureInstalled, runBin, step } from "./lib/install.mjs";

const projects = ["core", "worker", "page", "node"];

/** Returns the names of the checks that failed. */
export function check() {
  const failed = [];
  for (const name of projects) {
    step(`Types: tsconfig.${name}.json`);
    if (runBin("tsc", ["-p", `tsconfig.${name}.json`]) !== 0) failed.push(`types of ${name}`);
  }
  step("Format and lint: biome");
  if (runBin("biome", ["check", "--error-on-warnings", "."]) !== 0) failed.push("format and lint");
  return failed;
}

export const checks = projects.length + 1;

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split(/[\\/]/).at(-1))) {
  ensureInstalled();
  process.exit(check().length === 0 ? 0 : 1);
}
