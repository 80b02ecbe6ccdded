// Published checkpoint files whose tensors do not tell how they are used, by the sha256 of their very bytes. Data only; none of them is
// part of the project. A file with other bytes is not guessed at: its facts are asked for.
import type { ImportFacts } from "../../domain/model-import.ts";

export const knownCheckpoints: Readonly<Record<string, ImportFacts>> = {
  b815932b43a8e43c02bd7f9cd6e7eac13ad65fecc644d4f01f507709c8eb4cab: {
    name: "timm ViT-Tiny/16 (natural images)",
    heads: 3,
    layerNormEps: 1e-6,
    readout: "cls",
    activation: "gelu",
    normalisation: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    licence: {
      id: "Apache-2.0 (not verified)",
      text: "Presumably Apache-2.0, as timm's augreg checkpoints; not verified. Bring the file yourself.",
      source: "https://github.com/huggingface/pytorch-image-models",
    },
  },
};
