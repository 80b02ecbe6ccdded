// What makes vectors of text: a port, and calls to the worker that holds it. Knows no library, no model and no host.
import type { LibraryTemplate } from "../domain/text-library.ts";
import type { LocalFile, Method } from "./call.ts";

/** `encoder`: which one, for people and for the file; vectors by the text they were made of, each [width] and of length 1. */
export type TextVectors = Readonly<{
  encoder: string;
  width: number;
  vectors: ReadonlyMap<string, Float32Array>;
}>;

/**
 * Where an encoder comes from, always in the layout transformers.js reads (config.json, tokenizer.json, onnx/model.onnx). hub: a model's
 * id there, downloaded. folder: the address of its folder. files: a folder the person picked; paths are relative to it.
 */
export type TextSource =
  | Readonly<{ kind: "hub"; id: string }>
  | Readonly<{ kind: "folder"; url: string }>
  | Readonly<{ kind: "files"; name: string; files: readonly Readonly<{ path: string; file: LocalFile }>[] }>;

export type TextEncoder = Readonly<{
  /** The mean over a text's tokens, scaled to length 1 (sentence-transformers). Faults: network, read, bad-model, runtime. */
  encode(texts: readonly string[], signal: AbortSignal): Promise<TextVectors>;
  release(): Promise<void>;
}>;

export type TextApi = Readonly<{
  /** Loads the encoder of another source than the last first. Faults: network, read, bad-model, runtime, limit. */
  encode: Method<Readonly<{ source: TextSource; texts: readonly string[] }>, TextVectors>;
}>;

export const textMethods: Readonly<Record<keyof TextApi, true>> = { encode: true };

/** What the page asks for vectors: the shipped library, and beside it an encoder if the person chose one. */
export type Texts = Readonly<{
  /**
   * By the library where it has every text, else by the chosen encoder, all of them. Faults: invalid where a text is not in the library
   * and no encoder is chosen, network where the library cannot be had, and those of {@link TextEncoder}.
   */
  vectorsOf(texts: readonly string[], signal: AbortSignal): Promise<TextVectors>;
  /** Those of these texts that the library lacks. */
  missing(texts: readonly string[], signal: AbortSignal): Promise<readonly string[]>;
  /** The library's templates. */
  templates(signal: AbortSignal): Promise<readonly LibraryTemplate[]>;
  /** null: the library only. Nothing is loaded before a text asks for it. */
  choose(source: TextSource | null): void;
}>;
