// npm run build: dist/ with the app, the embedded slide and model, and the runtime.
import { join } from "node:path";
import { ensureInstalled, fail, root, runBin, sizeOf, step } from "./lib/install.mjs";

/** `quiet`: for who wants to use the app, not to build it: a bundler's warnings look like something went wrong. Errors are shown. */
export function build({ quiet = false } = {}) {
  step("Building the app into dist ...");
  if (runBin("vite", ["build", "--logLevel", quiet ? "error" : "warn"]) !== 0)
    fail("The build failed; its message is above.");
  step(`Built: dist is ${sizeOf(join(root, "dist"))} (app, embedded slide, embedded model, runtime)`);
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split(/[\\/]/).at(-1))) {
  ensureInstalled();
  build();
}
