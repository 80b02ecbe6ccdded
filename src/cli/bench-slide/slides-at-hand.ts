// The slides the suite reads: the embedded one, a finer one made of it, and files of other programs where they are at hand.
// Knows paths and what makes each a format of its own; opens none.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LeftOut } from "../figure.ts";
import { everySecondLevel } from "./finer-slide.ts";

export type SlideAtHand = Readonly<{
  /** As figures name it. */
  format: string;
  path: string;
  words: string;
  /** Level 0 is twice as fine as the model, and no level matches it. */
  finer: boolean;
}>;

const ofOthers: readonly Readonly<{ format: string; file: string; words: string }>[] = [
  { format: "svs_jpeg", file: "svs/CMU-1-Small-Region.svs", words: "Aperio, JPEG RGB, tiles of 240" },
  { format: "svs_jp2k", file: "svs/tcga-cr-7395-01a-01-ts1.svs", words: "Aperio, JPEG 2000, tiles of 256" },
  { format: "tiff_jpeg444", file: "gen/pyr3_jpeg444_sparse_aperio.svs", words: "JPEG 4:4:4, tiles of 256" },
  { format: "ome_deflate", file: "gen/pyr3_deflate_subifd_be.ome.tif", words: "OME-TIFF, Deflate, tiles of 256" },
  { format: "tiff_zstd", file: "large_image/yb10kx5k.zstd.tiff", words: "BigTIFF, Zstandard, tiles of 1024" },
  { format: "ndpi", file: "ndpi/test3-DAPI-2-387.ndpi", words: "NDPI, one JPEG strip with restarts" },
  { format: "dicom_jpeg", file: "pathml/small_dicom.dcm", words: "DICOM, JPEG 4:2:0, tiles of 500" },
];

const root = join(import.meta.dirname, "..", "..", "..");
export const embeddedPath = join(root, "public", "slides", "synthetic-he.tif");
const othersFolder = join(root, "..", "shared", "data", "slides");

export type SlidesAtHand = Readonly<{
  embedded: SlideAtHand;
  finer: SlideAtHand;
  others: readonly SlideAtHand[];
  leftOut: readonly LeftOut[];
}>;

/** `folder` takes the finer slide. */
export async function slidesAtHand(folder: string): Promise<SlidesAtHand> {
  const finerPath = join(folder, "finer.tif");
  await writeFile(finerPath, everySecondLevel(new Uint8Array(await readFile(embeddedPath))));
  const format = "tiff_jpeg";
  const found = ofOthers.filter(({ file }) => existsSync(join(othersFolder, file)));
  const absent = ofOthers.filter((one) => !found.includes(one));
  return {
    embedded: { format, path: embeddedPath, words: "the embedded slide, JPEG 4:2:0, tiles of 256", finer: false },
    finer: {
      format,
      path: finerPath,
      words: "the embedded slide without every second level, stated to be twice as fine",
      finer: true,
    },
    others: found.map(({ format, file, words }) => ({ format, path: join(othersFolder, file), words, finer: false })),
    leftOut: [
      ...absent.map(({ format, file }) => ({ name: `slide.*.${format}`, why: `${file} is not at hand` })),
      {
        name: "slide.patches_per_s of the generated twins",
        why: "each is smaller than one patch of 224 px (test/fixtures/slides)",
      },
    ],
  };
}
