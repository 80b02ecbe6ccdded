// Draws labelled patches for training a backbone: every patch has a stain, shapes and a layout of its own, none near the
// shipped slide's, and never the fine-grained pair. Writes patches.u8 (n x 224 x 224 x 3) and labels.u8 (tissue numbers).
//   npx tsx src/cli/dump-training-patches.ts --count 4000 --seed 100000 .cache/train/drawn
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createDraw, subSeed } from "../synth/hash.ts";
import { createMosaicLayout } from "../synth/layout-mosaic.ts";
import { createPainter } from "../synth/painter.ts";
import { trainingStyle } from "../synth/style.ts";
import { coarseTissues, tissueNumber } from "../synth/tissue.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: "string", default: "4000" }, seed: { type: "string", default: "100000" } },
});
const [folder] = positionals;
const count = Number(values.count);
const seed = Number(values.seed);
if (folder === undefined || !Number.isInteger(count) || !Number.isInteger(seed) || count < 1) {
  console.error("usage: dump-training-patches [--count n] [--seed n] folder");
  process.exit(2);
}
const side = 224;
await mkdir(folder, { recursive: true });
const file = await open(join(folder, "patches.u8"), "w");
const labels = new Uint8Array(count);
for (let n = 0; n < count; n++) {
  const patchSeed = subSeed(seed + n, "training patch");
  const draw = createDraw(patchSeed);
  const wanted = tissueNumber[coarseTissues[n % coarseTissues.length] ?? "stroma"];
  const painter = createPainter(patchSeed, trainingStyle(patchSeed), createMosaicLayout(patchSeed));
  // A place where most of the patch is the wanted tissue, judged on a coarse lattice.
  for (;;) {
    const x = Math.floor(draw.between(0, 8000));
    const y = Math.floor(draw.between(0, 8000));
    let inside = 0;
    for (let j = 0; j < 5; j++) {
      for (let i = 0; i < 5; i++) inside += painter.layout.at(x + 22 + 45 * i, y + 22 + 45 * j) === wanted ? 1 : 0;
    }
    if (inside < 18) continue;
    labels[n] = wanted;
    const pixels = painter.draw(x, y, side, side);
    await file.write(pixels);
    break;
  }
  if ((n + 1) % 500 === 0) console.log(`${n + 1} of ${count}`);
}
await file.close();
await writeFile(join(folder, "labels.u8"), labels);
