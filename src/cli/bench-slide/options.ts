// What the slide suite is asked for: its command line, parsed. Knows names of parts; measures nothing.
import { parseArgs } from "node:util";
import { Fault } from "../../base/fault.ts";
import { parseRounds } from "../bench-engine/race.ts";

export const allParts = ["first", "patches", "feed", "sweep", "mask", "memory"] as const;
export type Part = (typeof allParts)[number];

export type SlideBenchOptions = Readonly<{
  parts: ReadonlySet<Part>;
  json: boolean;
  fast: boolean;
  /** Where OpenSlide and Pillow are looked for. */
  python: string;
  /** A model's manifest; null: the shipped one. */
  model: string | null;
  rounds: number;
  /** Patches of one sweep by the model. */
  patches: number;
  /** Shortest time over which a rate is taken, seconds. */
  seconds: number;
}>;

/** Fault `invalid` in words where a value is no possible one. */
export function parseOptions(args: readonly string[]): SlideBenchOptions {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      json: { type: "boolean", default: false },
      fast: { type: "boolean", default: false },
      only: { type: "string", default: allParts.join(",") },
      python: { type: "string", default: "python3" },
      model: { type: "string" },
      rounds: { type: "string" },
    },
  });
  const { json, fast, python } = flags;
  const named = flags.only.split(",").filter((name) => name !== "");
  const unknown = named.filter((name) => !allParts.some((part) => part === name));
  if (unknown.length > 0 || named.length === 0) {
    throw new Fault("invalid", `--only takes some of ${allParts.join(", ")}; not "${unknown.join(", ")}".`);
  }
  return {
    parts: new Set(allParts.filter((part) => named.includes(part))),
    json,
    fast,
    python,
    model: flags.model ?? null,
    rounds: parseRounds(flags.rounds) ?? (fast ? 1 : 3),
    patches: fast ? 8 : 48,
    seconds: fast ? 0.1 : 1,
  };
}
