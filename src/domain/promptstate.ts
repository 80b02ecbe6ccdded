// PuzzleTuning's promptstate: deep prompts of every block and a head, without a word of which backbone they belong to. Knows what the file
// holds; what it does not say is the person's to declare (declare-prompt-set.ts).
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { Fault } from "../base/fault.ts";
import { readTorchFile, type TorchTensor, type TorchValue } from "./torch-file.ts";

export type PromptState = Readonly<{
  /** SHA-256 (hex) of the file. */
  digest: string;
  /** [blocks, tokens, width]. */
  prompts: TorchTensor;
  /** A linear head: `weight` [classes, features], `bias` [classes]; null where the file has none. */
  head: Readonly<{ weight: TorchTensor; bias: TorchTensor }> | null;
  /** What of the file is not used, in words. */
  notes: readonly string[];
}>;

const isTensor = (value: TorchValue | undefined): value is TorchTensor =>
  value !== undefined && !(value instanceof Map) && "kind" in value && value.kind === "tensor";

/** Throws Fault `bad-prompt-set`, `damaged`, `unsupported` or `limit`. Executes nothing. */
export function parsePromptState(file: Uint8Array, name: string): PromptState {
  const what = `"${name}"`;
  const saved = readTorchFile(file, what);
  if (!(saved instanceof Map) || !saved.has("Prompt_Tokens")) {
    throw new Fault(
      "bad-prompt-set",
      `${what} is no prompt file: it has no Prompt_Tokens. A backbone's weights are brought as .safetensors or .onnx.`,
    );
  }
  const prompts = saved.get("Prompt_Tokens");
  if (!isTensor(prompts) || prompts.shape.length !== 3 || prompts.shape.includes(0)) {
    throw new Fault("bad-prompt-set", `The Prompt_Tokens of ${what} are no numbers of [blocks, tokens, width].`);
  }
  if (!prompts.data.every(Number.isFinite)) {
    throw new Fault("bad-prompt-set", `The Prompt_Tokens of ${what} hold values that are not finite numbers.`);
  }
  const notes: string[] = [];
  const others = [...saved.keys()].filter((key) => key !== "Prompt_Tokens" && key !== "head");
  if (others.length > 0) notes.push(`Left out, for it is not known: ${others.slice(0, 5).join(", ").slice(0, 200)}.`);
  return { digest: bytesToHex(sha256(file)), prompts, head: headOf(saved.get("head"), notes), notes };
}

function headOf(head: TorchValue | undefined, notes: string[]): PromptState["head"] {
  if (head === undefined || (head instanceof Map && head.size === 0)) {
    notes.push("The file has no head: its prompts answer by your labels.");
    return null;
  }
  const [weight, bias] = head instanceof Map ? [head.get("weight"), head.get("bias")] : [];
  const isLinear = isTensor(weight) && weight.shape.length === 2 && weight.data.every(Number.isFinite);
  if (!isLinear || !(head instanceof Map) || head.size > 2) {
    notes.push("Its head was dropped: it is no linear layer of finite numbers.");
    return null;
  }
  const [classes = 0] = weight.shape;
  if (bias === undefined) {
    return { weight, bias: { kind: "tensor", shape: [classes], data: new Float32Array(classes) } };
  }
  if (isTensor(bias) && bias.shape.join() === String(classes) && bias.data.every(Number.isFinite)) {
    return { weight, bias };
  }
  notes.push("Its head was dropped: its bias does not belong to it.");
  return null;
}
