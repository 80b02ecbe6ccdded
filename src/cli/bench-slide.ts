// npm run bench -- slide [--json] [--fast] [--only first,patches,feed,sweep,mask,memory] [--model manifest] [--python python3]
//   [--rounds n]
// How fast slides open, are read and are swept here, beside OpenSlide and geotiff.js. Knows which parts there are and in what order.
import { setMaxListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { isFault } from "../base/fault.ts";
import { patchSpecOf } from "../domain/model.ts";
import { attempt } from "./bench-engine/attempt.ts";
import { versioned } from "./bench-engine/versions.ts";
import { openBenchSession } from "./bench-slide/bench-session.ts";
import { measureFirstTile } from "./bench-slide/first-tile.ts";
import { hugeSide, writeHugeSlide } from "./bench-slide/huge-slide.ts";
import { busyWords, machine } from "./bench-slide/machine.ts";
import { measureMask } from "./bench-slide/mask-time.ts";
import { openSlideThread } from "./bench-slide/open-slide-thread.ts";
import { type Part, parseOptions, type SlideBenchOptions } from "./bench-slide/options.ts";
import { measurePatchRates } from "./bench-slide/patch-rate.ts";
import { slidesAtHand } from "./bench-slide/slides-at-hand.ts";
import { measureMemory } from "./bench-slide/sweep-memory.ts";
import { measureEfficiency, measureFeed, type SweepOptions } from "./bench-slide/sweep-rate.ts";
import { type Figure, type LeftOut, type Measured, printFigures } from "./figure.ts";

/** Progress goes to stderr, so that --json leaves nothing but figures on stdout. */
const log = (line: string): void => console.error(line);
const root = resolve(import.meta.dirname, "..", "..");
// Many tiles are asked for under one signal, which Node takes for a leak.
setMaxListeners(0);
const { signal } = new AbortController();

const figures: Figure[] = [];
const leftOut: LeftOut[] = [];
function keep(measured: Measured): void {
  figures.push(...measured.figures);
  leftOut.push(...measured.leftOut);
}

async function measure(options: SlideBenchOptions, folder: string): Promise<void> {
  const { parts, rounds } = options;
  const manifest =
    options.model === null ? join(root, "models", "pathotune-tiny", "manifest.json") : resolve(options.model);
  const { embedded, finer, others, leftOut: absent } = await slidesAtHand(folder);
  if (["patches", "feed", "mask"].some((part) => parts.has(part as Part))) leftOut.push(...absent);
  const hugePath = join(folder, "huge.tif");
  let hugeWords = "";
  if (parts.has("first") || parts.has("mask")) {
    log(`a slide of ${hugeSide} px is generated`);
    const bytes = await writeHugeSlide(hugePath, hugeSide, signal);
    hugeWords = `generated slide of ${hugeSide} x ${hugeSide} px that repeats its tiles (${(bytes / 1e6).toFixed(1)} MB)`;
  }
  if (parts.has("first")) {
    keep(await attempt("slide.first_tile_ms.*", () => measureFirstTile(hugePath, hugeWords, 2 * rounds - 1)));
  }

  if ([...parts].some((part) => part !== "first" && part !== "memory")) {
    const thread = openSlideThread();
    try {
      log("the model is loaded and tested");
      const session = await openBenchSession(manifest, thread.slides, signal);
      const spec = patchSpecOf(session.model);
      const words = `${session.model.name}, ${versioned("onnxruntime-web")} WASM, 1 thread; ${machine}`;
      const sweeps: SweepOptions = { session, slides: thread.slides, rounds, patches: options.patches, words, log };
      if (parts.has("patches")) {
        log("patches");
        keep(await measurePatchRates([embedded, finer, ...others], { ...options, spec, log }));
      }
      if (parts.has("mask")) {
        log("tissue masks");
        const huge = { format: "huge", path: hugePath, words: hugeWords, finer: false };
        keep(await measureMask("slide.mask_ms", huge, spec, rounds));
        for (const slide of [embedded, ...others]) {
          keep(await measureMask(`slide.mask_ms.${slide.format}`, slide, spec, rounds));
        }
      }
      if (parts.has("feed")) {
        log("sweeps without a model");
        for (const slide of [embedded, finer, ...others]) keep(await measureFeed(slide, sweeps));
      }
      if (parts.has("sweep")) {
        log("sweeps with the model");
        const more = others.filter(({ format }) => format === "svs_jpeg" || format === "svs_jp2k");
        for (const slide of [embedded, finer, ...more]) keep(await measureEfficiency(slide, sweeps));
      }
      await session.release();
    } finally {
      await thread.close();
    }
  }
  if (parts.has("memory")) {
    log("memory of a full sweep, in a process of its own");
    keep(
      await attempt("slide.peak_mib", () => measureMemory(manifest, embedded, options.fast ? options.patches : null)),
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), "pathotune-slide-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
try {
  const options = parseOptions(process.argv.slice(2));
  log(`About 5 minutes on two cores of 2 GHz, here on ${machine}. A busy machine spoils times: close what you can.`);
  const busy = busyWords();
  if (busy !== null) log(busy);
  await measure(options, folder);
  printFigures({ figures, leftOut }, options.json);
  if (!options.json)
    console.log(
      "\nslide.vs_openslide, slide.vs_geotiff: our patches a second over the other's, above 1 we are faster.",
    );
  if (busy !== null) log(busy);
  if (options.fast) log("A smoke run (--fast): these figures feed no claim.");
  process.exit(figures.length > 0 ? 0 : 1);
} catch (error) {
  console.error(isFault(error) ? error.message : error);
  process.exit(1);
}
