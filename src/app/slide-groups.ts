// Which of the given files are one slide together: a folder that is one (OME-Zarr, Deep Zoom, IIIF), DICOM files. Reads a file's mark at
// most; what belongs to no slide goes its own way.
import type { LocalFile } from "../protocol/call.ts";
import { treeOfPaths } from "../slide/address-kind.ts";
import type { DroppedFile } from "./dropped-files.ts";
import { models } from "./kind-of-file.ts";

/** `from`: what the project remembers of where it came from. */
export type SlideGroup<F extends DroppedFile = DroppedFile> = Readonly<{
  name: string;
  from: "files" | "folder";
  files: readonly F[];
}>;

export async function slideGroups<F extends DroppedFile>(
  given: readonly F[],
): Promise<Readonly<{ slides: readonly SlideGroup<F>[]; rest: readonly F[] }>> {
  const slides: SlideGroup<F>[] = [];
  const rest: F[] = [];
  for (const folder of new Set(given.map((one) => one.folder))) {
    const files = given.filter((one) => one.folder === folder);
    if (folder === null) {
      const parts = await partsOf(files);
      const [first] = parts;
      if (first) slides.push({ name: first.file.name, from: "files", files: parts });
      rest.push(...files.filter((one) => !parts.includes(one)));
    } else if (files.some(({ path }) => models.test(path))) {
      rest.push(...files);
    } else if (isTree(files.map(({ path }) => path)) || (await partsOf(files)).length > 0) {
      slides.push({ name: folder, from: "folder", files });
    } else {
      rest.push(...files);
    }
  }
  return { slides, rest };
}

/** Several slides in one folder are a tree too: opening it says that one of them must be chosen. */
function isTree(paths: readonly string[]): boolean {
  try {
    return treeOfPaths(paths) !== null;
  } catch {
    return true;
  }
}

/** DICOM files; a Deep Zoom or IIIF description by itself belongs to a slide too, whose opening says what is missing. */
async function partsOf<F extends DroppedFile>(files: readonly F[]): Promise<readonly F[]> {
  const are = await Promise.all(
    files.map(async ({ file }) => /(\.dzi|^info\.json)$/i.test(file.name) || (await isDicomFile(file))),
  );
  return files.filter((_, i) => are[i]);
}

/** By the mark after the preamble: scanners name the files as they like, mostly without an ending. */
async function isDicomFile(file: LocalFile): Promise<boolean> {
  if (!/\.(dcm|dicom)$|^[^.]+$|^[\d.]+$/i.test(file.name) || file.size < 132) return false;
  const mark = await file
    .slice(128, 132)
    .arrayBuffer()
    .catch(() => new ArrayBuffer(0));
  return String.fromCharCode(...new Uint8Array(mark)) === "DICM";
}
