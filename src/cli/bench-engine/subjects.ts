// The two backbones of the suite in Node: the shipped ViT-Tiny (or the one named by --model) and a ViT-S/16 of random weights.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseManifest } from "../../domain/parse-manifest.ts";
import { serializeSafetensors } from "../../domain/safetensors.ts";
import { loadModel } from "../../engine/load-model.ts";
import type { Backbone } from "../../engine/model-programs.ts";
import type { VitShape } from "../../graph/vit/vit-shape.ts";
import { readModelFile } from "../../platform/node/fetch-files.ts";
import { backboneOf, randomTensors, vitSmall } from "./backbones.ts";

export type Subject = Readonly<{
  id: string;
  shape: VitShape;
  backbone: Backbone;
  /** The weights as a safetensors file with timm's keys, for peers outside. */
  weightsFile(): Promise<Uint8Array>;
}>;

export async function loadedSubject(manifestPath: string): Promise<Subject> {
  const { backbone } = await loadModel(manifestPath, readModelFile, new AbortController().signal, () => {});
  const manifest = parseManifest(await readFile(manifestPath, "utf8"), manifestPath);
  const path = join(dirname(manifestPath), manifest.weights.path);
  return { id: manifest.id, shape: manifest.architecture, backbone, weightsFile: () => readFile(path) };
}

export function randomSmall(): Subject {
  const tensors = randomTensors(vitSmall, 16);
  const backbone = backboneOf(vitSmall, tensors, "ViT-S/16 of random weights");
  return {
    id: "vit-s16",
    shape: vitSmall,
    backbone,
    weightsFile: async () => serializeSafetensors(tensors, {}),
  };
}
