// The engine's own sweep over a slide that is read on a thread of its own: against the model on patches at hand, and with the model
// replaced by nothing. Knows one session; ratios are taken within a round.
import { performance } from "node:perf_hooks";
import { present } from "../../base/fault.ts";
import { lanePriority } from "../../base/lane.ts";
import { cellPatch } from "../../domain/map-grid.ts";
import { patchSpecOf } from "../../domain/model.ts";
import type { Session } from "../../engine/session.ts";
import { defaultCut } from "../../engine/start-runtime.ts";
import { sweep } from "../../engine/sweep.ts";
import type { SlideApi } from "../../protocol/slide-api.ts";
import { attempt } from "../bench-engine/attempt.ts";
import { race } from "../bench-engine/race.ts";
import { figure, type Measured, ratios } from "../figure.ts";
import { machine } from "./machine.ts";
import { nameOf, never } from "./patch-rate.ts";
import type { SlideAtHand } from "./slides-at-hand.ts";
import { sweptSlide } from "./swept-slide.ts";

export type SweepOptions = Readonly<{
  session: Session;
  slides: SlideApi;
  rounds: number;
  /** Of a sweep with the model. */
  patches: number;
  /** What the model runs on, in words. */
  words: string;
  log: (line: string) => void;
}>;

/** `slide.sweep_efficiency`: sweep rate over model-only rate on the same number of the same patches. */
export async function measureEfficiency(slide: SlideAtHand, options: SweepOptions): Promise<Measured> {
  const name = `slide.sweep_efficiency.${slide.finer ? "2x" : "1x"}.${slide.format}.wasm`;
  return attempt(name, async () => {
    const { session, slides, rounds, patches, words, log } = options;
    const spec = patchSpecOf(session.model);
    log(name);
    const { params: first, caches } = await sweptSlide(slides, slide, spec, patches);
    const { cells, grid, slideId, sheet } = first;
    const ready: Uint8Array[] = [];
    for (const cell of cells) ready.push((await slides.patch({ slideId, region: cellPatch(grid, cell), spec })).data);
    let batch = 1;
    const sweeping = {
      name: "sweep",
      run: async () => {
        const { params } = await sweptSlide(slides, slide, spec, patches);
        const before = performance.now();
        await sweep(session, slides, params, never(), (progress) => {
          batch = Math.max(batch, progress.cells.length);
        });
        const ms = performance.now() - before;
        session.swept.forget(sheet);
        return ms;
      },
    };
    const modelOnly = {
      name: "model only",
      run: async () => {
        const before = performance.now();
        for (let from = 0; from < ready.length; from += batch) {
          const some = ready.slice(from, from + batch);
          await session.analyser.compute(some, defaultCut(session.model.shape), lanePriority.sweep, never());
        }
        return performance.now() - before;
      },
    };
    // The warm-up's sweep comes first: it says how many patches its batches hold.
    await sweeping.run();
    const times = await race([modelOnly, sweeping], { rounds, warm: false }, log);
    const [model, whole] = [present(times.get("model only"), "times"), present(times.get("sweep"), "times")];
    const on = `${slide.words}, ${cells.length} places on tissue around the middle, batches of ${batch}, ${caches}; slide on a thread of its own; ${words}`;
    const perSecond = (ms: readonly number[]): readonly number[] => ms.map((one) => (cells.length * 1000) / one);
    const scale = slide.finer ? "2x" : "1x";
    const figures = [
      figure(name, ratios(model, whole), "1", on),
      figure(`slide.sweep_rate.${scale}.${slide.format}.wasm`, perSecond(whole), "1/s", on),
      figure(`slide.model_rate.${scale}.${slide.format}.wasm`, perSecond(model), "1/s", on),
    ];
    return { figures, leftOut: [] };
  });
}

/** `slide.feed_rate`: what the sweep delivers where the model takes no time. */
export async function measureFeed(slide: SlideAtHand, options: SweepOptions): Promise<Measured> {
  const name = `slide.feed_rate.${nameOf(slide)}`;
  return attempt(name, async () => {
    const { slides, rounds, log } = options;
    const session = withoutModel(options.session);
    const spec = patchSpecOf(session.model);
    const rates: number[] = [];
    let places = 0;
    let caches = "";
    let batch = 0;
    for (let round = 0; round <= rounds; round++) {
      const { params, caches: left } = await sweptSlide(slides, slide, spec, null);
      caches = left;
      places = params.cells.length;
      const before = performance.now();
      await sweep(session, slides, params, never(), (progress) => {
        batch = Math.max(batch, progress.cells.length);
      });
      const perSecond = (places * 1000) / (performance.now() - before);
      session.swept.forget(params.sheet);
      log(`  ${name} ${round}/${rounds}: ${perSecond.toFixed(0)}/s`);
      if (round > 0) rates.push(perSecond);
    }
    const scale = slide.finer ? "shrunk from twice as fine" : "at the level's um/px";
    const on = `${slide.words}, ${spec.pixels} px, ${scale}, all ${places} places on tissue in the order of a map, batches of ${batch}, ${caches}; slide on a thread of its own, no model, ${machine}`;
    return { figures: [figure(name, rates, "1/s", on)], leftOut: [] };
  });
}

/** The same session with answers of zeros that cost nothing; frozen features only, so nobody looks at tokens. */
function withoutModel(session: Session): Session {
  const nothing = { features: new Float32Array(session.model.shape.featureWidth), tokens: new Float32Array(0) };
  return {
    ...session,
    forward: 0,
    analyser: { ...session.analyser, compute: async (pixels) => pixels.map(() => nothing) },
  };
}
