// Finds a Chromium, or installs one: Debian's package as root, else Playwright's download.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, step } from "./install.mjs";

/** The real binary first: Debian's wrapper in /usr/bin adds flags of its own. */
const places = [
  "/usr/lib/chromium/chromium",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

async function playwrightsOwn() {
  const { chromium } = await import("playwright-core");
  return chromium.executablePath();
}

/** A file at the right place is not yet a browser: Ubuntu's is a stub, and Playwright's lacks libraries on a bare machine. */
export function starts(path) {
  if (!path || !existsSync(path)) return false;
  return spawnSync(path, ["--version"], { stdio: "ignore", timeout: 30_000 }).status === 0;
}

async function find() {
  const named = process.env.PATHOTUNE_CHROMIUM;
  return [...(named ? [named] : places), await playwrightsOwn()].find(starts) ?? null;
}

/** Path of a Chromium, or null with `advice`, the one line an administrator must type. */
export async function ensureChromium() {
  const found = await find();
  if (found) return { path: found, advice: null };
  const debian = existsSync("/etc/debian_version");
  if (debian && process.getuid?.() === 0) {
    step("Installing Chromium (Debian's package, about 350 MB) ...");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-qq"], { stdio: "inherit", env });
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"], {
      stdio: ["ignore", "ignore", "inherit"],
      env,
    });
  } else {
    step("Downloading Chromium (Playwright's build, about 170 MB) ...");
    const cli = join(root, "node_modules", "playwright-core", "cli.js");
    spawnSync(process.execPath, [cli, "install", "chromium"], { stdio: "inherit" });
  }
  const installed = await find();
  if (installed) return { path: installed, advice: null };
  return { path: null, advice: debian ? "sudo apt-get install -y chromium" : "install Google Chrome or Chromium" };
}
