// A prompt set as a file: one safetensors container. Knows the format; knows no backbone (see engine/fits-backbone.ts).
//
// Tensors, all F32, row-major, and no others; D = backbone width, F = feature width, C classes in the order of metadata.classes:
//   prompts.visual [K, N, D]   K prompted blocks (the last K of the backbone), N tokens a block; absent where N = 0
//   prompts.textual [X, D]     tokens of text as they enter the first prompted block
//   instance.queries [M, D], instance.down.weight [D, R], instance.down.bias [R], instance.up.weight [R, D], instance.up.bias [M, D]
//                              the instance module of graph/vit/carried-tokens.ts
//   head.weight [C, F]         with head.centre [F] (all but linear: subtracted from features before it) and head.bias [C] (all but
//                              cosine); or no head
//   frozen.weight [C, F], frozen.bias [C], frozen.centre [F]   a head on features without prompts, where answer.frozen is one: whitened
//                              where the set's own is, else logistic
//   head.whitening [F, F], frozen.whitening [F, F]   lower triangular, of whitened heads; with the two centres and nothing else of a head
//                              where prompts were learned without labels and no labels have come yet
// Format 1 has prompts.visual and a cosine head; format 2 the other prompts, a linear head or none; format 3 what metadata.answer says,
// logistic heads, standardised stain, and sets without prompts; format 4 metadata.learned. Never a graph, whatever the format.
// __metadata__ has three keys: "format" = "pathotune-prompts/1" to "/4", "pathotune" = PromptSetMetadata as canonical JSON (keys sorted,
// no spaces), and "checksum" (promptSetChecksum), without which a flipped bit among the values would answer wrongly in silence.
// Nothing depends on the clock: the same labels, settings and seed give the same bytes. The set's id is their sha256.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { PromptSetId } from "../base/brand.ts";
import { assert, Fault, isFault, present } from "../base/fault.ts";
import { canonicalJson } from "./canonical-json.ts";
import { rootAt } from "./json-reader.ts";
import { readPromptSetMetadata } from "./parse-prompt-metadata.ts";
import { type InstancePart, type InstanceWeights, instanceTensors } from "./prompt-kinds.ts";
import {
  type FrozenPart,
  type Learned,
  type PromptHead,
  type PromptSet,
  type PromptSetFormat,
  type PromptSetMetadata,
  type PromptSetSummary,
  promptSetFormat,
  promptSetFormat2,
  promptSetFormat3,
  promptSetFormat4,
} from "./prompt-set.ts";
import { promptSetLimits } from "./prompt-set-limits.ts";
import { floatsOf, parseSafetensors, type SafeLimits, type SafeTensor, serializeSafetensors } from "./safetensors.ts";

export const promptSetFileLimits: SafeLimits = { fileBytes: 64 * 2 ** 20, headerBytes: 2 ** 21, tensors: 16 };

/** What the metadata does not name may be left out, or be empty as in a set that was read. */
export type PromptTensors = Readonly<{
  prompts?: Float32Array;
  instance?: InstanceWeights | null;
  textual?: Float32Array | null;
  headWeight?: Float32Array;
  headCentre?: Float32Array;
  headBias?: Float32Array;
  headWhitening?: Float32Array;
  frozen?: FrozenPart | null;
}>;

const formats: readonly PromptSetFormat[] = [promptSetFormat, promptSetFormat2, promptSetFormat3, promptSetFormat4];

/** `shape`: numbers, or D and F where only the file says how wide its backbone is. */
type Planned = Readonly<{ name: string; shape: readonly (number | "D" | "F")[] }>;

/** Learned without labels, and nothing fitted on any yet. */
export const waitsForLabels = ({
  head,
  learned,
}: Readonly<{ head: PromptHead; learned?: Learned | undefined }>): boolean =>
  learned !== undefined && head.kind === "none";

/** Every tensor a set of this metadata has. */
function plannedTensors({ method, head, classes, answer, learned }: PromptSetMetadata): readonly Planned[] {
  const { blocks, tokensPerBlock } = method;
  const list: Planned[] = [];
  if (tokensPerBlock > 0) list.push({ name: "prompts.visual", shape: [blocks, tokensPerBlock, "D"] });
  if (method.kind === "three-kinds") {
    if (method.textual) list.push({ name: "prompts.textual", shape: [method.textual.texts.length, "D"] });
    const { instance } = method;
    if (instance) {
      const { tokens, hidden } = instance;
      list.push(
        { name: instanceTensors.queries, shape: [tokens, "D"] },
        { name: instanceTensors.downWeight, shape: ["D", hidden] },
        { name: instanceTensors.downBias, shape: [hidden] },
        { name: instanceTensors.upWeight, shape: [hidden, "D"] },
        { name: instanceTensors.upBias, shape: [tokens, "D"] },
      );
    }
  }
  /** Learned prompts say what features are centred with and whitened by before there is a head. */
  const whitened = learned !== undefined;
  const scored = head.kind === "logistic" || head.kind === "whitened";
  if (head.kind !== "none") list.push({ name: "head.weight", shape: [classes.length, "F"] });
  if (head.kind === "cosine" || scored || whitened) list.push({ name: "head.centre", shape: ["F"] });
  if (head.kind === "linear" || scored) list.push({ name: "head.bias", shape: [classes.length] });
  if (whitened) list.push({ name: "head.whitening", shape: ["F", "F"] });
  if (answer?.frozen) {
    list.push(
      { name: "frozen.weight", shape: [classes.length, "F"] },
      { name: "frozen.bias", shape: [classes.length] },
    );
  }
  if (answer?.frozen || waitsForLabels({ head, learned })) {
    list.push({ name: "frozen.centre", shape: ["F"] });
    if (whitened) list.push({ name: "frozen.whitening", shape: ["F", "F"] });
  }
  return list;
}

function namedTensors({ prompts, instance, textual, headWeight, headCentre, headBias, ...more }: PromptTensors) {
  const { headWhitening, frozen } = more;
  const named: Record<string, Float32Array | null | undefined> = {
    "prompts.visual": prompts,
    "prompts.textual": textual,
    "head.weight": headWeight,
    "head.centre": headCentre,
    "head.bias": headBias,
    "head.whitening": headWhitening,
    "frozen.weight": frozen?.weight,
    "frozen.bias": frozen?.bias,
    "frozen.centre": frozen?.centre,
    "frozen.whitening": frozen?.whitening,
  };
  for (const part of Object.keys(instanceTensors) as InstancePart[])
    named[instanceTensors[part]] = instance?.values[part];
  return named;
}

/** The format a set needs: the first where it is enough. */
export function formatFor(metadata: Omit<PromptSetMetadata, "format">): PromptSetMetadata["format"] {
  const { method, head, declared, answer, preprocessing, learned } = metadata;
  if (learned || head.kind === "whitened") return promptSetFormat4;
  if (answer || preprocessing.stain || method.kind === "none" || head.kind === "logistic") return promptSetFormat3;
  const first = method.kind === "task-visual-deep" && head.kind === "cosine" && !head.text && !declared;
  return first ? promptSetFormat : promptSetFormat2;
}

/** The file of a set. Deterministic. */
export function serializePromptSet(metadata: PromptSetMetadata, tensors: PromptTensors): Uint8Array<ArrayBuffer> {
  assert(metadata.format === formatFor(metadata), "the format is the first that is enough");
  const named = namedTensors(tensors);
  const widths: Record<"D" | "F", number | null> = { D: null, F: null };
  const list = plannedTensors(metadata).map(({ name, shape: planned }) => {
    const data = present(named[name], name);
    const known = planned.reduce<number>((size, n) => size * (typeof n === "number" ? n : (widths[n] ?? 1)), 1);
    const open = planned.find((n) => typeof n !== "number" && widths[n] === null);
    if (open === "D" || open === "F") widths[open] = data.length / known;
    const shape = planned.map((n) => (typeof n === "number" ? n : (widths[n] ?? 0)));
    assert(shape.every(Number.isInteger) && shape.reduce((a, b) => a * b, 1) === data.length, `${name} has its shape`);
    return { name, dtype: "F32", shape, data } as const;
  });
  const pathotune = canonicalJson(metadata);
  const checksum = promptSetChecksum(
    pathotune,
    list.map(({ data, ...tensor }) => ({
      ...tensor,
      bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
  );
  return serializeSafetensors(list, { format: metadata.format, pathotune, checksum });
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
  if (!formats.some((format) => format === strings.format)) {
    const read = `"${promptSetFormat}" to "${promptSetFormat4}"`;
    throw bad(`its format is "${strings.format.slice(0, 60)}", this version reads ${read}`);
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

  if (metadata.format !== strings.format) throw bad("its metadata is of another format than it says");
  if (metadata.format !== formatFor(metadata)) {
    throw bad(`it says it is of format "${metadata.format}" but holds only what "${formatFor(metadata)}" has`);
  }
  const planned = plannedTensors(metadata);
  const names = [...tensors.keys()].sort().join(", ");
  const wanted = planned.map(({ name }) => name).sort();
  if (names !== wanted.join(", ")) {
    const list = `${wanted.slice(0, -1).join(", ")}${wanted.length > 1 ? " and " : ""}${wanted.at(-1) ?? ""}`;
    throw bad(`it must hold the tensors ${list}, but holds ${names || "none"}`);
  }
  const widths: Record<"D" | "F", number | null> = { D: null, F: null };
  const values = new Map<string, Float32Array>();
  for (const { name, shape } of planned) {
    const found = tensors.get(name) as SafeTensor;
    if (found.dtype !== "F32") throw bad(`${name} is ${found.dtype}, it must be F32`);
    const fits =
      found.shape.length === shape.length &&
      shape.every((n, i) => (typeof n === "number" ? n : (widths[n] ?? found.shape[i])) === found.shape[i]);
    if (!fits) {
      const should = shape.map((n) => (typeof n === "number" ? n : (widths[n] ?? "any")));
      throw bad(`${name} has shape [${found.shape.join(", ")}], it must be [${should.join(", ")}]`);
    }
    shape.forEach((n, i) => {
      if (typeof n === "number" || widths[n] !== null) return;
      const width = found.shape[i] ?? 0;
      if (width < 1 || width > promptSetLimits.width) throw bad(`${name} has the width ${width}`);
      widths[n] = width;
    });
    const own = floatsOf(found);
    if (!own.every(Number.isFinite)) throw bad(`${name} holds values that are not finite numbers`);
    if (name.endsWith(".whitening") && !isLowerTriangular(own, widths.F ?? 0)) {
      throw bad(`${name} is not lower triangular with a diagonal above 0`);
    }
    values.set(name, own);
  }
  const none = new Float32Array();
  const of = (name: string): Float32Array => values.get(name) ?? none;
  const headWeight = of("head.weight");
  const features = widths.F ?? 0;
  for (let c = 0; c < metadata.classes.length && metadata.head.kind === "cosine"; c++) {
    if (headWeight.subarray(c * features, (c + 1) * features).every((value) => value === 0)) {
      throw bad(`the head of class "${metadata.classes[c]?.name}" is all zeros`);
    }
  }
  return {
    id: promptSetIdOf(file),
    metadata,
    prompts: of("prompts.visual"),
    instance: instanceOf(metadata, of),
    textual: values.get("prompts.textual") ?? null,
    width: widths.D ?? 0,
    headWeight,
    headCentre: of("head.centre"),
    headBias: of("head.bias"),
    headWhitening: of("head.whitening"),
    frozen: values.has("frozen.centre")
      ? {
          weight: of("frozen.weight"),
          bias: of("frozen.bias"),
          centre: of("frozen.centre"),
          whitening: of("frozen.whitening"),
        }
      : null,
  };
}

function isLowerTriangular(values: Float32Array, width: number): boolean {
  return values.every((value, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    return column > row ? value === 0 : column < row || value > 0;
  });
}

function instanceOf({ method }: PromptSetMetadata, of: (name: string) => Float32Array): InstanceWeights | null {
  const shape = method.kind === "three-kinds" ? method.instance : null;
  if (!shape) return null;
  const at = (part: InstancePart): Float32Array => of(instanceTensors[part]);
  return {
    shape,
    values: {
      queries: at("queries"),
      downWeight: at("downWeight"),
      downBias: at("downBias"),
      upWeight: at("upWeight"),
      upBias: at("upBias"),
    },
  };
}

function open(file: Uint8Array, bad: (why: string) => Fault): ReturnType<typeof parseSafetensors> {
  try {
    return parseSafetensors(file, "the file", promptSetFileLimits);
  } catch (error) {
    if (isFault(error)) throw bad(error.message.replace(/\.$/, ""));
    throw error;
  }
}

/** What the page keeps of a set. `bytes` is the size of its file. A token of text has one trained number: its length; the frozen part's head counts. */
export function summarisePromptSet(set: PromptSet, bytes: number): PromptSetSummary {
  const { method } = set.metadata;
  const module = Object.values(set.instance?.values ?? {}).reduce((sum, values) => sum + values.length, 0);
  const texts = method.kind === "three-kinds" ? (method.textual?.texts.length ?? 0) : 0;
  const ofHeads = [set.headWeight, set.headBias, set.frozen?.weight, set.frozen?.bias];
  const heads = ofHeads.reduce((sum, values) => sum + (values?.length ?? 0), 0);
  const trainedParameters = set.prompts.length + module + texts + heads;
  return { id: set.id, bytes, trainedParameters, metadata: set.metadata };
}
