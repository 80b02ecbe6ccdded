// The name of a backbone: one hash that is the same for fp32 and fp16 copies and for every container. Knows no file format. A graph
// whose tensors are not known by what they do is named otherwise: graph-digest.ts.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { WeightsDigest } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import { type VitShape, type VitTensor, vitTensors } from "../graph/vit/vit-shape.ts";
import { floatsToHalves } from "../math/half.ts";
import type { TensorSet } from "./frozen-weights.ts";

/** The tensors a ViT computes features with, under timm's names, in the order they are hashed in. */
export function canonicalTensors(vit: VitShape): readonly VitTensor[] {
  return vitTensors(vit).toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * sha256 over, for each canonical tensor in code-unit order of its key: the text `key[shape]\n` in UTF-8, then the values
 * rounded to fp16 (ties to even), little endian. Rounding an fp16 copy changes nothing, so every precision from fp16 up agrees.
 * Magnitudes below 1.5e-7 count as zero: they are noise to a network, and converters to fp16 lift what is smaller than 1e-7 to that
 * (onnxconverter-common, float16.py).
 * A tensor a network may lack and that changes nothing (a bias of zeros for q, k and v, a LayerScale of ones) is left out: with it
 * and without it is the same network.
 * Throws Fault `bad-model` naming every tensor that is missing or of another shape.
 */
export function weightsDigest(vit: VitShape, weights: TensorSet): WeightsDigest {
  const present = weights.keys;
  const list = canonicalTensors(vit);
  const problems = list.flatMap(({ key, shape }) => {
    if (!present.has(key)) return [`${key} is missing`];
    const found = weights.tensor(key).shape;
    const same = found.length === shape.length && shape.every((n, i) => n === found[i]);
    return same ? [] : [`${key} is [${found.join(", ")}], expected [${shape.join(", ")}]`];
  });
  if (problems.length > 0) {
    const shown = problems.slice(0, 5).join("; ") + (problems.length > 5 ? `; and ${problems.length - 5} more` : "");
    throw new Fault("bad-model", `The weights do not belong to the architecture in the manifest: ${shown}.`, {
      problems,
    });
  }
  const hash = sha256.create();
  const encoder = new TextEncoder();
  for (const { key, shape } of list) {
    const halves = withoutDust(floatsToHalves(weights.tensor(key).data));
    if (changesNothing(key, halves)) continue;
    hash.update(encoder.encode(`${key}[${shape.join(",")}]\n`));
    hash.update(new Uint8Array(halves.buffer));
  }
  return bytesToHex(hash.digest()) as WeightsDigest;
}

/** fp16's two smallest magnitudes, 0.6e-7 and 1.2e-7, and the negative zero become zero. */
const withoutDust = (halves: Uint16Array): Uint16Array => halves.map((bits) => ((bits & 0x7fff) <= 2 ? 0 : bits));

function changesNothing(key: string, halves: Uint16Array): boolean {
  if (key.endsWith(".attn.qkv.bias")) return halves.every((bits) => bits === 0);
  return /\.ls[12]\.gamma$/.test(key) && halves.every((bits) => bits === oneInFp16);
}
const oneInFp16 = 0x3c00;
