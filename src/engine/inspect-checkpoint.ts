// What a safetensors checkpoint says of itself and what must still be answered. Knows its header only: no value is read.
import { Fault, isFault } from "../base/fault.ts";
import type { ImportFact, ImportFacts } from "../domain/model-import.ts";
import type { StatedFacts } from "../domain/parse-model-config.ts";
import { headerEnd, parseSafetensorsHeader, type SafePlace } from "../domain/safetensors.ts";
import { type CheckpointFacts, readCheckpoint, type VitCheckpoint } from "../graph/vit/checkpoint.ts";
import type { GivenFile } from "../protocol/engine-api.ts";

export type CheckpointInspection = Readonly<{
  /** With stand-ins for what is missing; null where the file was refused. */
  checkpoint: VitCheckpoint | null;
  missing: readonly ImportFact[];
  /** Where the file holds several networks: how the keys of each begin. */
  prefixes: readonly string[];
  refusal: string | null;
}>;

/** What a person answered beats what a configuration says; contradictions with the tensors are named. */
export function checkpointFacts(stated: StatedFacts, answers: ImportFacts): CheckpointFacts {
  const { imagePixels, readout, heads, layerNormEps, activation, positionResample, prefix } = answers;
  const given = { imagePixels, readout, heads, layerNormEps, activation, positionResample, prefix };
  return { ...stated, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

const standIns: Readonly<Partial<Record<ImportFact, CheckpointFacts>>> = {
  heads: { heads: 1 },
  layerNormEps: { layerNormEps: 1e-6 },
  readout: { readout: "cls" },
  activation: { activation: "gelu" },
  positionResample: { positionResample: "bicubic" },
};

/** Shapes by key over all parts of a checkpoint. Faults: read, damaged, limit, bad-model (a tensor in two parts). */
export async function readHeaders(parts: readonly GivenFile[]): Promise<ReadonlyMap<string, SafePlace>> {
  const all = new Map<string, SafePlace>();
  for (const { path, file } of parts) {
    const bytes = async (start: number, end: number): Promise<Uint8Array> => {
      try {
        return new Uint8Array(await file.slice(start, end).arrayBuffer());
      } catch (error) {
        throw new Fault("read", `${path} could not be read. Was it moved? Give it again.`, { path }, error);
      }
    };
    const end = headerEnd(await bytes(0, 8), file.size, path);
    const { places } = parseSafetensorsHeader(await bytes(0, end), file.size, path);
    for (const [key, place] of places) {
      if (all.has(key)) throw new Fault("bad-model", `Tensor ${key} is in two of the files; give one checkpoint.`);
      all.set(key, place);
    }
  }
  return all;
}

export function inspectCheckpoint(
  places: ReadonlyMap<string, SafePlace>,
  facts: CheckpointFacts,
  name: string,
): CheckpointInspection {
  const shapes = new Map([...places].map(([key, { shape }]) => [key, shape]));
  const missing: ImportFact[] = [];
  let told = facts;
  let prefixes: readonly string[] = [];
  // At most one round a fact: each round either reads the file or learns of facts it lacks.
  for (;;) {
    try {
      return { checkpoint: readCheckpoint(shapes, told, name), missing, prefixes, refusal: null };
    } catch (error) {
      if (!isFault(error, "bad-model")) throw error;
      const lacks = (Array.isArray(error.detail.missing) ? error.detail.missing : []) as readonly ImportFact[];
      const fresh = lacks.filter((fact) => !missing.includes(fact));
      missing.push(...fresh);
      const found = error.detail.prefixes;
      if (Array.isArray(found)) prefixes = found as readonly string[];
      if (fresh.length === 0) return { checkpoint: null, missing, prefixes, refusal: error.message };
      if (fresh.some((fact) => !standIns[fact])) return { checkpoint: null, missing, prefixes, refusal: null };
      for (const fact of fresh) told = { ...told, ...standIns[fact] };
    }
  }
}
