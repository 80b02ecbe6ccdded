// A kept backbone with every answer there is. Values are arbitrary but of the right form.
import type { KeptModel } from "../../src/domain/kept-model.ts";
import { weightsDigest } from "./sample-project.ts";

export const keptModel = (id: string): KeptModel => {
  const licence = { id: "MIT", text: "", source: "our lab" };
  return {
    id,
    name: `Backbone ${id}`,
    weightsDigest,
    licence,
    facts: {
      name: `Backbone ${id}`,
      preset: "uni",
      normalisation: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 0.5] },
      mpp: 0.25,
      licence,
      imagePixels: 224,
      output: "last_hidden_state",
      readout: "cls+mean",
      prefixTokens: 5,
      classToken: 0,
      heads: 6,
      layerNormEps: 1e-12,
      activation: "gelu-tanh",
      positionResample: "bicubic-offset",
      prefix: "",
    },
    depth: 12,
    width: 384,
    bytes: 7,
    files: [
      { path: "model.onnx", bytes: 3 },
      { path: "model.onnx_data", bytes: 4 },
    ],
    from: {
      repo: "someone/vit",
      base: "https://huggingface.co",
      commit: "c".repeat(40),
      files: [{ path: "model.onnx", sha256: "a".repeat(64), against: "hub-sha256" }],
    },
  };
};
