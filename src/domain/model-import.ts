// What a person says of a backbone they bring, and what its files say themselves. Data only; the readers of files are the engine's.
import type { Licence, Normalisation, VitArchitecture } from "./model.ts";
import type { PositionResample, StatedFacts } from "./parse-model-config.ts";

/**
 * Answers to what the files leave open. `output`, `readout`, `prefixTokens`, `classToken`: which output of an ONNX graph is read, and
 * how its tokens become features. The others are those of `VitArchitecture`, for checkpoints whose tensors do not tell.
 */
export type ImportFacts = Readonly<{
  name?: string;
  /** Id of the preset the answers came from; shown, never trusted beyond them. */
  preset?: string;
  normalisation?: Normalisation;
  /** um/px of the patches the model is given. */
  mpp?: number;
  licence?: Licence;
  imagePixels?: number;
  output?: string;
  readout?: VitArchitecture["readout"];
  prefixTokens?: number;
  /** Place of the class token among the prefix tokens. */
  classToken?: number;
  heads?: number;
  layerNormEps?: number;
  activation?: NonNullable<VitArchitecture["activation"]>;
  positionResample?: PositionResample;
  /** Which network of a checkpoint that holds several, by the beginning of its keys. */
  prefix?: string;
}>;

type NumberFact = "mpp" | "imagePixels" | "prefixTokens" | "classToken" | "heads" | "layerNormEps";

/** What a number may be, wherever it is typed or read. */
export const factLimits: Readonly<Record<NumberFact, Readonly<{ min: number; max: number; integer: boolean }>>> = {
  mpp: { min: 0.01, max: 100, integer: false },
  imagePixels: { min: 8, max: 2048, integer: true },
  prefixTokens: { min: 0, max: 64, integer: true },
  classToken: { min: 0, max: 63, integer: true },
  heads: { min: 1, max: 256, integer: true },
  layerNormEps: { min: 1e-14, max: 0.1, integer: false },
};
export const normalisationLimits = { mean: { min: -10, max: 10 }, std: { min: 1e-3, max: 10 } } as const;
export const licenceLimits = { id: 100, text: 20_000, source: 2000 } as const;
export const modelNameLimit = 200;

export type ImportFact = keyof ImportFacts;

/** Never guessed: asked of the person, a preset, or the files. */
export const alwaysAsked: readonly ImportFact[] = ["normalisation", "mpp", "licence"];

/** One output of an ONNX graph that features may be read from. `kind`: one vector an image, or a row of tokens. */
export type ModelOutput = Readonly<{ name: string; kind: "features" | "tokens"; shape: string }>;

/** What the files say, given the answers so far. */
export type ModelInspection = Readonly<{
  container: "onnx" | "safetensors";
  /** Of the main file, without its ending. */
  name: string;
  bytes: number;
  /** What the files state or their tensors show. */
  facts: StatedFacts;
  normalisation: Normalisation | null;
  /** ONNX only; with the answers' image size. Empty where that must be answered first. */
  outputs: readonly ModelOutput[];
  /** Answers that are still needed; empty: it can be loaded. */
  missing: readonly ImportFact[];
  /** Ids of presets whose layout and sizes fit these files. */
  presets: readonly string[];
  /** Where `prefix` is missing: the beginnings of keys to choose from. */
  prefixes?: readonly string[];
  /** Why the files cannot be used, whatever is answered; null where nothing speaks against it. */
  refusal: string | null;
  /** What a person should know: tensors that are not used, a fixed batch. */
  notes: readonly string[];
}>;
