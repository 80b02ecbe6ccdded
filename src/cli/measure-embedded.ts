// How well class centroids on frozen features tell the embedded slide's tissues apart, with the shipped model and the app's own
// slide, patch and head code. These are software figures: the slide is drawn by a program.
//   npx tsx src/cli/measure-embedded.ts [--model models/pathotune-tiny] [--slide public/slides/synthetic-he.tif]
import { parseArgs } from "node:util";
import { mpp } from "../base/brand.ts";
import type { PatchSpec } from "../domain/patch.ts";
import { cosineScores, fitCentroids } from "../engine/heads/centroid.ts";
import { loadModel } from "../engine/load-model.ts";
import { preprocess } from "../engine/preprocess.ts";
import { outputOf } from "../engine/runtime.ts";
import { argmaxOfRow, balancedAccuracy, confusionMatrix, recalls } from "../math/metrics.ts";
import { randomFor, shuffled } from "../math/random.ts";
import { readModelFile } from "../platform/node/fetch-files.ts";
import { openNodeRuntime } from "../platform/node/ort-runtime.ts";
import { createNodeSlideService } from "../platform/node/slide-service.ts";
import { createSpecimenLayout } from "../synth/layout-specimen.ts";
import { type DrawnPatch, drawnPatches } from "../synth/places.ts";
import { coarseTissues, fineTissues, type Tissue } from "../synth/tissue.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "models/pathotune-tiny" },
    slide: { type: "string", default: "public/slides/synthetic-he.tif" },
    "slide-seed": { type: "string", default: "7" },
    "labels-per-class": { type: "string", default: "8" },
    episodes: { type: "string", default: "20" },
    "max-per-tissue": { type: "string", default: "60" },
    only: { type: "string", default: "coarse,fine" },
  },
});
const tasks = (
  [
    ["coarse", coarseTissues],
    ["fine", fineTissues],
  ] as const
).filter(([name]) => values.only.split(",").includes(name));
const wanted: readonly Tissue[] = tasks.flatMap(([, tissues]) => [...tissues]);
const labelsPerClass = Number(values["labels-per-class"]);
const episodes = Number(values.episodes);

const slides = createNodeSlideService();
const slide = await slides.open({ source: { kind: "url", url: values.slide } });
const signal = new AbortController().signal;
const model = await loadModel(`${values.model}/manifest.json`, readModelFile, signal, () => {});
const { model: facts } = model;
const spec: PatchSpec = {
  pixels: facts.patchPixels,
  mpp: mpp(facts.mpp),
  filter: facts.filter,
  edge: facts.edge,
  snap: facts.snap,
};
const program = await openNodeRuntime().compile(model.backbone.graph, model.backbone.weights, { name: "features" });
const layout = createSpecimenLayout(Number(values["slide-seed"]));
const all = drawnPatches(layout, slide, wanted, facts.patchPixels, 0.8);

type Seen = Readonly<{ patch: DrawnPatch; features: Float32Array; colours: Float32Array; tissue: number }>;
const seen: Seen[] = [];
for (const tissue of wanted) {
  const pick = shuffled(
    randomFor(1, `places of ${tissue}`),
    all.filter((patch) => patch.tissue === tissue),
  ).slice(0, Number(values["max-per-tissue"]));
  for (const patch of pick) {
    const side = (spec.pixels * spec.mpp) / 0.5;
    const region = { x: patch.x, y: patch.y, width: side, height: side };
    const pixels = await slides.patch({ slideId: slide.id, region, spec });
    const input = preprocess([pixels.data], facts.patchPixels, facts.normalisation);
    const features = outputOf(await program.run({ pixels: input }), "features").data;
    seen.push({ patch, features: Float32Array.from(features), colours: coloursOf(pixels.data), tissue: pixels.tissue });
  }
}

/** Mean and standard deviation of each channel: what colour alone can tell. */
function coloursOf(rgb: Uint8Array): Float32Array {
  const out = new Float32Array(6);
  const n = rgb.length / 3;
  for (let c = 0; c < 3; c++) {
    let sum = 0;
    let squares = 0;
    for (let i = c; i < rgb.length; i += 3) {
      sum += rgb[i] ?? 0;
      squares += (rgb[i] ?? 0) ** 2;
    }
    out[c] = sum / n;
    out[c + 3] = Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2));
  }
  return out;
}

function table(rows: readonly Seen[], of: "features" | "colours"): Float32Array {
  const width = rows[0]?.[of].length ?? 0;
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(row[of], i * width);
  });
  return out;
}

/** Balanced accuracy on places none of whose patches was labelled; half of each tissue's places may be labelled. */
function episode(tissues: readonly Tissue[], seed: number, of: "features" | "colours") {
  const labelled: Seen[] = [];
  const heldOut: Seen[] = [];
  for (const tissue of tissues) {
    const mine = seen.filter((s) => s.patch.tissue === tissue);
    const random = randomFor(seed, tissue);
    const places = shuffled(random, [...new Set(mine.map((s) => s.patch.place))]);
    const open = new Set(places.slice(0, Math.ceil(places.length / 2)));
    labelled.push(
      ...shuffled(
        random,
        mine.filter((s) => open.has(s.patch.place)),
      ).slice(0, labelsPerClass),
    );
    heldOut.push(...mine.filter((s) => !open.has(s.patch.place)));
  }
  const targetOf = (s: Seen): number => tissues.indexOf(s.patch.tissue);
  const features = table(labelled, of);
  const width = features.length / labelled.length;
  const head = fitCentroids({ features, width, targets: labelled.map(targetOf), classes: tissues.length }, 10);
  const scores = cosineScores(head, table(heldOut, of));
  const answers = heldOut.map((_, i) => argmaxOfRow(scores, i, tissues.length));
  const confusion = confusionMatrix(heldOut.map(targetOf), answers, tissues.length);
  return { value: balancedAccuracy(confusion), recalls: recalls(confusion) };
}

console.log(`Software figures on a slide drawn by a program (${values.slide}, ${slide.id.slice(0, 12)}).`);
console.log(`Model ${facts.name}, weights ${model.digest.slice(0, 12)}; ${labelsPerClass} labels a class.`);
for (const [name, tissues] of tasks) {
  for (const of of ["features", "colours"] as const) {
    const runs = Array.from({ length: episodes }, (_, seed) => episode(tissues, seed, of));
    const figures = runs.map((run) => run.value).sort((a, b) => a - b);
    const mean = figures.reduce((a, b) => a + b, 0) / figures.length;
    const spread = Math.sqrt(figures.reduce((a, b) => a + (b - mean) ** 2, 0) / figures.length);
    console.log(
      `${name.padEnd(6)} ${of.padEnd(8)} balanced accuracy ${mean.toFixed(3)} +- ${spread.toFixed(3)} (${figures[0]?.toFixed(3)} .. ${figures.at(-1)?.toFixed(3)}), episodes 0..${episodes - 1}`,
    );
    const mine = tissues.map((tissue, c) => {
      const each = runs.map((run) => run.recalls[c] ?? 0);
      return `${tissue} ${(each.reduce((a, b) => a + b, 0) / each.length).toFixed(2)}`;
    });
    console.log(`         recall: ${mine.join(", ")}`);
  }
}
for (const tissue of wanted) {
  const mine = seen.filter((s) => s.patch.tissue === tissue);
  const places = new Set(mine.map((s) => s.patch.place)).size;
  const least = Math.min(...mine.map((s) => s.tissue));
  console.log(
    `${tissue.padEnd(12)} ${mine.length} patches in ${places} places, tissue share at least ${least.toFixed(2)}`,
  );
}
process.exit(0);
