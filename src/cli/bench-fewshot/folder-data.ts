// A folder of labelled patches -> what the protocol draws from: which patches, and one row of features for each. Knows files and the
// features kept of them; no method.
import { createHash } from "node:crypto";
import { present } from "../../base/fault.ts";
import type { FolderPatch, PatchFolder } from "../../domain/patch-folder.ts";
import { divide, drawUnevenly, limited } from "../../engine/evaluation/draws.ts";
import type { ProtocolData } from "../../engine/evaluation/few-shot-draw.ts";
import { type PatchRows, selectRows } from "../../engine/heads/frozen-methods.ts";
import { meanOverViews } from "../../engine/heads/view-table.ts";
import type { LoadedModel } from "../../engine/loaded-model.ts";
import type { Runtime } from "../../engine/runtime.ts";
import { viewCount } from "../../engine/views.ts";
import { type FeatureOptions, readFeatures } from "../patch-features.ts";

/** Patches in both parts, before any pixel is read. */
export type FolderParts = Readonly<{ pool: readonly FolderPatch[]; test: readonly FolderPatch[] }>;

/**
 * `seed` divides a folder that has no parts of its own, and chooses the patches of a part where they are limited: `limit` of those
 * reported on, `poolLimit` of those drawn from.
 */
export function partsOf(
  folder: PatchFolder,
  limit: number | null,
  seed: number,
  poolLimit: number | null = null,
): FolderParts {
  const classes = folder.classes.length;
  const all = folder.parts.kind === "fixed" ? [...folder.parts.pool, ...folder.parts.test] : folder.parts.patches;
  const numbers = all.map((_, i) => i);
  const sides =
    folder.parts.kind === "fixed"
      ? { pool: numbers.slice(0, folder.parts.pool.length), test: numbers.slice(folder.parts.pool.length) }
      : divide(all, classes, seed);
  const test = limit === null ? sides.test : limited(all, sides.test, classes, limit, seed);
  const pool = poolLimit === null ? sides.pool : limited(all, sides.pool, classes, poolLimit, seed);
  const pick = (of: readonly number[]): readonly FolderPatch[] => of.map((i) => present(all[i], "a patch"));
  return { pool: pick(pool), test: pick(test) };
}

export type FolderData = Readonly<{
  data: ProtocolData;
  parts: FolderParts;
  /** Of the patches' paths and files, in order, and of who is kin. */
  dataDigest: string;
  /** Test patches whose very file is in the pool as well. */
  copies: number;
  changed: Readonly<{ scaled: number; cut: number }>;
}>;

/** How many patches without labels show how the views of a patch differ. */
const mostUnlabelled = 256;

/** `seed` chooses the patches without labels. Faults and AbortError as `readFeatures`. */
export async function readFolderData(
  folder: PatchFolder,
  parts: FolderParts,
  loaded: LoadedModel,
  runtime: () => Promise<Runtime>,
  options: FeatureOptions & Readonly<{ seed: number }>,
): Promise<FolderData> {
  const all = [...parts.pool, ...parts.test];
  const table = await readFeatures(all, loaded, runtime, options);
  const { width, colours, keys, changed } = table;
  const digest = createHash("sha256").update(table.dataDigest);
  for (const { group } of all) digest.update(`${group}\0`);
  const inPool = new Set(keys.slice(0, parts.pool.length));
  const features = meanOverViews({ values: table.views, views: viewCount, width });
  const rows: PatchRows = { features, width, colours };
  const between = (from: number, to: number): PatchRows =>
    selectRows(
      rows,
      Array.from({ length: to - from }, (_, i) => from + i),
    );
  const classes = folder.classes.length;
  const unlabelled = drawUnevenly(parts.pool, classes, mostUnlabelled, options.seed);
  const stride = viewCount * width;
  const values = new Float32Array(unlabelled.length * stride);
  unlabelled.forEach((patch, i) => {
    values.set(table.views.subarray(patch * stride, (patch + 1) * stride), i * stride);
  });
  return {
    data: {
      pool: { rows: between(0, parts.pool.length), patches: parts.pool },
      test: { rows: between(parts.pool.length, all.length), patches: parts.test },
      unlabelled: { of: unlabelled, table: { values, views: viewCount, width } },
      classes,
    },
    parts,
    dataDigest: digest.digest("hex"),
    copies: keys.slice(parts.pool.length).filter((key) => inPool.has(key)).length,
    changed,
  };
}
