// From what the person gave (a file, several, a folder, an address) to an open slide and what it is recognised by. Knows no host.
import { Fault } from "../base/fault.ts";
import type { Fingerprint } from "../domain/slide.ts";
import type { SlideSource } from "../protocol/slide-api.ts";
import { type TreeAddress, type TreeKind, treeAddress, treeOfPaths } from "./address-kind.ts";
import { createBlockCache } from "./block-cache.ts";
import type { ByteSource } from "./byte-source.ts";
import { openDicomFiles } from "./dicom/open-files.ts";
import { openDicomWeb } from "./dicom/open-web.ts";
import { isDicom } from "./dicom/part10.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { openDeepZoom } from "./format-deep-zoom.ts";
import { openIiif } from "./format-iiif.ts";
import { openOmeZarr } from "./format-ome-zarr.ts";
import { openSlide } from "./open-slide.ts";
import { localResources, type NamedFile, type Resources } from "./resources.ts";
import type { SlideReader } from "./slide-reader.ts";

export type InputDeps = Readonly<{
  /** One file or address as bytes. */
  openSource(source: SlideSource, signal: AbortSignal): Promise<ByteSource>;
  /** The pieces beside an address; absent where the host reads files only. */
  openTree?(address: TreeAddress, signal: AbortSignal): Promise<Resources>;
}>;

export type OpenInput = Readonly<{ reader: SlideReader; fingerprint: Fingerprint }>;

type Opener = (resources: Resources, entry: string, signal: AbortSignal) => Promise<SlideReader>;

const openers: Readonly<Record<TreeKind, Opener>> = {
  iiif: openIiif,
  "deep-zoom": openDeepZoom,
  zarr: openOmeZarr,
  dicomweb: openDicomWeb,
};

/** Faults: not-a-slide, unsupported, damaged, limit, network, read, invalid. Whatever was opened is closed where it fails. */
export async function openInput(source: SlideSource, deps: InputDeps, signal: AbortSignal): Promise<OpenInput> {
  if (source.kind === "files") return openFiles(source.name, source.files, deps, signal);
  const tree = source.kind === "url" ? treeAddress(source.url) : null;
  if (tree) {
    if (!deps.openTree)
      throw new Fault("unsupported", "Slides of many parts are read from a folder here, not from a server.");
    return openWith(openers[tree.kind], await deps.openTree(tree, signal), tree.entry, signal);
  }
  const bytes = await deps.openSource(source, signal);
  const dicom = await isDicom(bytes, signal).catch((error: unknown) => {
    bytes.close();
    throw error;
  });
  if (dicom) return named(await openDicomFiles([bytes], signal));
  const cached = createBlockCache(bytes);
  const reader = await openSlide(cached, signal);
  try {
    return { reader, fingerprint: reader.fingerprint ?? (await fingerprintOf(cached, signal)) };
  } catch (error) {
    reader.close();
    throw error;
  }
}

async function openWith(open: Opener, resources: Resources, entry: string, signal: AbortSignal): Promise<OpenInput> {
  try {
    return named(await open(resources, entry, signal));
  } catch (error) {
    resources.close();
    throw error;
  }
}

function named(reader: SlideReader): OpenInput {
  if (!reader.fingerprint) throw new Error("assertion failed: a slide of many parts says what it is recognised by");
  return { reader, fingerprint: reader.fingerprint };
}

/** A folder or several files: one pyramid of pieces, or the DICOM instances of one slide. */
async function openFiles(
  name: string,
  files: readonly NamedFile[],
  deps: InputDeps,
  signal: AbortSignal,
): Promise<OpenInput> {
  const open = (file: NamedFile["file"], one: AbortSignal): Promise<ByteSource> =>
    deps.openSource({ kind: "file", file }, one);
  const tree = treeOfPaths(files.map(({ path }) => path));
  if (tree) {
    const inside = files.flatMap((one) =>
      one.path.startsWith(tree.root) ? [{ ...one, path: one.path.slice(tree.root.length) }] : [],
    );
    return openWith(openers[tree.kind], localResources(name, inside, open), tree.entry, signal);
  }
  const instances: ByteSource[] = [];
  try {
    for (const { file } of files) {
      signal.throwIfAborted();
      const source = await open(file, signal);
      if (await isDicom(source, signal)) instances.push(source);
      else source.close();
    }
    if (instances.length > 0) return named(await openDicomFiles(instances, signal));
    if (files.length === 1 && files[0]) return openInput({ kind: "file", file: files[0].file }, deps, signal);
    throw new Fault(
      "not-a-slide",
      `"${name}" holds no slide of several files: no DICOM, no .dzi with its folder, no info.json and no OME-Zarr. ` +
        "Open single-file slides (.svs, .tif) as files.",
    );
  } catch (error) {
    for (const source of instances) source.close();
    throw error;
  }
}
