// Instances of one DICOM slide sorted into a pyramid and described. Knows no file and no server: frames come from a port.
import { Fault } from "../../base/fault.ts";
import type { Calibration, Level, SlideProperty } from "../../domain/slide.ts";
import { calibrationWarnings, measured } from "../calibration.ts";
import { property } from "../description-text.ts";
import { fingerprintOfParts } from "../fingerprint.ts";
import { checkTile } from "../picture-pyramid.ts";
import type { AssociatedImage, EncodedTile, SlideReader } from "../slide-reader.ts";
import { colourWarning, frameTile } from "./frame-tile.ts";
import type { SlideInstance } from "./instance.ts";

/** `read`: a frame's bytes and how they are encoded (a server may encode anew). */
export type FrameBytes = Readonly<{ bytes: Uint8Array; transferSyntax: string }>;
export type Part = Readonly<{
  instance: SlideInstance;
  read(frame: number, signal: AbortSignal): Promise<FrameBytes>;
}>;

type DicomLevel = Readonly<{ level: Level; parts: readonly Part[] }>;

/** Faults: unsupported, damaged, invalid (several slides). `parts` are closed by `close`. */
export async function dicomSlide(
  parts: readonly Part[],
  format: string,
  close: () => void,
  signal: AbortSignal,
): Promise<SlideReader> {
  const series = new Set(parts.map(({ instance }) => instance.series));
  if (series.size > 1) {
    throw new Fault(
      "invalid",
      `These are ${series.size} slides (DICOM series), of which one is opened at a time. Choose the files of one of them.`,
      { series: [...series] },
    );
  }
  const levels = buildLevels(parts);
  const base = levels[0]?.parts[0]?.instance;
  if (!base) {
    const kinds = [...new Set(parts.map(({ instance }) => instance.kind))].join(", ");
    throw new Fault(
      "unsupported",
      `There is no picture of the slide itself among these DICOM files, only: ${kinds}. Open the files of the whole series.`,
    );
  }
  const readTile = async (
    { parts: owners }: DicomLevel,
    index: number,
    what: string,
    one: AbortSignal,
  ): Promise<Readonly<{ tile: EncodedTile; of: SlideInstance }> | null> => {
    for (const { instance, read } of owners) {
      const frame = instance.frameOfTile[index] ?? -1;
      if (frame < 0) continue;
      const { bytes, transferSyntax } = await read(frame, one);
      return { tile: frameTile(instance, transferSyntax, bytes, what), of: instance };
    }
    return null;
  };
  const first = await firstTile(levels, (level, index) => readTile(level, index, `Tile ${index}`, signal));
  const colour = first ? colourWarning(first.of, first.tile) : null;
  const calibration: Calibration = base.spacing
    ? measured(base.spacing.x, base.spacing.y, "dicom")
    : { kind: "unknown" };
  const warnings = new Set(levels.flatMap(({ parts: owners }) => owners.flatMap(({ instance }) => instance.warnings)));
  if (colour !== null) warnings.add(colour);
  const gaps = levels.reduce((sum, level) => sum + missingBetween(level), 0);
  if (levels.some(isHeldTwice)) {
    warnings.add(
      "Several of the files hold the same tiles (other focus planes or channels, or copies); only the first is shown. Check the picture.",
    );
  }
  if (gaps > 0)
    warnings.add(`${gaps} tile${gaps === 1 ? " is" : "s are"} missing: not all files of the slide are here.`);
  return {
    description: {
      format,
      origin: "scanned",
      levels: levels.map(({ level }) => level),
      calibration,
      objective: base.objective,
      properties: propertiesOf(base, parts),
      warnings: [...warnings, ...calibrationWarnings(calibration, base.objective)],
    },
    // The same slide from files and from a server is the same slide.
    fingerprint: fingerprintOfParts(
      JSON.stringify({ series: base.series, width: base.width, height: base.height, spacing: base.spacing }),
      new TextEncoder().encode((levels[0]?.parts ?? []).map(({ instance }) => instance.sop).join(",")),
    ),
    async tile(index, column, row, one) {
      const level = checkTile(
        levels.map(({ level: l }) => l),
        index,
        column,
        row,
      );
      const owner = levels[index];
      const found =
        owner && (await readTile(owner, row * level.columns + column, `Tile ${column}, ${row} of level ${index}`, one));
      return found ? found.tile : null;
    },
    untrusted: () => [],
    associated: parts.flatMap(associatedImage),
    close,
  };
}

const associatedNames = { label: "label", overview: "macro", thumbnail: "thumbnail" } as const;

/** Pictures of the glass, of one frame each; read only when a person asks. */
function associatedImage({ instance, read }: Part): readonly AssociatedImage[] {
  const { kind, frames, tileWidth, tileHeight } = instance;
  if (kind === "volume" || frames !== 1) return [];
  const name = associatedNames[kind];
  const readIt = async (signal: AbortSignal): Promise<EncodedTile> => {
    const { bytes, transferSyntax } = await read(0, signal);
    return frameTile(instance, transferSyntax, bytes, `The ${name}`);
  };
  return [{ name, width: tileWidth, height: tileHeight, read: readIt }];
}

/** Instances of one size are one level: a slide may be cut into several (concatenation). */
function buildLevels(parts: readonly Part[]): readonly DicomLevel[] {
  const sizes = new Map<string, Part[]>();
  for (const part of parts) {
    const { kind, width, height, tileWidth, tileHeight } = part.instance;
    if (kind !== "volume") continue;
    const key = `${width}:${height}:${tileWidth}:${tileHeight}`;
    sizes.set(key, [...(sizes.get(key) ?? []), part]);
  }
  const sorted = [...sizes.values()]
    .map((same) => [...same].sort((a, b) => (a.instance.sop < b.instance.sop ? -1 : 1)))
    .sort((a, b) => (b[0]?.instance.width ?? 0) - (a[0]?.instance.width ?? 0));
  const base = sorted[0]?.[0]?.instance;
  if (!base) return [];
  return sorted
    .flatMap((owners) => {
      const [one] = owners;
      if (!one) return [];
      const { width, height, tileWidth, tileHeight, columns, rows } = one.instance;
      // A level shows the same field; anything else is another picture of the series.
      if (Math.abs((width * base.height) / base.width - height) > Math.max(2, 0.02 * height)) return [];
      const downsample = { downsampleX: base.width / width, downsampleY: base.height / height };
      return [
        { level: { index: 0, width, height, tileWidth, tileHeight, columns, rows, ...downsample }, parts: owners },
      ];
    })
    .map((one, index) => ({ ...one, level: { ...one.level, index } }));
}

async function firstTile<T>(
  levels: readonly DicomLevel[],
  read: (level: DicomLevel, index: number) => Promise<T | null>,
): Promise<T | null> {
  const [base] = levels;
  const owner = base?.parts[0]?.instance;
  const index = owner?.frameOfTile.findIndex((frame) => frame >= 0) ?? -1;
  return base && index >= 0 ? read(base, index) : null;
}

/** Whether a tile lies in more than one part of a level: which one is meant, no file says. */
function isHeldTwice({ parts }: DicomLevel): boolean {
  const [one] = parts;
  if (!one || parts.length < 2) return false;
  return one.instance.frameOfTile.some(
    (_, i) => parts.filter(({ instance }) => (instance.frameOfTile[i] ?? -1) >= 0).length > 1,
  );
}

/** Tiles that no part of a level holds, where the level comes in several parts. */
function missingBetween({ parts }: DicomLevel): number {
  const [one] = parts;
  if (!one || !parts.every(({ instance }) => instance.warnings.length === 0)) return 0;
  let missing = 0;
  for (let i = 0; i < one.instance.frameOfTile.length; i++) {
    if (parts.every(({ instance }) => (instance.frameOfTile[i] ?? -1) < 0)) missing++;
  }
  return missing;
}

/** Names, numbers and dates of patients are not even read. */
function propertiesOf(base: SlideInstance, parts: readonly Part[]): readonly SlideProperty[] {
  const hidden = parts.filter(({ instance }) => instance.kind === "label" || instance.kind === "overview").length;
  return [
    ...(base.manufacturer === null ? [] : [property("Make", base.manufacturer)]),
    ...(base.model === null ? [] : [property("Model", base.model)]),
    property("Transfer syntax", base.transferSyntax),
    ...(hidden > 0 ? [property("Label and overview", "present, not shown")] : []),
  ];
}
