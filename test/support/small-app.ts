// The built app with a small random backbone in the place of the embedded one: for what takes minutes on a software graphics card.
// Knows the layout of dist/ and of a model folder.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, type Served, serveFolder } from "./browser.ts";
import { type ModelFolder, tinyModel } from "./tiny-model.ts";

export async function serveSmallApp(model: ModelFolder = tinyModel()): Promise<Served> {
  const dist = join(root, "dist");
  const folder = mkdtempSync(join(tmpdir(), "pathotune-app-"));
  for (const name of readdirSync(dist).filter((entry) => entry !== "models")) {
    symlinkSync(join(dist, name), join(folder, name));
  }
  const place = join(folder, "models", "pathotune-tiny");
  mkdirSync(place, { recursive: true });
  for (const [path, bytes] of model) writeFileSync(join(place, path), bytes);
  const served = await serveFolder(folder);
  return {
    url: served.url,
    close: async () => {
      await served.close();
      rmSync(folder, { recursive: true });
    },
  };
}
