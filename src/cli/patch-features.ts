// Features (and colours) of every patch of a folder in all views, computed once and kept on disk under the hash of the pixels' file.
// Knows where rows are kept and when they may be used again; no classes and no draws.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { present, toFault } from "../base/fault.ts";
import { canonicalJson } from "../domain/canonical-json.ts";
import type { FolderPatch } from "../domain/patch-folder.ts";
import { colourCount, coloursOf } from "../engine/colours.ts";
import { fitToModel } from "../engine/fit-to-model.ts";
import type { LoadedModel } from "../engine/loaded-model.ts";
import type { Runtime } from "../engine/runtime.ts";
import { createViewReader } from "../engine/view-features.ts";
import { viewCount } from "../engine/views.ts";
import { standardiseStain } from "../math/stain.ts";
import { decodeImage } from "../platform/node/image-decoder.ts";
import { openRowStore } from "../platform/node/row-store.ts";

/** One row a patch, in the order asked for. */
export type FeatureTable = Readonly<{
  /** [patches, views, F] */
  views: Float32Array;
  width: number;
  /** [patches, 25] */
  colours: Float32Array;
  /** sha256 over the patches' file hashes in order. */
  dataDigest: string;
  /** sha256 of each patch's file. */
  keys: readonly string[];
  /** How many pictures were scaled, or cut and scaled, to the model's size. */
  changed: Readonly<{ scaled: number; cut: number }>;
}>;

export type FeatureOptions = Readonly<{
  folder: string;
  cacheFolder: string;
  stain: boolean;
  signal: AbortSignal;
  /** Told once, before any is computed: how many are not kept yet. */
  onPlan?: (missing: number) => Promise<void>;
  /** Counts patches done and those that had to be computed. */
  onDone: (done: number, total: number, computed: number) => void;
}>;

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw toFault(error, "read", `${path} cannot be read`);
  }
}

/** Faults: read, damaged, unsupported, runtime. Rejects with AbortError; what was computed until then is kept. */
export async function readFeatures(
  patches: readonly FolderPatch[],
  loaded: LoadedModel,
  runtime: () => Promise<Runtime>,
  options: FeatureOptions,
): Promise<FeatureTable> {
  const { model } = loaded;
  const width = model.shape.featureWidth;
  const rowWidth = viewCount * width + colourCount + 1;
  const opened = await runtime();
  const store = await openRowStore(join(options.cacheFolder, storeName(loaded, opened, options.stain)), rowWidth);
  let reader: Awaited<ReturnType<typeof createViewReader>> | null = null;
  const digest = createHash("sha256");
  const views = new Float32Array(patches.length * viewCount * width);
  const colours = new Float32Array(patches.length * colourCount);
  const changed = { scaled: 0, cut: 0 };
  let computed = 0;
  const keys: string[] = [];
  try {
    for (const patch of patches) {
      options.signal.throwIfAborted();
      const bytes = await readBytes(join(options.folder, patch.path));
      const key = createHash("sha256").update(bytes).digest("hex");
      digest.update(`${patch.path}\0${key}\n`);
      keys.push(key);
    }
    await options.onPlan?.(new Set(keys.filter((key) => !store.has(key))).size);
    for (const [i, patch] of patches.entries()) {
      options.signal.throwIfAborted();
      const key = present(keys[i], "a patch's key");
      if (!store.has(key)) {
        reader ??= await createViewReader(loaded, opened);
        const path = join(options.folder, patch.path);
        const fitted = fitToModel(await decodeImage(await readBytes(path), path, options.signal), model);
        const rgb = options.stain ? standardiseStain(fitted.rgb) : fitted.rgb;
        const row = new Float32Array(rowWidth);
        row.set(await reader.read(rgb, options.signal));
        row.set(coloursOf(rgb), viewCount * width);
        row[rowWidth - 1] = ["nothing", "scaled", "cut and scaled"].indexOf(fitted.done);
        await store.put(key, row);
        computed += 1;
      }
      const row = store.row(key);
      views.set(row.subarray(0, viewCount * width), i * viewCount * width);
      colours.set(row.subarray(viewCount * width, rowWidth - 1), i * colourCount);
      if (row[rowWidth - 1] === 1) changed.scaled += 1;
      if (row[rowWidth - 1] === 2) changed.cut += 1;
      options.onDone(i + 1, patches.length, computed);
    }
  } finally {
    await store.close();
    await reader?.release();
    await opened.release();
  }
  return { views, width, colours, dataDigest: digest.digest("hex"), keys, changed };
}

/** Everything a row depends on beside the picture. Other kernels round otherwise, so the runtime is part of it. */
function storeName({ model, digest, computation }: LoadedModel, runtime: Runtime, stain: boolean): string {
  const { patchPixels, filter, normalisation } = model;
  const what = {
    rows: 1,
    computation,
    patchPixels,
    filter,
    normalisation,
    stain,
    device: runtime.device.replace(/\d+ thread(s)?/, ""),
  };
  const hash = createHash("sha256").update(canonicalJson(what)).digest("hex");
  return `${digest.slice(0, 16)}-${hash.slice(0, 16)}`;
}
