// Untrusted JSON -> PromptSetMetadata and the values inside it. Knows limits and cross-checks; knows no tensors and no bytes.
import type { ClassId, PromptSetId, SlideId, WeightsDigest } from "../base/brand.ts";
import { mpp } from "../base/brand.ts";
import {
  type At,
  field,
  hex64,
  problem,
  readBoolean,
  readEntries,
  readList,
  readNullable,
  readNumber,
  readObject,
  readOneOf,
  readString,
} from "./json-reader.ts";
import type { TissueClass } from "./label.ts";
import { readEstimate } from "./parse-estimate.ts";
import {
  readAnswer,
  readCosineHead,
  readDeclared,
  readHead,
  readInstance,
  readLearned,
  readMethod,
  readTextSettings,
  readVisualMethod,
} from "./parse-prompt-kinds.ts";
import {
  type BackboneComputation,
  type Preprocessing,
  type PromptSetMetadata,
  promptSetFormat,
  promptSetFormat2,
  promptSetFormat3,
  promptSetFormat4,
  researchUseNotice,
} from "./prompt-set.ts";
import { promptSetLimits } from "./prompt-set-limits.ts";
import { frozenUses, type TuningSettings } from "./run.ts";

const whole = (at: At, min: number, max: number): number => readNumber(at, { min, max, integer: true });
const text = (at: At, max: number): string => readString(at, { max });
const hash = (at: At): string => readString(at, { max: 64, pattern: hex64 });

/** Reads the metadata of a prompt set, of any format; problems are gathered in `at.problems`. */
export function readPromptSetMetadata(at: At): PromptSetMetadata {
  readObject(at);
  const format = readOneOf(field(at, "format"), [
    promptSetFormat,
    promptSetFormat2,
    promptSetFormat3,
    promptSetFormat4,
  ]);
  const first = format === promptSetFormat;
  const fourth = format === promptSetFormat4;
  const third = format === promptSetFormat3 || fourth;
  const backbone = field(at, "backbone");
  const computation = field(backbone, "computation");
  const labels = field(at, "labels");
  const head = first ? readCosineHead(field(at, "head")) : readHead(field(at, "head"), third, fourth);
  const fewest = head.kind === "none" ? 0 : 2;
  const most = head.kind === "none" ? 0 : promptSetLimits.classes;
  const classes = readList(field(at, "classes"), { min: fewest, max: most }).map(readClass);
  if (new Set(classes.map((c) => c.id)).size !== classes.length)
    problem(field(at, "classes"), "classes of different ids");
  if ((head.kind === "cosine" || head.kind === "logistic") && head.text && head.text.texts.length !== classes.length) {
    problem(field(field(field(at, "head"), "text"), "texts"), `a list of ${classes.length}, one for each class`);
  }
  const [declared, answered] = [field(at, "declared"), field(at, "answer")];
  if (!third && answered.value !== undefined) problem(answered, `left out in the format "${format}"`);
  const answer = third && answered.value !== undefined ? readAnswer(answered) : null;
  const method = first ? readVisualMethod(field(at, "method")) : readMethod(field(at, "method"), third);
  if (method.kind === "none" && (head.kind === "none" || answer?.frozen)) {
    problem(field(at, "method"), "prompts, or a head of its own and no frozen part beside it");
  }
  if (head.kind === "none" && answer) problem(answered, "left out where there is no head");
  const learnedFrom = field(at, "learned");
  if (!fourth && learnedFrom.value !== undefined) problem(learnedFrom, `left out in the format "${format}"`);
  const learned = fourth ? readLearned(learnedFrom) : null;
  if (learned && head.kind !== "whitened" && head.kind !== "none") {
    problem(field(at, "head"), "whitened, or none: prompts were learned without labels");
  }
  return {
    format,
    name: text(field(at, "name"), 200),
    backbone: {
      name: text(field(backbone, "name"), 200),
      weightsDigest: hash(field(backbone, "weightsDigest")) as WeightsDigest,
      ...(computation.value === undefined ? {} : { computation: readComputation(computation) }),
    },
    preprocessing: readPreprocessing(field(at, "preprocessing"), third),
    classes,
    method,
    head,
    ...(answer ? { answer } : {}),
    ...(first || declared.value === undefined ? {} : { declared: readDeclared(declared) }),
    ...(learned ? { learned } : {}),
    settings: readNullable(field(at, "settings"), readTuningSettings),
    labels: {
      count: whole(field(labels, "count"), 0, 1e7),
      digest: hash(field(labels, "digest")),
      perClass: readList(field(labels, "perClass"), { min: classes.length, max: classes.length }).map((n) =>
        whole(n, 0, 1e7),
      ),
      origins: Object.fromEntries(
        readEntries(field(labels, "origins"), 16).map(([key, value]) => [key, whole(value, 0, 1e7)]),
      ),
    },
    estimate: readNullable(field(at, "estimate"), readEstimate),
    stain: readNullable(field(at, "stain"), (value) => text(value, 200)),
    organ: readNullable(field(at, "organ"), (value) => text(value, 200)),
    onlyOn: readNullable(field(at, "onlyOn"), (value) => hash(value) as SlideId),
    synthetic: readBoolean(field(at, "synthetic")),
    parent: readNullable(field(at, "parent"), (value) => hash(value) as PromptSetId),
    appVersion: text(field(at, "appVersion"), 100),
    licence: text(field(at, "licence"), 200),
    notice: readOneOf(field(at, "notice"), [researchUseNotice]),
  };
}

/** A field this version does not know may be one that decides features: it is a problem, never skipped. */
function readComputation(at: At): BackboneComputation {
  const count = (key: string, max: number): number => whole(field(at, key), 1, max);
  const read: BackboneComputation = {
    imagePixels: count("imagePixels", 65_536),
    patchPixels: readNullable(field(at, "patchPixels"), (one) => whole(one, 1, 65_536)),
    depth: count("depth", 1024),
    width: count("width", promptSetLimits.width),
    heads: count("heads", promptSetLimits.width),
    tokens: count("tokens", 2 ** 24),
    prefixTokens: readNullable(field(at, "prefixTokens"), (one) => whole(one, 0, 65_536)),
    featureWidth: count("featureWidth", promptSetLimits.width),
    readout: readNullable(field(at, "readout"), (one) => readOneOf(one, ["cls", "mean", "cls+mean"])),
    layerNormEps: readNullable(field(at, "layerNormEps"), (one) => readNumber(one, { min: 0, max: 1 })),
    activation: readNullable(field(at, "activation"), (one) =>
      readOneOf(one, ["gelu", "gelu-tanh", "quick-gelu", "silu"]),
    ),
  };
  for (const [key, value] of readEntries(at, 100)) {
    if (!Object.hasOwn(read, key)) problem(value, "left out, for this version does not know it");
  }
  return read;
}

export function readClass(at: At): TissueClass {
  return {
    id: text(field(at, "id"), 100) as ClassId,
    name: text(field(at, "name"), 200),
    color: readString(field(at, "color"), { max: 7, pattern: /^#[0-9a-f]{6}$/i }),
    key: readNullable(field(at, "key"), (value) => whole(value, 0, 9)),
  };
}

export function readTuningSettings(at: At): TuningSettings {
  const number = (key: string, min: number, max: number): number => readNumber(field(at, key), { min, max });
  const [instance, texts, views, frozen] = ["instance", "text", "views", "frozen"].map((key) => field(at, key)) as [
    At,
    At,
    At,
    At,
  ];
  const settings: TuningSettings = {
    blocks: whole(field(at, "blocks"), 1, promptSetLimits.blocks),
    tokensPerBlock: whole(field(at, "tokensPerBlock"), 0, promptSetLimits.tokensPerBlock),
    epochs: whole(field(at, "epochs"), 1, 10_000),
    batch: whole(field(at, "batch"), 1, 1024),
    learningRate: number("learningRate", 0, 1000),
    weightDecay: number("weightDecay", 0, 1000),
    labelSmoothing: number("labelSmoothing", 0, 0.99),
    temperature: number("temperature", 1e-3, 1e4),
    seed: whole(field(at, "seed"), 0, 2 ** 32 - 1),
    ...(views.value === undefined ? {} : { views: whole(views, 1, promptSetLimits.views) }),
    ...(frozen.value === undefined ? {} : { frozen: readOneOf(frozen, frozenUses) }),
    ...(instance.value === undefined ? {} : { instance: readInstance(instance) }),
    ...(texts.value === undefined ? {} : { text: readTextSettings(texts) }),
  };
  const others = settings.instance !== undefined || (settings.text?.tokens ?? null) !== null;
  if (settings.tokensPerBlock === 0 && !others) {
    problem(field(at, "tokensPerBlock"), `a whole number from 1 to ${promptSetLimits.tokensPerBlock}`);
  }
  return settings;
}

function readPreprocessing(at: At, third: boolean): Preprocessing {
  const stain = field(at, "stain");
  if (!third && stain.value !== undefined) problem(stain, "left out in this format");
  const three = (key: string): readonly [number, number, number] => {
    const list = readList(field(field(at, "normalisation"), key), { min: 3, max: 3 });
    const [r = 0, g = 0, b = 0] = list.map((value) => readNumber(value, { min: -10, max: 10 }));
    return [r, g, b];
  };
  return {
    patchPixels: whole(field(at, "patchPixels"), 8, 2048),
    mpp: mpp(readNumber(field(at, "mpp"), { min: 0.01, max: 100 })),
    filter: readOneOf(field(at, "filter"), ["bicubic", "bilinear", "lanczos", "box"]),
    edge: readOneOf(field(at, "edge"), ["white", "black"]),
    snap: readNumber(field(at, "snap"), { min: 0, max: 0.2 }),
    normalisation: { mean: three("mean"), std: three("std") },
    ...(stain.value === undefined ? {} : { stain: readOneOf(stain, ["standardised"]) }),
  };
}
