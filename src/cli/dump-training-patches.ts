// Draws fields for training a backbone: every field has a stain, shapes and a layout of its own, none near the shipped slide's,
// and never the fine-grained pair. Writes fields.u8 (n x side x side x 3, 0.5 um/px) and fields.json (how they were drawn).
// The trainer cuts squares of many sizes out of them: with a side of 448 px, 112 px crops span 0.25 to 2 um/px.
//   npx tsx src/cli/dump-training-patches.ts --count 1200 --side 448 --seed 100000 .cache/train/drawn
import { mkdir, open, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createDraw, subSeed } from "../synth/hash.ts";
import { createMosaicLayout } from "../synth/layout-mosaic.ts";
import { createPainter, drawnMpp } from "../synth/painter.ts";
import { trainingStyle } from "../synth/style.ts";
import { coarseTissues, tissueNumber } from "../synth/tissue.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "1200" },
    side: { type: "string", default: "448" },
    seed: { type: "string", default: "100000" },
  },
});
const [folder] = positionals;
const [count, side, seed] = [Number(values.count), Number(values.side), Number(values.seed)];
if (folder === undefined || ![count, side, seed].every(Number.isInteger) || count < 1 || side < 1) {
  console.error("usage: dump-training-patches [--count n] [--side pixels] [--seed n] folder");
  process.exit(2);
}
await mkdir(folder, { recursive: true });
const target = join(folder, "fields.u8");
const file = await open(`${target}.part`, "w");
for (let n = 0; n < count; n++) {
  const fieldSeed = subSeed(seed + n, "training patch");
  const draw = createDraw(fieldSeed);
  const wanted = tissueNumber[coarseTissues[n % coarseTissues.length] ?? "stroma"];
  const painter = createPainter(fieldSeed, trainingStyle(fieldSeed), createMosaicLayout(fieldSeed));
  // A place with the wanted tissue in its middle, so that the tissues are equally frequent; what surrounds it is left to chance.
  let x = 0;
  let y = 0;
  do {
    x = Math.floor(draw.between(0, 8000));
    y = Math.floor(draw.between(0, 8000));
  } while (painter.layout.at(x + side / 2, y + side / 2) !== wanted);
  await file.write(painter.draw(x, y, side, side));
  if ((n + 1) % 100 === 0) console.log(`${n + 1} of ${count}`);
}
await file.close();
await rename(`${target}.part`, target);
await writeFile(join(folder, "fields.json"), `${JSON.stringify({ count, side, seed, mpp: drawnMpp })}\n`);
