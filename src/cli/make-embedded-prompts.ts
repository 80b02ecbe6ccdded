// Tunes the prompt set that ships beside the embedded model: it names the drawn tissues and works on the embedded slide only.
// The labels come from the slide's ground truth, one patch a place, through the app's own engine.
//   npx tsx src/cli/make-embedded-prompts.ts && npx tsx src/cli/export-model.ts models/pathotune-tiny
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ClassId, type LabelId, mpp, type RunId } from "../base/brand.ts";
import { appVersion } from "../domain/app-version.ts";
import type { Label, TissueClass } from "../domain/label.ts";
import type { PatchSpec } from "../domain/patch.ts";
import { createEngine } from "../engine/service.ts";
import { randomFor, shuffled } from "../math/random.ts";
import { readModelFile } from "../platform/node/fetch-files.ts";
import { createNodeRuntimes, stashInMemory } from "../platform/node/ort-runtime.ts";
import { createNodeSlideService } from "../platform/node/slide-service.ts";
import type { Example } from "../protocol/engine-api.ts";
import { createSpecimenLayout } from "../synth/layout-specimen.ts";
import { type DrawnPatch, drawnPatches } from "../synth/places.ts";
import { coarseTissues, fineTissues, tissueText } from "../synth/tissue.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "models/pathotune-tiny" },
    slide: { type: "string", default: "public/slides/synthetic-he.tif" },
    "slide-seed": { type: "string", default: "7" },
    "labels-per-class": { type: "string", default: "12" },
    blocks: { type: "string", default: "4" },
    tokens: { type: "string", default: "5" },
    epochs: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
  },
});

const slides = createNodeSlideService();
const slide = await slides.open({ source: { kind: "url", url: values.slide } });
const engine = createEngine({
  fetchBytes: readModelFile,
  runtimes: createNodeRuntimes(),
  stash: stashInMemory,
  slides,
  now: () => performance.now(),
  appVersion,
});
const { model, provider } = await engine.load({
  source: { kind: "folder", manifestUrl: join(values.model, "manifest.json") },
  prefer: "wasm",
});
console.log(`${model.name} on ${provider.words}; ${slide.format} ${slide.id.slice(0, 12)}`);

const spec: PatchSpec = {
  pixels: model.patchPixels,
  mpp: model.mpp,
  filter: model.filter,
  edge: model.edge,
  snap: model.snap,
};
const side = (spec.pixels * spec.mpp) / 0.5;
const drawn = drawnPatches(
  createSpecimenLayout(Number(values["slide-seed"])),
  slide,
  [...coarseTissues, ...fineTissues],
  side,
  0.8,
);
const classes: TissueClass[] = [...coarseTissues, ...fineTissues].map((tissue, i) => ({
  id: tissue as string as ClassId,
  name: tissueText[tissue].title,
  color: tissueText[tissue].color,
  key: i + 1,
}));

/** One patch of every place in turn, so that the labels are spread as widely as the tissue is. */
function spread(patches: readonly DrawnPatch[], count: number): readonly DrawnPatch[] {
  const byPlace = new Map<string, DrawnPatch[]>();
  for (const patch of patches) byPlace.set(patch.place, [...(byPlace.get(patch.place) ?? []), patch]);
  const places = [...byPlace.values()];
  const out: DrawnPatch[] = [];
  for (let round = 0; out.length < count && places.some((place) => place.length > round); round++) {
    for (const place of places) {
      const patch = place[round];
      if (patch && out.length < count) out.push(patch);
    }
  }
  return out;
}

const labels: Label[] = [];
const examples: Example[] = [];
for (const { id } of classes) {
  const random = randomFor(Number(values.seed), `labels of ${id}`);
  const mine = shuffled(
    random,
    drawn.filter((patch) => patch.tissue === (id as string)),
  );
  for (const { x, y, place } of spread(mine, Number(values["labels-per-class"]))) {
    const region = { x, y, width: side, height: side };
    const labelId = `${id}-${x}-${y}` as LabelId;
    // `imported`: from the slide's ground truth. Each place is a group of its own, as if clicked there.
    const label = {
      id: labelId,
      slideId: slide.id,
      classId: id,
      region,
      slideMpp: mpp(0.5),
      origin: "imported",
    } as const;
    labels.push({ ...label, group: place });
    examples.push({ labelId, patch: { slideId: slide.id, region, spec }, classId: id });
  }
}

const started = performance.now();
let said = 0;
const result = await engine.tune(
  {
    runId: "embedded" as RunId,
    name: "Drawn tissues (synthetic slide)",
    settings: {
      blocks: Number(values.blocks),
      tokensPerBlock: Number(values.tokens),
      epochs: Number(values.epochs),
      batch: 16,
      learningRate: 2e-3,
      weightDecay: 0.01,
      labelSmoothing: 0.1,
      temperature: 10,
      seed: Number(values.seed),
      // In one view, so that a click on the first page costs no more than it must; the frozen part has its constant share.
      views: 1,
      frozen: "constant",
    },
    classes,
    labels,
    examples,
    cases: {},
    syntheticSlides: [slide.id],
    parent: null,
    resume: null,
    halvings: 0,
  },
  {
    onProgress(event) {
      if (event.type === "loss") console.log(`epoch ${event.point.epoch} loss ${event.point.loss.toFixed(4)}`);
      if (event.type === "progress" && performance.now() - said > 10_000) {
        said = performance.now();
        console.log(
          `${(event.progress.done * 100).toFixed(0)} %, ${event.progress.secondsLeft?.toFixed(0) ?? "?"} s left`,
        );
      }
    },
  },
);
const path = join(values.model, "drawn-tissues.safetensors");
await writeFile(path, result.bytes);
console.log(
  `${path}: ${result.bytes.length} bytes, ${result.ended}, ${((performance.now() - started) / 1000).toFixed(0)} s`,
);
const { estimate } = result;
if (estimate.kind === "figure") {
  console.log(
    `tuned ${estimate.tuned.balancedAccuracy.toFixed(3)}, frozen ${estimate.frozen.balancedAccuracy.toFixed(3)}`,
  );
  console.log(`${estimate.units} ${estimate.unit}s, ${estimate.folds} folds; a software figure: the slide is drawn`);
} else console.log(estimate.reason);
process.exit(0);
