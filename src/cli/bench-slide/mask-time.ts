// How long finding the tissue takes, of slides opened anew. Knows the slide api only.
import { performance } from "node:perf_hooks";
import type { PatchSpec } from "../../domain/patch.ts";
import { createNodeSlideService } from "../../platform/node/slide-service.ts";
import { attempt } from "../bench-engine/attempt.ts";
import { figure, type Measured } from "../figure.ts";
import { machine } from "./machine.ts";
import { statedScale } from "./patch-rate.ts";
import type { SlideAtHand } from "./slides-at-hand.ts";

/** The slide is open; its first tiles are not decoded yet. */
export async function measureMask(
  name: string,
  slide: SlideAtHand,
  spec: PatchSpec,
  rounds: number,
): Promise<Measured> {
  return attempt(name, async () => {
    const times: number[] = [];
    let size = "";
    for (let round = 0; round < rounds; round++) {
      const slides = createNodeSlideService();
      const { id: slideId, width, height } = await slides.open({ source: { kind: "url", url: slide.path } });
      await slides.calibrate({ slideId, calibration: statedScale(spec, slide.finer) });
      const before = performance.now();
      const mask = await slides.tissueMask({ slideId });
      times.push(performance.now() - before);
      size = `${width} x ${height} px, mask of ${mask.width} x ${mask.height}`;
      await slides.close({ slideId });
    }
    const on = `${slide.words}, ${size}; from disk, ${machine}, 1 thread`;
    return { figures: [figure(name, times, "ms", on)], leftOut: [] };
  });
}
