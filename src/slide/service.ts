// Open slides and what can be asked of them: the SlideApi. Knows no host: sources, decoders and pictures are injected.
import type { SlideId } from "../base/brand.ts";
import { assert, Fault, isFault } from "../base/fault.ts";
import { createSharedWork } from "../base/shared-work.ts";
import type { Rect, Region } from "../domain/geometry.ts";
import { type Level, mppOf, type SlideInfo, slideBounds } from "../domain/slide.ts";
import { defaultTissue, type TissueSettings } from "../domain/zone.ts";
import type { TileImage } from "../protocol/call.ts";
import type { SlideApi, TissueMask } from "../protocol/slide-api.ts";
import { planPatch, readExactPatch } from "./exact-patch.ts";
import { slideIdOf } from "./fingerprint.ts";
import { type InputDeps, openInput } from "./open-input.ts";
import { readOverview } from "./overview.ts";
import type { EncodedTile, SlideReader, TileDecoder } from "./slide-reader.ts";
import { createTileStore, type TileStore } from "./tile-window.ts";
import {
  readTissueOverview,
  type TissueOverview,
  tissueGrid,
  tissueMaskOf,
  tissueShare,
  tissueShareOfPixels,
} from "./tissue.ts";

export type SlideServiceDeps = InputDeps &
  Readonly<{
    decode: TileDecoder;
    /** One tile as a picture for display. */
    toImage(tile: EncodedTile, signal: AbortSignal): Promise<TileImage>;
    /** The same with its colours through an ICC profile; absent where the host cannot. */
    toManagedImage?(tile: EncodedTile, profile: Uint8Array, signal: AbortSignal): Promise<TileImage>;
    /** RGB pixels, row-major, as a picture for display. */
    pixelsToImage(rgb: Uint8Array, width: number, height: number): Promise<TileImage>;
  }>;

type OpenSlide = {
  info: SlideInfo;
  readonly reader: SlideReader;
  readonly tiles: TileStore;
  /** The ICC profile, read when it is first needed; a failure is not kept. */
  profile: Promise<Uint8Array | null> | null;
  /** Kept per calibration: the mask's sizes are in um. */
  overview: Readonly<{ key: string; overview: TissueOverview | Fault }> | null;
  tissue: TissueSettings;
  /** Of exactly these settings of exactly this overview. */
  mask: Readonly<{ overview: TissueOverview; tissue: TissueSettings; mask: TissueMask }> | null;
};

/** Longest side of a preview in pixels. */
const maxPreviewSide = 4096;

export function createSlideService(deps: SlideServiceDeps): SlideApi {
  const slides = new Map<SlideId, OpenSlide>();

  const slideOf = (id: SlideId): OpenSlide => {
    const slide = slides.get(id);
    if (!slide) throw new Fault("invalid", "This slide is not open any more. Open it again.", { slideId: id });
    return slide;
  };
  const forget = (id: SlideId): void => {
    const slide = slides.get(id);
    slides.delete(id);
    slide?.tiles.clear();
    slide?.reader.close();
  };

  const profileOf = (slide: OpenSlide): Promise<Uint8Array | null> => {
    slide.profile ??= (slide.reader.profile?.(never()) ?? Promise.resolve(null)).catch((error: unknown) => {
      slide.profile = null;
      throw error;
    });
    return slide.profile;
  };

  const masks = createSharedWork<SlideId, TissueMask>(async (id, signal) => {
    const slide = slideOf(id);
    const { calibration } = slide.info;
    const key = JSON.stringify(calibration);
    if (slide.overview?.key !== key) {
      if (calibration.kind === "unknown") {
        throw new Fault(
          "missing-calibration",
          "Tissue cannot be found while the slide's um per pixel is unknown. State it first.",
        );
      }
      slide.overview = { key, overview: await readOverviewOf(slide, calibration, signal) };
    }
    const { overview } = slide.overview;
    if (overview instanceof Fault) throw overview;
    const { tissue } = slide;
    if (slide.mask?.overview !== overview || slide.mask.tissue !== tissue) {
      slide.mask = { overview, tissue, mask: tissueMaskOf(overview, tissue) };
    }
    return slide.mask.mask;
  });
  /** A slide too large for a mask stays so: the Fault is kept, everything else is tried again. */
  const readOverviewOf = async (
    slide: OpenSlide,
    calibration: Parameters<typeof readTissueOverview>[2],
    signal: AbortSignal,
  ): Promise<TissueOverview | Fault> => {
    try {
      return await readTissueOverview(slide.tiles, levelsOf(slide.info), calibration, signal);
    } catch (error) {
      if (isFault(error, "limit")) return error;
      throw error;
    }
  };

  return {
    async open({ source }, { signal = never() } = {}) {
      const { reader, fingerprint } = await openInput(source, deps, signal);
      try {
        const info = infoOf(reader, fingerprint);
        forget(info.id);
        const tiles = createTileStore(reader, deps.decode);
        const kept = { profile: null, overview: null, tissue: defaultTissue, mask: null };
        slides.set(info.id, { info, reader, tiles, ...kept });
        return info;
      } catch (error) {
        reader.close();
        throw error;
      }
    },

    async close({ slideId }) {
      forget(slideId);
    },

    async calibrate({ slideId, calibration }) {
      const scale = mppOf(calibration);
      if (scale && !(scale.x > 0 && scale.y > 0 && scale.x < 1000 && scale.y < 1000)) {
        throw new Fault("invalid", `${scale.x} um per pixel is no possible scale.`);
      }
      const slide = slideOf(slideId);
      slide.info = { ...slide.info, calibration };
      return slide.info;
    },

    async setTissue({ slideId, settings }) {
      slideOf(slideId).tissue = settings ?? defaultTissue;
    },

    async tile({ slideId, level, column, row, managed = false }, { signal = never() } = {}) {
      const slide = slideOf(slideId);
      const encoded = await slide.reader.tile(level, column, row, signal);
      if (!encoded) return null;
      if (!managed) return deps.toImage(encoded, signal);
      const profile = await profileOf(slide);
      if (!profile || !deps.toManagedImage) {
        throw new Fault(
          "unsupported",
          "There is no colour profile to apply; the colours can be shown as they are stored.",
        );
      }
      return deps.toManagedImage(encoded, profile, signal);
    },

    async preview({ slideId, region, maxPixels }, { signal = never() } = {}) {
      const { info, tiles } = slideOf(slideId);
      const plan = planPreview(info, region, maxPixels);
      const { data, width, height } = await readOverview(tiles, plan.level, plan.area, plan.width, plan.height, signal);
      return deps.pixelsToImage(data, width, height);
    },

    async photograph({ slideId, name }, { signal = never() } = {}) {
      const found = slideOf(slideId).reader.associated?.find((image) => image.name === name);
      if (!found) throw new Fault("invalid", `The slide has no ${name}.`);
      return deps.toImage(await found.read(signal), signal);
    },

    async profile({ slideId }) {
      return (await profileOf(slideOf(slideId)))?.slice() ?? null;
    },

    async patch({ slideId, region, spec }, { signal = never() } = {}) {
      const slide = slideOf(slideId);
      const plan = planPatch(slide.info.levels, slide.info.calibration, region, spec);
      const pixels = await readExactPatch(slide.tiles, plan, spec, signal);
      try {
        return { ...pixels, tissue: tissueShare(await masks.join(slideId, signal), region) };
      } catch (error) {
        if (isFault(error, "limit")) return { ...pixels, tissue: tissueShareOfPixels(pixels.data, spec) };
        throw error;
      }
    },

    async tissueMask({ slideId }, { signal = never() } = {}) {
      return masks.join(slideId, signal);
    },

    async tissueGrid({ slideId, spec, max, minimumTissue }, { signal = never() } = {}) {
      const mask = await masks.join(slideId, signal);
      const { info } = slideOf(slideId);
      return tissueGrid(mask, slideBounds(info), info.calibration, spec, max, minimumTissue);
    },
  };
}

const never = (): AbortSignal => new AbortController().signal;

function levelsOf(info: SlideInfo): readonly [Level, ...Level[]] {
  const [first, ...rest] = info.levels;
  assert(first, "a slide has a level");
  return [first, ...rest];
}

function infoOf(reader: SlideReader, fingerprint: SlideInfo["fingerprint"]): SlideInfo {
  const { levels, ...rest } = reader.description;
  const [base] = levels;
  assert(base, "a slide has a level");
  const photographs = reader.associated?.map(({ name, width, height }) => ({ name, width, height })) ?? [];
  return {
    ...rest,
    ...(photographs.length > 0 && { photographs }),
    id: slideIdOf(fingerprint),
    fingerprint,
    width: base.width,
    height: base.height,
    levels,
  };
}

type PreviewPlan = Readonly<{ level: Level; area: Rect<"level">; width: number; height: number }>;

/** Longest side `maxPixels`, from the coarsest level that still has that many pixels; never enlarged. */
function planPreview(info: SlideInfo, region: Region, maxPixels: number): PreviewPlan {
  const sane = region.width > 0 && region.height > 0 && maxPixels >= 1 && Number.isFinite(region.x + region.y);
  if (!sane) throw new Fault("invalid", "A preview needs a region and a size.");
  const longest = Math.max(region.width, region.height);
  const shrink = longest / Math.min(maxPixels, maxPreviewSide);
  const [base, ...coarser] = levelsOf(info);
  const level = coarser.filter((l) => Math.max(l.downsampleX, l.downsampleY) <= shrink).at(-1) ?? base;
  const area = {
    x: region.x / level.downsampleX,
    y: region.y / level.downsampleY,
    width: region.width / level.downsampleX,
    height: region.height / level.downsampleY,
  };
  const side = (levelPixels: number, slidePixels: number): number =>
    Math.max(1, Math.min(Math.floor(levelPixels), Math.round(slidePixels / shrink)));
  return { level, area, width: side(area.width, region.width), height: side(area.height, region.height) };
}
