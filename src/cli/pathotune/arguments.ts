// Flags that all commands share, and how a flag is read: every problem at once, with the flag's name. Knows no command.
import { Fault } from "../../base/fault.ts";
import type { ModelWords } from "../../platform/node/model-files.ts";
import type { EngineOptions } from "../folder-engine.ts";

export const sharedFlags = {
  model: { type: "string" },
  facts: { type: "string" },
  preset: { type: "string" },
  mpp: { type: "string" },
  threads: { type: "string" },
  kernels: { type: "string" },
  stain: { type: "boolean" },
  json: { type: "boolean" },
} as const;

export const sharedHelp = `  --model <path>     manifest.json of a model folder, or a .safetensors or .onnx file
  --facts <file>     what such a file does not say, as JSON; or --preset <id> of a known backbone
  --mpp <um/px>      scale of the pictures; checked against the model's where it is stated
  --stain            optical densities of every picture standardised first (the same for tuning and for answers)
  --threads <n>      default 1      --kernels native|wasm   onnxruntime's own (default), or those the browser runs
  --json             one JSON object a line: progress, notes and results`;

export type FlagValues = Readonly<Record<string, string | boolean | undefined>>;

export type FlagReader = Readonly<{
  text(name: string): string | null;
  required(name: string, what: string): string;
  whole(name: string, low: number, high: number): number | null;
  real(name: string, low: number, high: number): number | null;
  oneOf<T extends string>(name: string, known: readonly [T, ...T[]]): T;
  isSet(name: string): boolean;
  /** Throws Fault `invalid` naming every problem met so far. */
  check(help: string): void;
}>;

export function readFlags(values: FlagValues): FlagReader {
  const problems: string[] = [];
  const text = (name: string): string | null => {
    const value = values[name];
    return typeof value === "string" ? value : null;
  };
  const number = (name: string, low: number, high: number, integer: boolean): number | null => {
    const given = text(name);
    if (given === null) return null;
    const value = Number(given);
    if (given.trim() !== "" && value >= low && value <= high && (!integer || Number.isInteger(value))) return value;
    problems.push(
      `--${name} must be ${integer ? "a whole number" : "a number"} from ${low} to ${high}, not "${given}"`,
    );
    return null;
  };
  return {
    text,
    required(name, what) {
      const value = text(name);
      if (value !== null && value !== "") return value;
      problems.push(`--${name} <${what}> is missing`);
      return "";
    },
    whole: (name, low, high) => number(name, low, high, true),
    real: (name, low, high) => number(name, low, high, false),
    oneOf(name, known) {
      const value = text(name);
      const found = known.find((one) => one === value);
      if (value !== null && !found) problems.push(`--${name} must be ${known.join(" or ")}, not "${value}"`);
      return found ?? known[0];
    },
    isSet: (name) => values[name] === true,
    check(help) {
      if (problems.length > 0) throw new Fault("invalid", `${problems.join("; ")}.\n\n${help}`, { problems });
    },
  };
}

export type SharedOptions = Readonly<{
  model: string;
  words: ModelWords;
  engine: EngineOptions;
  json: boolean;
}>;

export function readShared(flags: FlagReader): SharedOptions {
  const mpp = flags.real("mpp", 0.01, 100);
  return {
    model: flags.required("model", "path"),
    words: { facts: flags.text("facts"), preset: flags.text("preset"), mpp },
    engine: {
      threads: flags.whole("threads", 1, 256) ?? 1,
      kernels: flags.oneOf("kernels", ["native", "wasm"]),
      stain: flags.isSet("stain"),
      mpp,
    },
    json: flags.isSet("json"),
  };
}
