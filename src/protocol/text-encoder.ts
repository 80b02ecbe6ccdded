// What makes vectors of text: a port. Knows no library, no model and no host.

/** `encoder`: which one, for people and for the file; vectors by the text they were made of, each [width]. */
export type TextVectors = Readonly<{
  encoder: string;
  width: number;
  vectors: ReadonlyMap<string, Float32Array>;
}>;

export type TextEncoder = Readonly<{
  /**
   * Every text's vector, of length 1: the mean over its tokens (sentence-transformers). Faults: network, read, bad-model, runtime; rejects
   * with AbortError when cancelled.
   */
  encode(texts: readonly string[], signal: AbortSignal): Promise<TextVectors>;
  release(): Promise<void>;
}>;
