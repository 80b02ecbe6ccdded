// The three kinds of prompts of PathoTune (Lu et al. 2024) as data: which are on, what a token of text says, and how many numbers that
// makes. Knows no tensors, no encoder and no backbone.

/** Instance visual prompts: M tokens a patch, from a bottleneck `hidden` wide (graph/vit/carried-tokens.ts). */
export type InstanceShape = Readonly<{ tokens: number; hidden: number }>;

export const instanceTensors = {
  queries: "instance.queries",
  downWeight: "instance.down.weight",
  downBias: "instance.down.bias",
  upWeight: "instance.up.weight",
  upBias: "instance.up.bias",
} as const;
export type InstancePart = keyof typeof instanceTensors;

/** The instance module's numbers, row-major; linear maps are [in, out]. */
export type InstanceWeights = Readonly<{ shape: InstanceShape; values: Readonly<Record<InstancePart, Float32Array>> }>;

/** In the order in which they lie in a vector. */
export function instanceParts(
  { tokens, hidden }: InstanceShape,
  width: number,
): readonly Readonly<{ part: InstancePart; shape: readonly number[] }>[] {
  return [
    { part: "queries", shape: [tokens, width] },
    { part: "downWeight", shape: [width, hidden] },
    { part: "downBias", shape: [hidden] },
    { part: "upWeight", shape: [hidden, width] },
    { part: "upBias", shape: [tokens, width] },
  ];
}

/** Instead of what the text says, for comparison: a seeded random vector of the same length. */
export const textControls = ["none", "random"] as const;
/** As above, or every class gets the text of the next one. */
export const classTextControls = ["none", "random", "permuted"] as const;

/**
 * What is made of text. Templates name {task}, {organ}, {stain}, {classes} (all of them) or {class} (one text for each class).
 * `projectionSeed`: of the fixed map from the encoder's width to the backbone's; the same seed in all tasks is one map shared over them.
 */
export type TextSettings = Readonly<{
  task: string;
  organ: string;
  stain: string;
  projectionSeed: number;
  /** Task textual prompts: one token a text, frozen but for its length. */
  tokens: Readonly<{ template: string; control: (typeof textControls)[number] }> | null;
  /** Class texts in the head's start: `share` of each row's direction is the text's, the rest the regression's. */
  head: Readonly<{ template: string; share: number; control: (typeof classTextControls)[number] }> | null;
}>;

/** What tokens or a head's start were made from: texts in the order they were used. */
export type TextOrigin<Control> = Readonly<{
  encoder: string;
  texts: readonly string[];
  projectionSeed: number;
  control: Control;
}>;

export const promptKindLimits = { instanceTokens: 64, hidden: 1024, texts: 256, textCharacters: 1000 } as const;

const placeholder = /\{([^{}]*)\}/g;

type Words = Pick<TextSettings, "task" | "organ" | "stain">;
export type FilledTemplate = Readonly<{ texts: readonly string[]; problems: readonly string[] }>;

/** One text, or one for each class where the template names {class}. Problems name what cannot be filled in. */
export function fillTemplate(template: string, words: Words, classes: readonly string[]): FilledTemplate {
  const problems = new Set<string>();
  const fill = (one: string): string =>
    template
      .replace(placeholder, (whole, key: string) => {
        const known: Readonly<Record<string, string>> = { ...words, classes: classes.join(", "), class: one };
        const value = Object.hasOwn(known, key) ? known[key] : undefined;
        if (value === undefined) problems.add(`the template names ${whole}, which is not known`);
        else if (value.trim() === "") problems.add(`the template names ${whole}, which is empty`);
        return value?.trim() ?? whole;
      })
      .trim();
  const each = /\{class\}/.test(template);
  const texts = each ? classes.map(fill) : [fill(classes[0] ?? "")];
  if (template.trim() === "") problems.add("the template is empty");
  if (texts.some((text) => text.length > promptKindLimits.textCharacters)) {
    problems.add(`its text is longer than ${promptKindLimits.textCharacters} characters`);
  }
  return { texts, problems: [...problems] };
}

/** Every text these settings need of an encoder, each once. */
export function textsNeeded(text: TextSettings | undefined, classes: readonly string[]): FilledTemplate {
  const filled = [text?.tokens, text?.head].flatMap((use) =>
    text && use ? [fillTemplate(use.template, text, classes)] : [],
  );
  return {
    texts: [...new Set(filled.flatMap(({ texts }) => texts))],
    problems: [...new Set(filled.flatMap(({ problems }) => problems))],
  };
}

export type PromptNumbers = Readonly<{ trained: number; stored: number }>;

/** How many numbers a tuning trains, and how many its file holds (fp32 each). */
export function countNumbers(
  shape: Readonly<{ width: number; featureWidth: number }>,
  kinds: Readonly<{
    blocks: number;
    tokensPerBlock: number;
    instance: InstanceShape | null;
    textTokens: number;
    classes: number;
    /** A frozen part beside the prompts: fitted and stored as well. */
    frozen?: boolean;
  }>,
): PromptNumbers {
  const { width, featureWidth } = shape;
  const visual = kinds.blocks * kinds.tokensPerBlock * width;
  const parts = kinds.instance ? instanceParts(kinds.instance, width) : [];
  const module = parts.reduce((sum, part) => sum + part.shape.reduce((a, b) => a * b, 1), 0);
  const heads = kinds.frozen ? 2 : 1;
  const head = heads * kinds.classes * (featureWidth + 1);
  return {
    trained: visual + module + kinds.textTokens + head,
    stored: visual + module + kinds.textTokens * width + head + heads * featureWidth,
  };
}
