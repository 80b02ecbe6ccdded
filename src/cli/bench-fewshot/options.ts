// What `npm run bench -- fewshot` is asked, read and checked as a whole. Knows flags; opens nothing.
import { parseArgs } from "node:util";
import { Fault } from "../../base/fault.ts";
import { seedsOf } from "../../engine/evaluation/draws.ts";
import { type FrozenMethod, frozenMethodNames } from "../../engine/heads/frozen-methods.ts";

export const tunedMethods = ["raw", "tuned"] as const;
export type TunedMethod = (typeof tunedMethods)[number];

export type FewShotOptions = Readonly<{
  data: string;
  model: string;
  shots: readonly number[];
  /** Number of draws at each k; null: 50 up to 8 labels a class, 20 above. */
  draws: number | null;
  seed: number;
  /** At most so many patches to draw from; null: all. */
  poolLimit: number | null;
  /** At most so many test patches; null: all. */
  limit: number | null;
  split: string | null;
  out: string | null;
  stain: boolean;
  fast: boolean;
  json: boolean;
  methods: ReadonlySet<FrozenMethod | TunedMethod>;
  cache: string;
  threads: number;
  facts: string | null;
  preset: string | null;
  mpp: number | null;
  /** Of the tuner; null where the engine's default holds. */
  epochs: number | null;
  blocks: number | null;
  /** Times a whole tuning of 80 patches as well. */
  timeTuning: boolean;
  /** Draws of the ablation at k = 8; 0: none. */
  ablation: number;
  /** What class texts call the classes, in the order of their folders' names; null: the folders' names. */
  classNames: readonly string[] | null;
  /** Views a set is tuned on and answers in. */
  tunedViews: number;
  /** So many patches of the pool, without their labels, teach the prompts once for all draws; 0: prompts are tuned on each draw's labels. */
  unlabelled: number;
}>;

export const fewShotUsage = `npm run bench -- fewshot --data <folder> --model <manifest.json or .safetensors>
  --data     pool/ and test/ of class folders, or class folders with or without groups.csv (file, group, split)
  --model    a manifest, or weights; what weights do not tell: --facts <json file>, --preset <id>, --mpp <um/px>
  --shots    labels a class, e.g. 1,2,4,8,16,32 (default)       --draws   default 50 up to k = 8, 20 above
  --methods  ${[...frozenMethodNames, ...tunedMethods].join(",")} (default: all)
  --seed     seed of the first draw (default 0)                 --limit   at most so many test patches
  --split    rows of groups.csv with this value                 --out     results.json
  --stain    every patch's optical densities standardised       --fast    a smoke run
  --json     one line a figure                                  --cache   where features and draws are kept (.cache/fewshot)
  --threads  default 1     --epochs, --blocks, --tuned-views (1..8, default 8): of the tuning
  --unlabelled  patches of the pool that teach the prompts without labels, once for all draws (0: prompts are tuned on the labels)
  --ablation  draws at k = 8 (default 5, 0 to leave it out)     --class-names "a,b,..." for the texts, in the order of the folders
  --time-tuning  seconds of one whole tuning of 80 patches, natively and as in the browser`;

/** Throws Fault `invalid` that names every problem. */
export function parseFewShotOptions(args: readonly string[]): FewShotOptions {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string" },
      model: { type: "string" },
      shots: { type: "string" },
      draws: { type: "string" },
      seed: { type: "string", default: "0" },
      limit: { type: "string" },
      split: { type: "string" },
      out: { type: "string" },
      stain: { type: "boolean", default: false },
      fast: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      methods: { type: "string", default: [...frozenMethodNames, ...tunedMethods].join(",") },
      cache: { type: "string", default: ".cache/fewshot" },
      threads: { type: "string", default: "1" },
      facts: { type: "string" },
      preset: { type: "string" },
      mpp: { type: "string" },
      "time-tuning": { type: "boolean", default: false },
      epochs: { type: "string" },
      blocks: { type: "string" },
      "tuned-views": { type: "string" },
      unlabelled: { type: "string" },
      ablation: { type: "string" },
      "class-names": { type: "string" },
    },
  });
  const problems: string[] = [];
  const whole = (name: keyof typeof flags, low: number, high: number): number | null => {
    const text = flags[name];
    if (text === undefined) return null;
    const value = Number(text);
    if (Number.isInteger(value) && value >= low && value <= high && text !== "") return value;
    problems.push(`--${name} must be a whole number from ${low} to ${high}, not "${text}"`);
    return low;
  };
  const listOf = (text: string): readonly string[] => text.split(",").filter((item) => item !== "");
  if (flags.data === undefined) problems.push("--data <folder> is missing");
  if (flags.model === undefined) problems.push("--model <manifest or safetensors> is missing");
  const shots = listOf(flags.shots ?? (flags.fast ? "2,4" : "1,2,4,8,16,32")).map(Number);
  if (shots.length === 0 || shots.some((k) => !Number.isInteger(k) || k < 1 || k > 10_000)) {
    problems.push(`--shots must be whole numbers above 0, not "${flags.shots}"`);
  }
  const known: readonly string[] = [...frozenMethodNames, ...tunedMethods];
  const methods = listOf(flags.methods);
  const unknown = methods.filter((name) => !known.includes(name));
  if (unknown.length > 0) problems.push(`--methods knows ${known.join(", ")}; not ${unknown.join(", ")}`);
  const mpp = flags.mpp === undefined ? null : Number(flags.mpp);
  if (mpp !== null && !(mpp > 0.01 && mpp < 100)) problems.push(`--mpp must be um/px, not "${flags.mpp}"`);
  const options: FewShotOptions = {
    data: flags.data ?? "",
    model: flags.model ?? "",
    shots: [...new Set(shots)].toSorted((a, b) => a - b),
    draws: whole("draws", 1, 10_000) ?? (flags.fast ? 2 : null),
    seed: whole("seed", 0, 2 ** 40) ?? 0,
    limit: whole("limit", 2, 10_000_000) ?? (flags.fast ? 40 : null),
    // Fifteen a class of four classes: a smoke run must not read a whole folder first.
    poolLimit: flags.fast ? 60 : null,
    split: flags.split ?? null,
    out: flags.out ?? null,
    stain: flags.stain,
    fast: flags.fast,
    json: flags.json,
    methods: new Set(methods as (FrozenMethod | TunedMethod)[]),
    cache: flags.cache,
    threads: whole("threads", 1, 256) ?? 1,
    facts: flags.facts ?? null,
    preset: flags.preset ?? null,
    mpp,
    epochs: whole("epochs", 1, 10_000) ?? (flags.fast ? 2 : null),
    blocks: whole("blocks", 1, 128),
    timeTuning: flags["time-tuning"],
    ablation: whole("ablation", 0, 10_000) ?? (flags.fast ? 0 : 5),
    classNames: flags["class-names"]?.split(",").map((name) => name.trim()) ?? null,
    unlabelled: whole("unlabelled", 0, 2048) ?? 0,
    tunedViews: whole("tuned-views", 1, 8) ?? (flags.fast ? 1 : 8),
  };
  if (options.classNames?.some((name) => name === "")) problems.push("--class-names has an empty name");
  if (problems.length > 0) throw new Fault("invalid", `${problems.join("; ")}.\n${fewShotUsage}`, { problems });
  return options;
}

/** The seeds of the draws at k labels a class. */
export function drawSeeds({ draws, seed }: Pick<FewShotOptions, "draws" | "seed">, k: number): readonly number[] {
  return seedsOf(seed, draws ?? (k <= 8 ? 50 : 20));
}
