// Makes sure node_modules is what the lock file says. Plain Node: it runs before anything is installed.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const minimum = [20, 19];

export function step(text) {
  console.log(`\u2022 ${text}`);
}

export function fail(text) {
  console.error(`\n${text}`);
  process.exit(1);
}

/** "123 MB" of a folder, as `du` counts it; empty where there is no `du`. */
export function sizeOf(path) {
  const out = spawnSync("du", ["-sm", path], { encoding: "utf8" });
  return out.status === 0 ? `${out.stdout.split("\t")[0]} MB` : "size unknown";
}

/** Runs a program of node_modules/.bin with our console; returns its exit status. */
export function runBin(name, args, options = {}) {
  const out = spawnSync(join(root, "node_modules", ".bin", name), args, { cwd: root, stdio: "inherit", ...options });
  return out.status ?? 1;
}

export function ensureInstalled() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < minimum[0] || (major === minimum[0] && minor < minimum[1])) {
    fail(`PathoTune needs Node ${minimum.join(".")} or newer; this is ${process.versions.node}.`);
  }
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = join(root, "node_modules", ".pathotune-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  step(`Installing packages (npm ci, about 750 MB on disk) into node_modules ...`);
  try {
    execFileSync("npm", ["ci", "--loglevel=error"], {
      cwd: root,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
  } catch {
    fail("npm ci failed (its message is above). With a working package registry, run the same command again.");
  }
  writeFileSync(stamp, lock);
  step(`Packages installed: ${sizeOf(join(root, "node_modules"))}`);
}
