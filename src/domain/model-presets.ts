// What is known of published backbones that people bring themselves: architecture, preprocessing, licence, source. Data only; no
// weights of these are part of the project. Facts nobody checked are named in `unverified`; what is not known is null, and asked for.
import type { Mpp } from "../base/brand.ts";
import type { Licence, Normalisation, VitArchitecture } from "./model.ts";
import type { PositionResample, StatedFacts } from "./parse-model-config.ts";

export type ModelPreset = Readonly<{
  id: string;
  name: string;
  /** Whose keys the published file has. */
  layout: "timm" | "hf-vit" | "hf-dinov2";
  architecture: VitArchitecture;
  /** The image size its positions are stored for, and what makes them those of `architecture.imagePixels` where that differs. */
  storedImagePixels: number;
  positionResample: PositionResample | null;
  /** mean 0 and std 1 where the network was trained on plain [0, 1]. */
  normalisation: Normalisation;
  /** um/px it may be used at; null where its authors do not say, or not as a number. */
  mppRange: readonly [Mpp, Mpp] | null;
  /** What is known of the scale it was trained at, in words. */
  scale: string;
  licence: Licence;
  unverified: readonly string[];
}>;

const imageNet: Normalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const half: Normalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
const plainPixels: Normalisation = { mean: [0, 0, 0], std: [1, 1, 1] };

type Varied = Partial<Omit<VitArchitecture, "kind" | "width" | "depth" | "heads">>;

/** The sizes of Dosovitskiy et al. 2021 and Touvron et al. 2021: width, depth, heads. */
const sizes = { small: [384, 12, 6], base: [768, 12, 12], large: [1024, 24, 16] } as const;

function vit(size: keyof typeof sizes, patchPixels: number, varied: Varied = {}): VitArchitecture {
  const [width, depth, heads] = sizes[size];
  return {
    kind: "vit",
    imagePixels: 224,
    patchPixels,
    width,
    depth,
    heads,
    mlpWidth: 4 * width,
    layerNormEps: 1e-6,
    prefixTokens: 1,
    readout: "cls",
    activation: "gelu",
    ...varied,
  };
}

function kaiko(id: string, name: string, architecture: VitArchitecture): ModelPreset {
  return {
    id: `kaiko-${id}`,
    name: `kaiko ${name}`,
    layout: "timm",
    architecture,
    storedImagePixels: 224,
    positionResample: null,
    normalisation: half,
    mppRange: null,
    scale: "Trained on patches of several magnifications; which ones was not verified.",
    licence: {
      id: "Kaiko-Non-Commercial-v1",
      text: "Kaiko Non-Commercial licence, version 1. Not to be passed on by this project: bring the file yourself.",
      source: "https://github.com/kaiko-ai/towards_large_pathology_fms",
    },
    unverified: ["the magnifications of its training"],
  };
}

const noDerivatives = (source: string): Licence => ({
  id: "CC-BY-NC-ND-4.0",
  text: "Creative Commons BY-NC-ND 4.0: no commercial use, no passing on of converted copies. Bring the file yourself.",
  source,
});

export const modelPresets: readonly ModelPreset[] = [
  kaiko("vits16", "ViT-S/16", vit("small", 16)),
  kaiko("vits8", "ViT-S/8", vit("small", 8)),
  kaiko("vitb16", "ViT-B/16", vit("base", 16)),
  kaiko("vitb8", "ViT-B/8", vit("base", 8)),
  {
    ...kaiko(
      "vitl14",
      "ViT-L/14 with 4 registers",
      vit("large", 14, { prefixTokens: 5, registers: 4, positions: "patches", layerScale: true }),
    ),
    storedImagePixels: 518,
    positionResample: "bicubic-antialias",
    unverified: [
      "the magnifications of its training",
      "that its positions are stored for 518 px, the default of its timm architecture (the file itself decides)",
    ],
  },
  {
    id: "gpfm",
    name: "GPFM ViT-L/14",
    layout: "timm",
    architecture: vit("large", 14, { layerScale: true }),
    storedImagePixels: 224,
    positionResample: null,
    normalisation: imageNet,
    mppRange: null,
    scale: "Its authors prefer 512 x 512 px of level 0 at 40x, resized to 224 px; um/px is not stated.",
    licence: noDerivatives("https://github.com/birkhoffkiki/GPFM"),
    unverified: ["the epsilon of its layer norms (1e-6, the default of DINOv2)"],
  },
  {
    id: "pathoduet",
    name: "PathoDuet ViT-B/16 (HE or IHC)",
    layout: "timm",
    architecture: vit("base", 16, { prefixTokens: 2, pretextToken: true }),
    storedImagePixels: 224,
    positionResample: null,
    normalisation: plainPixels,
    mppRange: null,
    scale: "Not stated.",
    licence: {
      id: "CC-BY-NC-4.0",
      text: "Creative Commons BY-NC 4.0: no commercial use. Bring the file yourself.",
      source: "https://github.com/openmedlab/PathoDuet",
    },
    unverified: [
      "the read-out of its own evaluation: the class token is its code's default, the mean of patches its option",
    ],
  },
  {
    id: "phikon",
    name: "Phikon ViT-B/16",
    layout: "hf-vit",
    architecture: vit("base", 16),
    storedImagePixels: 224,
    positionResample: null,
    normalisation: imageNet,
    mppRange: null,
    scale: "Not verified.",
    licence: {
      id: "Owkin-Non-Commercial",
      text: "Owkin non-commercial licence. Bring the file yourself.",
      source: "https://huggingface.co/owkin/phikon",
    },
    unverified: [
      "the epsilon of its layer norms: its configuration said 1e-12 in one version and 1e-6, to match timm, in another",
    ],
  },
  {
    id: "uni",
    name: "UNI ViT-L/16",
    layout: "timm",
    architecture: vit("large", 16, { layerScale: true }),
    storedImagePixels: 224,
    positionResample: null,
    normalisation: imageNet,
    mppRange: null,
    scale: "Not verified.",
    licence: noDerivatives("https://github.com/mahmoodlab/UNI"),
    unverified: ["the epsilon of its layer norms (1e-6, the default of timm)"],
  },
  {
    id: "hibou-b",
    name: "Hibou-B ViT-B/14 with 4 registers",
    layout: "hf-dinov2",
    architecture: vit("base", 14, {
      mlpWidth: 2048,
      prefixTokens: 5,
      registers: 4,
      positions: "class",
      layerScale: true,
      ffn: "swiglu",
      activation: "silu",
    }),
    storedImagePixels: 224,
    positionResample: null,
    normalisation: { mean: [0.7068, 0.5755, 0.722], std: [0.195, 0.2316, 0.1816] },
    mppRange: null,
    scale: "Not verified.",
    licence: { id: "Apache-2.0", text: "Apache License 2.0.", source: "https://huggingface.co/histai/hibou-b" },
    unverified: ["the read-out (the class token after the final norm, as of DINOv2)"],
  },
  dinov2("small", "ViT-S/14"),
  dinov2("base", "ViT-B/14"),
];

function dinov2(size: "small" | "base", name: string): ModelPreset {
  return {
    id: `dinov2-${size}`,
    name: `DINOv2 ${name} (natural images)`,
    layout: "hf-dinov2",
    architecture: vit(size, 14, { layerScale: true }),
    storedImagePixels: 518,
    positionResample: "bicubic",
    normalisation: imageNet,
    mppRange: null,
    scale: "Natural images have none: any scale, stated by the person.",
    licence: {
      id: "Apache-2.0",
      text: "Apache License 2.0.",
      source: `https://huggingface.co/facebook/dinov2-${size}`,
    },
    unverified: [
      "that positions are resampled as the present transformers library does it; older versions differ slightly",
    ],
  };
}

/** What a preset says to the reader of a checkpoint. Positions are left to the file: DINOv2's own and timm's differ in them. */
export function factsOfPreset(preset: ModelPreset): StatedFacts {
  const { kind: _kind, positions: _positions, ...facts } = preset.architecture;
  return preset.positionResample ? { ...facts, positionResample: preset.positionResample } : facts;
}
