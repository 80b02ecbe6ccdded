// A PatchSource without a slide: each class of texture has its own stripe of places. Knows what kind of tissue lies where.
import type { SlideId } from "../../src/base/brand.ts";
import { mpp } from "../../src/base/brand.ts";
import { Fault } from "../../src/base/fault.ts";
import type { Region } from "../../src/domain/geometry.ts";
import type { Patch, PatchSpec } from "../../src/domain/patch.ts";
import type { PatchSource } from "../../src/protocol/slide-api.ts";
import { texture } from "./tiny-model.ts";

export const slideId = "5".repeat(64) as SlideId;
export const spec: PatchSpec = { pixels: 32, mpp: mpp(0.5), filter: "bicubic", edge: "white", snap: 0.02 };

/** Place `index` of texture `kind`; places are far enough apart to be islands of their own. */
export function placeOf(kind: number, index: number): Region {
  return { x: index * 200, y: kind * 1000, width: 32, height: 32 };
}
export const patchAt = (region: Region, slide: SlideId = slideId): Patch => ({ slideId: slide, region, spec });

/** Counts reads. Places at negative x are glass; those that `damaged` names cannot be read. */
export function textureSlide(): PatchSource & { readonly reads: number; damaged: (region: Region) => boolean } {
  let reads = 0;
  const slide = {
    get reads() {
      return reads;
    },
    damaged: (_: Region): boolean => false,
    async patch(
      { region, spec: { pixels } }: Parameters<PatchSource["patch"]>[0],
      options?: Parameters<PatchSource["patch"]>[1],
    ) {
      options?.signal?.throwIfAborted();
      reads++;
      if (slide.damaged(region)) throw new Fault("damaged", "Tile 1, 2 of level 0 is damaged.");
      const kind = Math.round(region.y / 1000);
      const glass = region.x < 0;
      return {
        data: glass ? new Uint8Array(pixels * pixels * 3).fill(250) : texture(100 + region.x, kind, pixels),
        pixels,
        effectiveMpp: mpp(0.5),
        level: 0,
        upsampled: false,
        missing: 0,
        tissue: glass ? 0.01 : 0.9,
      };
    },
    async tissueGrid({ max }: Readonly<{ max: number }>) {
      return Array.from({ length: max }, (_, i) => placeOf(i % 3, 50 + Math.floor(i / 3)));
    },
  };
  return slide;
}
