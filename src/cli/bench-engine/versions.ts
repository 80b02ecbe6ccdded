// Which versions of its peers and runtimes the suite measures: those that package.json pins.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { present } from "../../base/fault.ts";

type Dependencies = Readonly<Record<string, string>>;
const { dependencies, devDependencies } = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "..", "..", "package.json"), "utf8"),
) as Readonly<{ dependencies: Dependencies; devDependencies: Dependencies }>;

/** `@jax-js/jax 0.1.25` */
export function versioned(name: string): string {
  return `${name} ${present(dependencies[name] ?? devDependencies[name], `the version of ${name}`)}`;
}
