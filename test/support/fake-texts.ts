// Vectors of text without an encoder, with the contract of protocol/text-encoder.ts: the library has what is in lower case, the rest needs
// an encoder. Vectors depend on the text only. Knows no test runner.
import { Fault } from "../../src/base/fault.ts";
import type { Texts } from "../../src/protocol/text-encoder.ts";

export function createFakeTexts(): Texts {
  let chosen = false;
  const missing = (texts: readonly string[]): readonly string[] => texts.filter((text) => text !== text.toLowerCase());
  return {
    async vectorsOf(texts, signal) {
      signal.throwIfAborted();
      const [first] = missing(texts);
      if (first !== undefined && !chosen) throw new Fault("invalid", `"${first}" is not in the library.`);
      const vectorOf = (text: string): Float32Array => {
        const raw = Float32Array.of(text.length, text.charCodeAt(0), 1);
        return raw.map((x) => x / Math.hypot(...raw));
      };
      const vectors = new Map(texts.map((text) => [text, vectorOf(text)]));
      return { encoder: chosen ? "chosen" : "library", width: 3, vectors };
    },
    missing: async (texts) => missing(texts),
    templates: async () => [{ template: "{class}", use: "classes" }],
    choose: (source) => {
      chosen = source !== null;
    },
  };
}
