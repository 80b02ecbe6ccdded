// What an ONNX file says of itself and what must still be answered before it can be used. Knows outputs, read-outs and structure;
// guesses nothing: what follows from the graph is a conclusion, what does not is asked for.
import { isFault } from "../base/fault.ts";
import type { ImportFact, ImportFacts, ModelOutput } from "../domain/model-import.ts";
import type { SideFiles } from "../graph/canonical/foreign.ts";
import { type ImportedModel, type ImportOptions, importOnnx, type Readout } from "../graph/canonical/import-onnx.ts";
import { lookInside, type OnnxFacts } from "../graph/canonical/look-inside.ts";

export type OnnxInspection = Readonly<{
  facts: OnnxFacts;
  outputs: readonly ModelOutput[];
  /** The graph as far as the answers go; null where it was refused or the image's side is missing. Its read-out may be a stand-in. */
  imported: ImportedModel | null;
  /** Complete only where `missing` is empty. */
  output: string | null;
  readout: Readout | null;
  missing: readonly ImportFact[];
  refusal: string | null;
}>;

/** Faults: damaged, limit, bad-model (external data missing); a structure that is not understood is a refusal. */
export function inspectOnnx(bytes: Uint8Array, name: string, files: SideFiles, facts: ImportFacts): OnnxInspection {
  const { imagePixels } = facts;
  const side = imagePixels === undefined ? {} : { imagePixels };
  const none = { outputs: [], imported: null, output: null, readout: null };
  let inside: OnnxFacts;
  try {
    inside = lookInside(bytes, { name, files, ...side });
  } catch (error) {
    if (!isFault(error, "unsupported") && !isFault(error, "unsupported-op")) throw error;
    const facts = { input: "", batch: null, imagePixels: null, halves: false, outputs: [] };
    return { ...none, facts, missing: [], refusal: error.message };
  }
  if (inside.imagePixels === null) {
    return { ...none, facts: inside, missing: ["imagePixels"], refusal: null };
  }
  const outputs = inside.outputs.flatMap(({ name: output, shape }): readonly ModelOutput[] => {
    const words = `[${shape.join(", ")}]`;
    if (shape.length === 2) return [{ name: output, kind: "features", shape: words }];
    return shape.length === 3 ? [{ name: output, kind: "tokens", shape: words }] : [];
  });
  const [only] = outputs;
  if (!only) {
    const list = inside.outputs.map((one) => `${one.name} [${one.shape.join(", ")}]`).join(", ") || "none";
    const refusal = `${name} gives neither features [B,F] nor tokens [B,T,D]; its outputs are ${list}.`;
    return { ...none, facts: inside, missing: [], refusal };
  }
  const chosen = outputs.find((one) => one.name === facts.output) ?? (outputs.length === 1 ? only : null);
  const trial = chosen ?? only;
  const standIn: Readout = { kind: "mean", prefixTokens: facts.prefixTokens ?? 0 };
  const options: ImportOptions = { name, files, ...side, output: trial.name };
  try {
    const tokens = trial.kind === "tokens";
    const imported = importOnnx(bytes, tokens ? { ...options, readout: standIn } : options);
    const missing: ImportFact[] = chosen ? [] : ["output"];
    if (chosen?.kind !== "tokens") {
      return { facts: inside, outputs, imported, output: chosen?.name ?? null, readout: null, missing, refusal: null };
    }
    const prefixTokens = imported.structure.prefixTokens ?? facts.prefixTokens;
    const kind = facts.readout;
    // One token before the patches is the class token; of several the file does not say which.
    const classToken = prefixTokens === 1 ? 0 : facts.classToken;
    if (kind === undefined) missing.push("readout");
    if (prefixTokens === undefined) missing.push("prefixTokens");
    if (kind !== undefined && kind !== "mean" && prefixTokens !== undefined && classToken === undefined) {
      missing.push("classToken");
    }
    const wantsClass = kind !== undefined && kind !== "mean";
    if (wantsClass && prefixTokens !== undefined && (prefixTokens === 0 || (classToken ?? 0) >= prefixTokens)) {
      const why =
        prefixTokens === 0
          ? "it has no token before those of the patches, so no class token can be read"
          : `its class token cannot be token ${classToken}: only ${prefixTokens} come before those of the patches`;
      const refusal = `${name} cannot be read out so: ${why}.`;
      return { facts: inside, outputs, imported, output: chosen.name, readout: null, missing: [], refusal };
    }
    const complete = kind !== undefined && prefixTokens !== undefined && missing.length === 0;
    if (!complete) {
      return { facts: inside, outputs, imported, output: chosen.name, readout: null, missing, refusal: null };
    }
    const readout: Readout = { kind, prefixTokens, ...(classToken === undefined ? {} : { classToken }) };
    const read = importOnnx(bytes, { ...options, readout });
    return { facts: inside, outputs, imported: read, output: chosen.name, readout, missing, refusal: null };
  } catch (error) {
    if (!isFault(error, "unsupported") && !isFault(error, "unsupported-op")) throw error;
    return { ...none, facts: inside, outputs, missing: chosen ? [] : ["output"], refusal: error.message };
  }
}
