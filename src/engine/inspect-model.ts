// The files a person gave -> what they say, what is still to be answered, which presets fit. Loads nothing and keeps nothing.
import { isFault, present } from "../base/fault.ts";
import { alwaysAsked, type ImportFact, type ImportFacts, type ModelInspection } from "../domain/model-import.ts";
import { type ModelPreset, modelPresets } from "../domain/model-presets.ts";
import type { StatedFacts } from "../domain/parse-model-config.ts";
import { externalLocations } from "../graph/canonical/foreign.ts";
import { fullShape } from "../graph/vit/vit-shape.ts";
import type { GivenFile } from "../protocol/engine-api.ts";
import { readBeside, readConfigs, readGiven, type SortedFiles, type Stated, sortFiles } from "./given-files.ts";
import { checkpointFacts, inspectCheckpoint, readHeaders } from "./inspect-checkpoint.ts";
import { inspectOnnx } from "./inspect-onnx.ts";

/** Faults: read, damaged, limit, bad-model, unsupported, with everything that is wrong. */
export async function inspectModel(
  files: readonly GivenFile[],
  answers: ImportFacts,
  signal: AbortSignal,
): Promise<ModelInspection> {
  const sorted = sortFiles(files);
  const { stated, notes } = await statedBeside(sorted);
  signal.throwIfAborted();
  const inspected =
    sorted.container === "onnx"
      ? await ofOnnx(sorted, stated, answers, signal)
      : await ofCheckpoint(sorted, stated, answers);
  const normalisation = stated.normalisation;
  const always = alwaysAsked.filter(
    (fact) => answers[fact] === undefined && !(fact === "normalisation" && normalisation !== null),
  );
  return {
    container: sorted.container,
    name: sorted.name,
    bytes: sorted.bytes,
    normalisation,
    ...inspected,
    missing: [...inspected.missing, ...always],
    notes: [...notes, ...inspected.notes],
  };
}

type Inspected = Pick<ModelInspection, "facts" | "outputs" | "missing" | "prefixes" | "presets" | "refusal" | "notes">;

/** A configuration of another kind of network, or one that cannot be read, is told, not obeyed: the tensors decide. */
export async function statedBeside(
  sorted: SortedFiles,
): Promise<Readonly<{ stated: Stated; notes: readonly string[] }>> {
  try {
    return { stated: await readConfigs(sorted), notes: [] };
  } catch (error) {
    if (!isFault(error) || error.kind === "read") throw error;
    return { stated: { config: null, normalisation: null }, notes: [error.message] };
  }
}

async function ofOnnx(
  sorted: SortedFiles,
  { config }: Stated,
  answers: ImportFacts,
  signal: AbortSignal,
): Promise<Inspected> {
  const main = present(sorted.main[0], "the ONNX file");
  const bytes = await readGiven(main);
  const side = await readBeside(sorted, externalLocations(bytes, main.path), signal);
  const stated = config?.facts.imagePixels;
  const told = answers.imagePixels === undefined && stated !== undefined ? { imagePixels: stated } : {};
  const { facts, outputs, imported, missing, refusal, readout } = inspectOnnx(bytes, main.path, side, {
    ...told,
    ...answers,
  });
  const structure = imported?.structure;
  const shown: StatedFacts = structure
    ? {
        imagePixels: structure.imagePixels,
        width: structure.width,
        depth: structure.depth,
        heads: structure.heads,
        ...(structure.patchPixels === null ? {} : { patchPixels: structure.patchPixels }),
        ...(structure.prefixTokens === null ? {} : { prefixTokens: structure.prefixTokens }),
        ...(readout ? { readout: readout.kind } : {}),
      }
    : facts.imagePixels === null
      ? {}
      : { imagePixels: facts.imagePixels };
  const fits = ({ architecture: a }: ModelPreset): boolean =>
    structure !== undefined &&
    a.width === structure.width &&
    a.depth === structure.depth &&
    a.heads === structure.heads &&
    (structure.patchPixels === null || a.patchPixels === structure.patchPixels) &&
    (structure.prefixTokens === null || a.prefixTokens === structure.prefixTokens);
  const notes = [
    ...(facts.batch !== null
      ? [`The file was written for batches of ${facts.batch}. Other sizes follow from its shapes and are checked.`]
      : []),
    ...(facts.halves ? ["Its weights are stored in half precision (fp16) and computed with in full (fp32)."] : []),
  ];
  return { facts: shown, outputs, missing, presets: modelPresets.filter(fits).map(({ id }) => id), refusal, notes };
}

async function ofCheckpoint(sorted: SortedFiles, { config }: Stated, answers: ImportFacts): Promise<Inspected> {
  const places = await readHeaders(sorted.main);
  const facts = checkpointFacts(config?.facts ?? {}, answers);
  const { checkpoint, missing, prefixes, refusal } = inspectCheckpoint(
    places,
    facts,
    sorted.main[0]?.path ?? sorted.name,
  );
  const unanswered = new Set<ImportFact>(missing);
  const shape = checkpoint && fullShape(checkpoint.shape);
  const shown: StatedFacts = shape
    ? Object.fromEntries(Object.entries(shape).filter(([key]) => !unanswered.has(key as ImportFact)))
    : (config?.facts ?? {});
  const fits = ({ layout, architecture, storedImagePixels }: ModelPreset): boolean => {
    if (!checkpoint || !shape || layout !== checkpoint.layout) return false;
    const a = fullShape(architecture);
    const stored = checkpoint.origins.find(({ key }) => key === "pos_embed")?.resample?.fromGrid;
    const grid = stored ?? shape.imagePixels / shape.patchPixels;
    const sizes = ["width", "depth", "patchPixels", "mlpWidth", "registers", "pretextToken", "layerScale"] as const;
    return sizes.every((key) => a[key] === shape[key]) && grid === storedImagePixels / a.patchPixels;
  };
  const notes = checkpoint?.ignored.length
    ? [`Not used: ${listed(checkpoint.ignored.map(({ key, what }) => `${key} (${what})`))}.`]
    : [];
  return {
    facts: shown,
    outputs: [],
    missing,
    prefixes,
    presets: modelPresets.filter(fits).map(({ id }) => id),
    refusal,
    notes,
  };
}

const listed = (items: readonly string[]): string =>
  items.length > 6 ? `${items.slice(0, 6).join(", ")} and ${items.length - 6} more` : items.join(", ");
