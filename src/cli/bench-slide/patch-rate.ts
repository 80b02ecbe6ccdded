// Exact patches decoded per second, format by format, each pass with empty caches; OpenSlide with Pillow and geotiff.js beside it on the
// same boxes.
// Knows the slide floor below its api, so that no tissue mask is counted; no model.
import { performance } from "node:perf_hooks";
import { mpp } from "../../base/brand.ts";
import { Fault } from "../../base/fault.ts";
import type { Region } from "../../domain/geometry.ts";
import { cellCount, cellPatch, gridOf } from "../../domain/map-grid.ts";
import type { PatchSpec } from "../../domain/patch.ts";
import type { Calibration } from "../../domain/slide.ts";
import { openSource } from "../../platform/node/slide-service.ts";
import { decodeTile } from "../../platform/node/tile-decoder.ts";
import { planPatch, readExactPatch, windowAround } from "../../slide/exact-patch.ts";
import { openInput } from "../../slide/open-input.ts";
import { createTileStore } from "../../slide/tile-window.ts";
import { attempt } from "../bench-engine/attempt.ts";
import { type Figure, figure, type LeftOut, type Measured, median, ratios } from "../figure.ts";
import { openGeotiff } from "./geotiff-peer.ts";
import { machine } from "./machine.ts";
import { openOpenSlide } from "./openslide-peer.ts";
import { type PatchPeer, type PeerPatch, sumOf } from "./patch-peer.ts";
import type { SlideAtHand } from "./slides-at-hand.ts";

export type RateOptions = Readonly<{
  spec: PatchSpec;
  rounds: number;
  seconds: number;
  python: string;
  log: (line: string) => void;
}>;

/** Patches of one pass at most, from the first row on: neighbours share tiles, which an even spread would not show. */
const mostOfPass = 128;

/** um/px as the figures need them: that of the model, or half of it. */
export function statedScale(spec: PatchSpec, finer: boolean): Exclude<Calibration, { kind: "unknown" }> {
  const scale = mpp(finer ? spec.mpp / 2 : spec.mpp);
  return { kind: "declared", mppX: scale, mppY: scale, how: "stated" };
}

/** A slide that fails leaves out its own figures only. */
export async function measurePatchRates(slides: readonly SlideAtHand[], options: RateOptions): Promise<Measured> {
  const measured: Measured[] = [];
  for (const slide of slides) {
    const name = `slide.patches_per_s.${nameOf(slide)}`;
    measured.push(await attempt(name, () => measureOne(slide, name, options)));
  }
  return {
    figures: measured.flatMap(({ figures }) => figures),
    leftOut: measured.flatMap(({ leftOut }) => leftOut),
  };
}

export const nameOf = ({ format, finer }: SlideAtHand): string => (finer ? `${format}.2x` : format);

/** Who stands beside us, as figures name them. */
const peers = {
  openslide: {
    name: "OpenSlide",
    open: (path: string, boxes: readonly PeerPatch[], { python }: RateOptions) => openOpenSlide(python, path, boxes),
  },
  geotiff: { name: "geotiff.js", open: openGeotiff },
} as const;
type PeerKey = keyof typeof peers;
const peerKeys = Object.keys(peers) as PeerKey[];

async function measureOne(slide: SlideAtHand, name: string, options: RateOptions): Promise<Measured> {
  const { spec, rounds, seconds } = options;
  const calibration = statedScale(spec, slide.finer);
  const { regions, boxes } = await placesOf(slide, spec, calibration);
  const once = (look?: (rgb: Uint8Array) => void): Promise<Pass> => pass(slide, regions, spec, calibration, look);
  const sums: number[] = [];
  await once((rgb) => sums.push(sumOf(rgb)));
  const beside: { key: PeerKey; peer: PatchPeer; rates: number[] }[] = [];
  const leftOut: LeftOut[] = [];
  for (const key of peerKeys) {
    const { peer, why } = await openPeer(key, slide, boxes, sums, options);
    if (peer) beside.push({ key, peer, rates: [] });
    else leftOut.push({ name: `${name}.${key}`, why });
  }
  try {
    const ours: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const own = await rate(seconds, () => once());
      const words = [`${own.toFixed(0)}/s`];
      for (const { key, peer, rates } of beside) {
        const theirs = await rate(seconds, () => peer.pass());
        words.push(`${peers[key].name} ${theirs.toFixed(0)}/s`);
        // The first round loads decoders and fills the system's cache.
        if (round > 0) rates.push(theirs);
      }
      options.log(`  ${nameOf(slide)} ${round}/${rounds}: ${words.join(", ")}`);
      if (round > 0) ours.push(own);
    }
    const scale = slide.finer ? "shrunk from twice as fine" : "at the level's um/px";
    const on = `${slide.words}, ${spec.pixels} px, ${scale}, row by row, empty caches, ${regions.length} patches a pass; 1 thread; ${machine}`;
    const figures: Figure[] = [figure(name, ours, "1/s", on)];
    for (const { key, peer, rates } of beside) {
      const onBoth = `${on}; ${peer.version}`;
      figures.push(figure(`${name}.${key}`, rates, "1/s", onBoth));
      figures.push(figure(name.replace("patches_per_s", `vs_${key}`), ratios(ours, rates), "1", onBoth));
    }
    return { figures, leftOut };
  } finally {
    for (const { peer } of beside) peer.close();
  }
}

/** Sums of the patches' bytes; the median, as OpenSlide leaves missing tiles black and a decoder may round otherwise. */
export function readsTheSame(ours: readonly number[], theirs: readonly number[]): boolean {
  const apart = ratios(ours, theirs).map((ratio) => Math.abs(ratio - 1));
  return median(apart) < 0.005;
}

type Places = Readonly<{ regions: readonly Region[]; boxes: readonly PeerPatch[] }>;

async function placesOf(
  { path }: SlideAtHand,
  spec: PatchSpec,
  calibration: Exclude<Calibration, { kind: "unknown" }>,
): Promise<Places> {
  const { reader } = await openInput({ kind: "url", url: path }, { openSource }, never());
  const { levels } = reader.description;
  const [base] = levels;
  const grid = base ? gridOf(base, calibration, spec, 1) : null;
  reader.close();
  if (!grid) throw new Fault("invalid", `the slide is smaller than a patch of ${spec.pixels} px`);
  const count = Math.min(mostOfPass, cellCount(grid));
  const regions = Array.from({ length: count }, (_, cell) => cellPatch(grid, cell));
  const boxes = regions.map((region): PeerPatch => {
    const plan = planPatch(levels, calibration, region, spec);
    const { level, box } = plan;
    const window = plan.snapped ? box : windowAround(box, spec);
    // OpenSlide places by pixels of level 0, and counts its levels itself: the one of this downsample is looked for there.
    return {
      at: [Math.round(window.x * level.downsampleX), Math.round(window.y * level.downsampleY)],
      downsample: level.downsampleX,
      levelWidth: level.width,
      origin: [window.x, window.y],
      size: [window.width, window.height],
      box: plan.snapped
        ? null
        : [box.x - window.x, box.y - window.y, box.x - window.x + box.width, box.y - window.y + box.height],
      pixels: spec.pixels,
    };
  });
  return { regions, boxes };
}

/** `peer` is null where there is none, and `why` says why. One that reads other pixels than `sums` were taken of does other work. */
async function openPeer(
  key: PeerKey,
  { path }: SlideAtHand,
  boxes: readonly PeerPatch[],
  sums: readonly number[],
  options: RateOptions,
): Promise<Readonly<{ peer: PatchPeer | null; why: string }>> {
  try {
    const peer = await peers[key].open(path, boxes, options);
    if (readsTheSame(sums, peer.sums)) return { peer, why: "" };
    peer.close();
    return { peer: null, why: "it reads other pixels there: not the same work" };
  } catch (error) {
    return { peer: null, why: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
  }
}

type Pass = Readonly<{ patches: number; ms: number }>;

/** Patches per second over whole passes that together take at least so long. */
async function rate(seconds: number, pass: () => Promise<Pass>): Promise<number> {
  let [patches, ms] = [0, 0];
  while (ms < seconds * 1000) {
    const one = await pass();
    patches += one.patches;
    ms += one.ms;
  }
  return (patches * 1000) / ms;
}

/** Opened anew each time, as some readers keep whole images; opening is not counted. */
async function pass(
  { path }: SlideAtHand,
  regions: readonly Region[],
  spec: PatchSpec,
  calibration: Calibration,
  look: (rgb: Uint8Array) => void = () => {},
): Promise<Pass> {
  const { reader } = await openInput({ kind: "url", url: path }, { openSource }, never());
  try {
    const tiles = createTileStore(reader, decodeTile);
    const { levels } = reader.description;
    const before = performance.now();
    for (const region of regions) {
      const { data } = await readExactPatch(tiles, planPatch(levels, calibration, region, spec), spec, never());
      look(data);
    }
    return { patches: regions.length, ms: performance.now() - before };
  } finally {
    reader.close();
  }
}

/** Of work that is timed to its end. */
export const never = (): AbortSignal => new AbortController().signal;
