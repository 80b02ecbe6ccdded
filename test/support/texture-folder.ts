// Folders of labelled texture pictures and a tiny model on disk, for the command line. Knows the tiny model and what its textures are.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { texture, tinyModel } from "./tiny-model.ts";

export const textureClasses = ["blobs", "plain", "stripes"] as const;
const kindOf = { stripes: 0, blobs: 1, plain: 2 } as const;

/** `perClass` PNG pictures of 32 px of each class, in pairs of one group; `seed` decides which. */
export async function writeTextures(folder: string, perClass: number, seed: number): Promise<void> {
  const rows = ["file,group"];
  for (const name of textureClasses) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const data = texture(seed + i, kindOf[name], 32);
      const file = `${String(i).padStart(3, "0")}.png`;
      await sharp(data, { raw: { width: 32, height: 32, channels: 3 } })
        .png()
        .toFile(join(folder, name, file));
      rows.push(`${name}/${file},${name} ${Math.floor(i / 2)}`);
    }
  }
  await writeFile(join(folder, "groups.csv"), `${rows.join("\n")}\n`);
}

/** Returns the path of the manifest. */
export async function writeTinyModel(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of tinyModel()) await writeFile(join(folder, name), bytes);
  return join(folder, "manifest.json");
}
