// What a sample of a browser test is drawn by: the same for the same build, another page draws others. Knows dist/ and one variable.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./browser.ts";

/** An unsigned 32-bit number. PATHOTUNE_SEED draws as it was drawn elsewhere. */
export function buildSeed(): number {
  const built = join(root, "dist", "index.html");
  const drawnBy = existsSync(built) ? createHash("sha256").update(readFileSync(built)).digest().readUInt32LE() : 0;
  return Number(process.env.PATHOTUNE_SEED ?? drawnBy);
}
