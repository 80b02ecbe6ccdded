// Open backbones on the Hugging Face hub that people will want: what is known of each before anything is asked of a server. Data only; no
// weights, and no digest: those are the hub's to state when a file is downloaded. What was not checked is null, and asked for.
import type { Normalisation } from "./model.ts";

export type HubModel = Readonly<{
  id: string;
  name: string;
  /** "owner/name" on the hub. */
  repo: string;
  /** A branch: no commit of these is known here. What it leads to is kept with the download. */
  revision: string;
  /** Where its layout has the weights. */
  weights: string;
  /** `id` null: not stated. Its words are on the model's page. */
  licence: Readonly<{ id: string | null; text: string }>;
  /** Its files are given only to people who accepted its terms on the hub. */
  gated: boolean;
  /** Bytes of the weights; `reckoned` from the number of parameters, at four bytes each. */
  size: Readonly<{ bytes: number; reckoned: boolean }>;
  /** What it is for, in a line. */
  purpose: string;
  /** In words, and the sizes files are held against. */
  architecture: string;
  width: number;
  patchPixels: number;
  normalisation: Normalisation | null;
  /** um/px it was trained at, in words. */
  scale: string | null;
  readout: string | null;
  /** Id of the preset that answers for it, where its files fit. */
  preset: string | null;
}>;

const imageNet: Normalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const half: Normalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

const checkpoint = { revision: "main", weights: "model.safetensors", gated: false, scale: null } as const;
const stated = (bytes: number) => ({ bytes, reckoned: false });
const reckoned = (parameters: number) => ({ bytes: 4 * parameters, reckoned: true });

const classToken = "class token";

const apache = { id: "Apache-2.0", text: "Apache License 2.0." };
const owkin = { id: "Owkin-Non-Commercial", text: "Owkin non-commercial licence." };
const noDerivatives = {
  id: "CC-BY-NC-ND-4.0",
  text: "Creative Commons BY-NC-ND 4.0: no commercial use, no passing on of converted copies.",
};

function kaiko(id: string, size: "small" | "base", patch: 8 | 16, weights: HubModel["size"]): HubModel {
  const width = size === "small" ? 384 : 768;
  const name = `kaiko ViT-${size === "small" ? "S" : "B"}/${patch}`;
  return {
    ...checkpoint,
    id: `kaiko-${id}`,
    name,
    repo: `1aurent/vit_${size}_patch${patch}_224.kaiko_ai_towards_large_pathology_fms`,
    licence: { id: "Kaiko-Non-Commercial-v1", text: "Kaiko Non-Commercial licence, version 1." },
    size: weights,
    purpose: "Pathology features, trained on TCGA slides at several magnifications",
    architecture: `ViT-${size === "small" ? "S" : "B"}/${patch}, 224 px, ${width} features`,
    width,
    patchPixels: patch,
    normalisation: half,
    scale: "several magnifications; which ones was not verified",
    readout: classToken,
    preset: `kaiko-${id}`,
  };
}

function dinov2(owner: "onnx-community" | "Xenova"): HubModel {
  return {
    ...checkpoint,
    id: `dinov2-small-${owner.toLowerCase()}`,
    name: `DINOv2 ViT-S/14 (${owner})`,
    repo: `${owner}/dinov2-small`,
    weights: "onnx/model.onnx",
    licence: apache,
    size: stated(88_500_000),
    purpose: "Natural images: a baseline that knows no pathology, ready as ONNX",
    architecture: "ViT-S/14, 384 features",
    width: 384,
    patchPixels: 14,
    normalisation: imageNet,
    scale: "natural images have none: any, stated by you",
    readout: null,
    preset: "dinov2-small",
  };
}

export const hubModels: readonly HubModel[] = [
  {
    ...checkpoint,
    id: "hibou-b",
    name: "Hibou-B",
    repo: "histai/hibou-b",
    licence: apache,
    size: reckoned(85_700_000),
    purpose: "Pathology features under a free licence",
    architecture: "ViT-B/14 with 4 registers, 768 features",
    width: 768,
    patchPixels: 14,
    normalisation: { mean: [0.7068, 0.5755, 0.722], std: [0.195, 0.2316, 0.1816] },
    readout: null,
    preset: "hibou-b",
  },
  {
    ...checkpoint,
    id: "prost40m",
    name: "Prost40M",
    repo: "waticlems/Prost40M",
    licence: apache,
    size: reckoned(22_000_000),
    purpose: "Pathology features, small, under a free licence",
    architecture: "ViT-S/14, 384 features",
    width: 384,
    patchPixels: 14,
    normalisation: null,
    readout: null,
    preset: null,
  },
  kaiko("vits16", "small", 16, stated(86_700_000)),
  kaiko("vits8", "small", 8, { bytes: 87_000_000, reckoned: true }),
  kaiko("vitb16", "base", 16, stated(343_000_000)),
  kaiko("vitb8", "base", 8, { bytes: 343_000_000, reckoned: true }),
  {
    ...checkpoint,
    id: "lunit-vits8",
    name: "Lunit DINO ViT-S/8",
    repo: "1aurent/vit_small_patch8_224.lunit_dino",
    licence: { id: "Lunit-Non-Commercial", text: "Lunit non-commercial licence." },
    size: reckoned(21_700_000),
    purpose: "Pathology features, small, with tokens of 8 px",
    architecture: "ViT-S/8, 224 px, 384 features",
    width: 384,
    patchPixels: 8,
    normalisation: { mean: [0.7032, 0.5361, 0.661], std: [0.2172, 0.2608, 0.2072] },
    readout: null,
    preset: null,
  },
  {
    ...checkpoint,
    id: "phikon",
    name: "Phikon",
    repo: "owkin/phikon",
    licence: owkin,
    size: reckoned(86_000_000),
    purpose: "Pathology features",
    architecture: "ViT-B/16, 224 px, 768 features",
    width: 768,
    patchPixels: 16,
    normalisation: imageNet,
    readout: classToken,
    preset: "phikon",
  },
  {
    ...checkpoint,
    id: "phikon-v2",
    name: "Phikon-v2",
    repo: "owkin/phikon-v2",
    licence: owkin,
    size: stated(1_210_000_000),
    purpose: "Pathology features; large: slow without a graphics card",
    architecture: "ViT-L/16, 1024 features",
    width: 1024,
    patchPixels: 16,
    normalisation: imageNet,
    readout: null,
    preset: null,
  },
  dinov2("onnx-community"),
  dinov2("Xenova"),
  {
    ...checkpoint,
    id: "uni",
    name: "UNI",
    repo: "MahmoodLab/UNI",
    licence: noDerivatives,
    gated: true,
    size: reckoned(303_000_000),
    purpose: "Pathology features; large: slow without a graphics card",
    architecture: "ViT-L/16, 224 px, 1024 features",
    width: 1024,
    patchPixels: 16,
    normalisation: imageNet,
    readout: classToken,
    preset: "uni",
  },
  {
    ...checkpoint,
    id: "h0-mini",
    name: "H0-mini",
    repo: "bioptimus/H0-mini",
    licence: noDerivatives,
    gated: true,
    size: reckoned(86_000_000),
    purpose: "Pathology features",
    architecture: "ViT-B/14, 768 features",
    width: 768,
    patchPixels: 14,
    normalisation: null,
    readout: null,
    preset: null,
  },
];

export const hubModel = (id: string): HubModel | null => hubModels.find((model) => model.id === id) ?? null;

/** The page with its terms. */
export const hubPage = ({ repo }: Pick<HubModel, "repo">): string => `https://huggingface.co/${repo}`;
