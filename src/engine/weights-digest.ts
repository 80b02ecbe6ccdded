// The name of a backbone: one hash that is the same for fp32 and fp16 copies and for every container. Knows no file format.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { WeightsDigest } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import type { VitArchitecture } from "../domain/model.ts";
import { floatsToHalves } from "../math/half.ts";
import type { FrozenWeights } from "./frozen-weights.ts";

export type CanonicalTensor = Readonly<{ key: string; shape: readonly number[] }>;

/** Every tensor a plain ViT computes features with, under timm's names; a classifier of its own (`head.*`) is not part of it. */
export function canonicalTensors(vit: VitArchitecture): readonly CanonicalTensor[] {
  const { width: d, mlpWidth: m, patchPixels: p, imagePixels: s } = vit;
  const tokens = (s / p) ** 2 + vit.prefixTokens;
  const list: CanonicalTensor[] = [
    { key: "cls_token", shape: [1, 1, d] },
    { key: "pos_embed", shape: [1, tokens, d] },
    { key: "patch_embed.proj.weight", shape: [d, 3, p, p] },
    { key: "patch_embed.proj.bias", shape: [d] },
    { key: "norm.weight", shape: [d] },
    { key: "norm.bias", shape: [d] },
  ];
  for (let i = 0; i < vit.depth; i++) {
    const block = (name: string, ...shape: number[]): CanonicalTensor => ({ key: `blocks.${i}.${name}`, shape });
    list.push(
      block("norm1.weight", d),
      block("norm1.bias", d),
      block("attn.qkv.weight", 3 * d, d),
      block("attn.qkv.bias", 3 * d),
      block("attn.proj.weight", d, d),
      block("attn.proj.bias", d),
      block("norm2.weight", d),
      block("norm2.bias", d),
      block("mlp.fc1.weight", m, d),
      block("mlp.fc1.bias", m),
      block("mlp.fc2.weight", d, m),
      block("mlp.fc2.bias", d),
    );
  }
  return list.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * sha256 over, for each canonical tensor in code-unit order of its key: the text `key[shape]\n` in UTF-8, then the values
 * rounded to fp16 (ties to even), little endian. Rounding an fp16 copy changes nothing, so every precision from fp16 up agrees.
 * Throws Fault `bad-model` naming every tensor that is missing or of another shape.
 */
export function weightsDigest(vit: VitArchitecture, weights: FrozenWeights): WeightsDigest {
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
    hash.update(encoder.encode(`${key}[${shape.join(",")}]\n`));
    hash.update(new Uint8Array(floatsToHalves(weights.tensor(key).data).buffer));
  }
  return bytesToHex(hash.digest()) as WeightsDigest;
}
