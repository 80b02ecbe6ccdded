// Untrusted JSON -> what kinds of prompts a set or a tuning has, and which head. Knows limits; knows no tensors.
import type { SlideId } from "../base/brand.ts";
import {
  type At,
  field,
  hex64,
  problem,
  readEntries,
  readList,
  readNullable,
  readNumber,
  readOneOf,
  readString,
} from "./json-reader.ts";
import {
  classTextControls,
  type InstanceShape,
  promptKindLimits,
  type TextOrigin,
  type TextSettings,
  textControls,
} from "./prompt-kinds.ts";
import type { Declared, Learned, PromptAnswer, PromptHead, PromptMethod } from "./prompt-set.ts";
import { promptSetLimits } from "./prompt-set-limits.ts";

const whole = (at: At, min: number, max: number): number => readNumber(at, { min, max, integer: true });
const words = (at: At): string => readString(at, { min: 0, max: 200 });
const sentence = (at: At): string => readString(at, { max: promptKindLimits.textCharacters });
const seed = (at: At): number => whole(field(at, "projectionSeed"), 0, 2 ** 32 - 1);
const share = (at: At): number => readNumber(field(at, "share"), { min: 0, max: 1 });

/** What this version does not know may be something that decides answers: it is a problem, never skipped. */
function onlyKnown(at: At, read: object): void {
  for (const [key, value] of readEntries(at, 100)) {
    if (!Object.hasOwn(read, key)) problem(value, "left out, for this version does not know it");
  }
}

export function readInstance(at: At): InstanceShape {
  const shape = {
    tokens: whole(field(at, "tokens"), 1, promptKindLimits.instanceTokens),
    hidden: whole(field(at, "hidden"), 1, promptKindLimits.hidden),
  };
  onlyKnown(at, shape);
  return shape;
}

export function readTextSettings(at: At): TextSettings {
  const settings: TextSettings = {
    task: words(field(at, "task")),
    organ: words(field(at, "organ")),
    stain: words(field(at, "stain")),
    projectionSeed: seed(at),
    tokens: readNullable(field(at, "tokens"), (use) => ({
      template: sentence(field(use, "template")),
      control: readOneOf(field(use, "control"), textControls),
    })),
    head: readNullable(field(at, "head"), (use) => ({
      template: sentence(field(use, "template")),
      share: share(use),
      control: readOneOf(field(use, "control"), classTextControls),
    })),
  };
  onlyKnown(at, settings);
  return settings;
}

function readOrigin<Control extends string>(at: At, controls: readonly [Control, ...Control[]]): TextOrigin<Control> {
  return {
    encoder: readString(field(at, "encoder"), { max: 200 }),
    texts: readList(field(at, "texts"), { min: 1, max: promptKindLimits.texts }).map(sentence),
    projectionSeed: seed(at),
    control: readOneOf(field(at, "control"), controls),
  };
}

const places = (at: At) => ({
  firstBlock: whole(field(at, "firstBlock"), 0, promptSetLimits.blocks),
  blocks: whole(field(at, "blocks"), 1, promptSetLimits.blocks),
});

/** Of the first format: these and nothing else. */
export function readVisualMethod(at: At): PromptMethod {
  return {
    kind: readOneOf(field(at, "kind"), ["task-visual-deep"]),
    ...places(at),
    tokensPerBlock: whole(field(at, "tokensPerBlock"), 1, promptSetLimits.tokensPerBlock),
  };
}

export function readMethod(at: At, noPrompts: boolean): PromptMethod {
  if (noPrompts && field(at, "kind").value === "none") {
    const zero = (key: string): 0 => {
      whole(field(at, key), 0, 0);
      return 0;
    };
    const method: PromptMethod = {
      kind: readOneOf(field(at, "kind"), ["none"]),
      firstBlock: whole(field(at, "firstBlock"), 1, promptSetLimits.blocks),
      blocks: zero("blocks"),
      tokensPerBlock: zero("tokensPerBlock"),
    };
    onlyKnown(at, method);
    return method;
  }
  if (field(at, "kind").value === "task-visual-deep") {
    const method = readVisualMethod(at);
    onlyKnown(at, method);
    return method;
  }
  const method: PromptMethod = {
    kind: readOneOf(field(at, "kind"), ["three-kinds"]),
    ...places(at),
    tokensPerBlock: whole(field(at, "tokensPerBlock"), 0, promptSetLimits.tokensPerBlock),
    instance: readNullable(field(at, "instance"), readInstance),
    textual: readNullable(field(at, "textual"), (origin) => readOrigin(origin, textControls)),
  };
  onlyKnown(at, method);
  if (method.kind === "three-kinds" && method.tokensPerBlock === 0 && !method.instance && !method.textual) {
    problem(at, "a method with prompts of some kind");
  }
  return method;
}

const temperature = (at: At): number => readNumber(field(at, "temperature"), { min: 1e-3, max: 1e4 });

export function readCosineHead(at: At): PromptHead {
  return { kind: readOneOf(field(at, "kind"), ["cosine"]), temperature: temperature(at) };
}

export function readHead(at: At, logistic: boolean, whitened: boolean): PromptHead {
  const later = [...(logistic ? (["logistic"] as const) : []), ...(whitened ? (["whitened"] as const) : [])];
  const kind = readOneOf(field(at, "kind"), ["cosine", "linear", "none", ...later]);
  const from = field(at, "text");
  const text = () => {
    if (from.value === undefined) return {};
    return { text: { ...readOrigin(from, classTextControls), share: share(from) } };
  };
  const read = (): PromptHead => {
    if (kind === "cosine") return { kind, temperature: temperature(at), ...text() };
    return kind === "logistic" ? { kind, ...text() } : { kind };
  };
  const head = read();
  onlyKnown(at, head);
  return head;
}

export function readAnswer(at: At): PromptAnswer {
  const why = field(at, "words");
  const answer: PromptAnswer = {
    views: whole(field(at, "views"), 1, promptSetLimits.views),
    temperature: temperature(at),
    frozen: readNullable(field(at, "frozen"), (part) => {
      const frozen = { share: share(part), temperature: temperature(part) };
      onlyKnown(part, frozen);
      return frozen;
    }),
    ...(why.value === undefined ? {} : { words: sentence(why) }),
  };
  onlyKnown(at, answer);
  return answer;
}

export function readLearned(at: At): Learned {
  const learned: Learned = {
    patches: whole(field(at, "patches"), 2, 1e7),
    slides: readList(field(at, "slides"), { min: 0, max: 1000 }).map(
      (id) => readString(id, { max: 64, pattern: hex64 }) as SlideId,
    ),
    epochs: whole(field(at, "epochs"), 1, 10_000),
    batch: whole(field(at, "batch"), 2, 1e6),
    learningRate: readNumber(field(at, "learningRate"), { min: 0, max: 1000 }),
    temperature: temperature(at),
    seed: whole(field(at, "seed"), 0, 2 ** 32 - 1),
  };
  onlyKnown(at, learned);
  return learned;
}

export function readDeclared(at: At): Declared {
  const declared = {
    source: readOneOf(field(at, "source"), ["promptstate"]),
    fileDigest: readString(field(at, "fileDigest"), { max: 64, pattern: hex64 }),
    notes: readList(field(at, "notes"), { min: 0, max: 20 }).map(sentence),
  };
  onlyKnown(at, declared);
  return declared;
}
