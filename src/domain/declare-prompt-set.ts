// A promptstate as a prompt set: bound to the backbone and the normalisation a person declared, and marked so for good. Knows no runtime.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { ClassId, WeightsDigest } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import type { Plain } from "../words/say.ts";
import type { TissueClass } from "./label.ts";
import {
  type BackboneComputation,
  type Preprocessing,
  type PromptHead,
  type PromptSetMetadata,
  promptSetFormat2,
  researchUseNotice,
} from "./prompt-set.ts";
import { serializePromptSet } from "./prompt-set-file.ts";
import { promptSetLimits } from "./prompt-set-limits.ts";
import type { PromptState } from "./promptstate.ts";

/** What is declared: the prompts were made for this. */
export type DeclaredBackbone = Readonly<{
  name: string;
  weightsDigest: WeightsDigest;
  computation: BackboneComputation;
  preprocessing: Preprocessing;
  depth: number;
  width: number;
  featureWidth: number;
}>;

/** How a set is marked, wherever it is shown. */
export const declaredWords: Plain = "declared, not verified";

const colors = ["#c0392b", "#2980b9", "#27ae60", "#8e44ad", "#d35400", "#16a085", "#7f8c8d", "#b7950b"];

/** The head where it fits the backbone; else why it was dropped. */
function headFor({ head }: PromptState, { featureWidth }: DeclaredBackbone): PromptState["head"] | string {
  const [classes = 0, features = 0] = head?.weight.shape ?? [];
  if (!head) return null;
  if (features !== featureWidth) {
    return `Its head was dropped: it reads ${features} features, and the backbone gives ${featureWidth}. Its prompts answer by your labels.`;
  }
  if (classes < 2 || classes > promptSetLimits.classes) {
    return `Its head was dropped: it has ${classes} classes, and 2 to ${promptSetLimits.classes} are taken. Its prompts answer by your labels.`;
  }
  return head;
}

/** The file of the set. Throws Fault `bad-prompt-set` where the prompts cannot belong to this backbone. */
export function declarePromptSet(
  state: PromptState,
  name: string,
  backbone: DeclaredBackbone,
  appVersion: string,
): Uint8Array<ArrayBuffer> {
  const [blocks = 0, tokensPerBlock = 0, width = 0] = state.prompts.shape;
  const { depth } = backbone;
  const reasons: string[] = [];
  if (width !== backbone.width)
    reasons.push(`its prompts are ${width} wide, and the backbone's tokens ${backbone.width}`);
  // One set for many blocks would be a shallow prompt, which goes on through them all: another method than deep prompts of one block.
  if (blocks !== depth) reasons.push(`it has prompts of ${blocks} blocks, and the backbone has ${depth}`);
  if (tokensPerBlock > promptSetLimits.tokensPerBlock) reasons.push(`it has ${tokensPerBlock} tokens a block`);
  if (reasons.length > 0) {
    const message = `"${name}" cannot be made for ${backbone.name}: ${reasons.join("; ")}.`;
    throw new Fault("bad-prompt-set", message, { reasons });
  }
  const found = headFor(state, backbone);
  const head = typeof found === "string" ? null : found;
  const notes = [...state.notes, ...(typeof found === "string" ? [found] : [])];
  const count = head?.weight.shape[0] ?? 0;
  const classes = Array.from(
    { length: count },
    (_, i): TissueClass => ({
      id: `output-${i}` as ClassId,
      // The file does not name them: a number is what is known.
      name: `Output ${i}`,
      color: colors[i % colors.length] ?? "#7f8c8d",
      key: null,
    }),
  );
  const kind: PromptHead = head ? { kind: "linear" } : { kind: "none" };
  const { name: backboneName, weightsDigest, computation, preprocessing } = backbone;
  const metadata: PromptSetMetadata = {
    format: promptSetFormat2,
    name: name.replace(/\.[^.]*$/, "").slice(0, 200) || "Prompts",
    backbone: { name: backboneName, weightsDigest, computation },
    preprocessing,
    classes,
    method: { kind: "task-visual-deep", firstBlock: 0, blocks, tokensPerBlock },
    head: kind,
    declared: { source: "promptstate", fileDigest: state.digest, notes: notes.map((note) => note.slice(0, 1000)) },
    settings: null,
    labels: {
      count: 0,
      digest: bytesToHex(sha256(new TextEncoder().encode("[]"))),
      perClass: classes.map(() => 0),
      origins: {},
    },
    estimate: null,
    stain: null,
    organ: null,
    onlyOn: null,
    synthetic: false,
    parent: null,
    appVersion,
    licence: "That of the file it was imported from.",
    notice: researchUseNotice,
  };
  const tensors = {
    prompts: state.prompts.data,
    ...(head ? { headWeight: head.weight.data, headBias: head.bias.data } : {}),
  };
  return serializePromptSet(metadata, tensors);
}
