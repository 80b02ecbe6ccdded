// A prompt set as a file: one safetensors container. Knows the format; knows no backbone (see engine/fits-backbone.ts).
//
// Tensors, all F32, row-major, and no others:
//   prompts.visual [K, N, D]   K prompted blocks (the last K of the backbone), N tokens a block, D = backbone width
//   head.weight    [C, F]      one row a class, in the order of metadata.classes; F = feature width
//   head.centre    [F]         subtracted from features before the cosine
// __metadata__ has three keys: "format" = "pathotune-prompts/1", "pathotune" = PromptSetMetadata as canonical JSON (keys sorted,
// no spaces), and "checksum" (promptSetChecksum), without which a flipped bit among the values would answer wrongly in silence.
// Nothing depends on the clock: the same labels, settings and seed give the same bytes. The set's id is their sha256.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { PromptSetId } from "../base/brand.ts";
import { assert, Fault, isFault } from "../base/fault.ts";
import { canonicalJson } from "./canonical-json.ts";
import { rootAt } from "./json-reader.ts";
import { promptSetLimits, readPromptSetMetadata } from "./parse-prompt-metadata.ts";
import { type PromptSet, type PromptSetMetadata, type PromptSetSummary, promptSetFormat } from "./prompt-set.ts";
import { floatsOf, parseSafetensors, type SafeLimits, type SafeTensor, serializeSafetensors } from "./safetensors.ts";

export const promptSetFileLimits: SafeLimits = { fileBytes: 64 * 2 ** 20, headerBytes: 2 ** 21, tensors: 16 };

export type PromptTensors = Readonly<{ prompts: Float32Array; headWeight: Float32Array; headCentre: Float32Array }>;

/** The file of a set. Deterministic. */
export function serializePromptSet(metadata: PromptSetMetadata, tensors: PromptTensors): Uint8Array<ArrayBuffer> {
  const { blocks, tokensPerBlock } = metadata.method;
  const features = tensors.headCentre.length;
  const width = tensors.prompts.length / (blocks * tokensPerBlock);
  assert(Number.isInteger(width), "prompts have a whole width");
  assert(tensors.headWeight.length === metadata.classes.length * features, "head has one row a class");
  const list = [
    { name: "prompts.visual", dtype: "F32", shape: [blocks, tokensPerBlock, width], data: tensors.prompts },
    { name: "head.weight", dtype: "F32", shape: [metadata.classes.length, features], data: tensors.headWeight },
    { name: "head.centre", dtype: "F32", shape: [features], data: tensors.headCentre },
  ] as const;
  const pathotune = canonicalJson(metadata);
  const checksum = promptSetChecksum(
    pathotune,
    list.map(({ data, ...tensor }) => ({
      ...tensor,
      bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
  );
  return serializeSafetensors(list, { format: promptSetFormat, pathotune, checksum });
}

/**
 * sha256 (hex) over the metadata's text in UTF-8 and a newline, then for each tensor in code-unit order of its name the text
 * `name dtype[shape]\n` and its bytes.
 */
export function promptSetChecksum(
  metadata: string,
  tensors: readonly Pick<SafeTensor, "name" | "dtype" | "shape" | "bytes">[],
): string {
  const encoder = new TextEncoder();
  const hash = sha256.create().update(encoder.encode(`${metadata}\n`));
  for (const { name, dtype, shape, bytes } of tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(encoder.encode(`${name} ${dtype}[${shape.join(",")}]\n`)).update(bytes);
  }
  return bytesToHex(hash.digest());
}

export function promptSetIdOf(file: Uint8Array): PromptSetId {
  return bytesToHex(sha256(file)) as PromptSetId;
}

/**
 * Parses and validates a file from anywhere. Throws Fault `bad-prompt-set` that says what is wrong: another kind of file, damaged,
 * metadata that does not hold, tensors missing or of a wrong shape, values that are not finite.
 */
export function parsePromptSet(file: Uint8Array): PromptSet {
  const bad = (why: string, problems: readonly string[] = []): Fault =>
    new Fault("bad-prompt-set", `This file cannot be used as a prompt set: ${why}.`, { problems });
  const container = open(file, bad);
  const { metadata: strings, tensors } = container;
  const raw = strings.pathotune;
  if (raw === undefined || strings.format === undefined) {
    throw bad("it is a safetensors file of another kind (it has no PathoTune metadata)");
  }
  if (strings.format !== promptSetFormat) {
    throw bad(`its format is "${strings.format.slice(0, 60)}", this version reads "${promptSetFormat}"`);
  }
  if (strings.checksum !== promptSetChecksum(raw, [...tensors.values()])) {
    throw bad("it is damaged: its content does not match its checksum. Get the file again");
  }
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    throw bad("its metadata is not JSON");
  }
  const root = rootAt(json, "metadata");
  const metadata = readPromptSetMetadata(root);
  if (root.problems.length > 0) throw bad(root.problems.slice(0, 5).join("; "), root.problems);

  const names = [...tensors.keys()].sort().join(", ");
  if (names !== "head.centre, head.weight, prompts.visual") {
    throw bad(`it must hold the tensors head.centre, head.weight and prompts.visual, but holds ${names || "none"}`);
  }
  const tensor = (name: string, shape: readonly (number | null)[]): SafeTensor => {
    const found = tensors.get(name) as SafeTensor;
    const fits = found.shape.length === shape.length && shape.every((n, i) => n === null || n === found.shape[i]);
    if (found.dtype !== "F32") throw bad(`${name} is ${found.dtype}, it must be F32`);
    if (!fits) {
      throw bad(
        `${name} has shape [${found.shape.join(", ")}], it must be [${shape.map((n) => n ?? "any").join(", ")}]`,
      );
    }
    return found;
  };
  const { blocks, tokensPerBlock } = metadata.method;
  const prompts = tensor("prompts.visual", [blocks, tokensPerBlock, null]);
  const centre = tensor("head.centre", [null]);
  const weight = tensor("head.weight", [metadata.classes.length, centre.shape[0] ?? 0]);
  for (const { name, shape } of [prompts, centre]) {
    const width = shape[shape.length - 1] ?? 0;
    if (width < 1 || width > promptSetLimits.width) throw bad(`${name} has the width ${width}`);
  }
  const finite = (found: SafeTensor): Float32Array => {
    const values = floatsOf(found);
    if (!values.every(Number.isFinite)) throw bad(`${found.name} holds values that are not finite numbers`);
    return values;
  };
  const headWeight = finite(weight);
  const features = centre.shape[0] ?? 0;
  for (let c = 0; c < metadata.classes.length; c++) {
    if (headWeight.subarray(c * features, (c + 1) * features).every((value) => value === 0)) {
      throw bad(`the head of class "${metadata.classes[c]?.name}" is all zeros`);
    }
  }
  return { id: promptSetIdOf(file), metadata, prompts: finite(prompts), headWeight, headCentre: finite(centre) };
}

function open(file: Uint8Array, bad: (why: string) => Fault): ReturnType<typeof parseSafetensors> {
  try {
    return parseSafetensors(file, "the file", promptSetFileLimits);
  } catch (error) {
    if (isFault(error)) throw bad(error.message.replace(/\.$/, ""));
    throw error;
  }
}

/** What the page keeps of a set. `bytes` is the size of its file. */
export function summarisePromptSet(set: PromptSet, bytes: number): PromptSetSummary {
  return {
    id: set.id,
    bytes,
    trainedParameters: set.prompts.length + set.headWeight.length,
    metadata: set.metadata,
  };
}
