// Reads the constants of a finished graph for those who look for patterns in it.
import type { Graph } from "../ir.ts";

export type Constants = Readonly<{
  /** A number, where the value is one number known now. */
  scalar(name: string | undefined): number | null;
  ints(name: string | undefined): readonly number[] | null;
}>;

export function createConstants(graph: Graph): Constants {
  const byName = new Map(graph.initializers.map((entry) => [entry.name, entry]));
  return {
    scalar(name) {
      const entry = byName.get(name ?? "");
      if (entry?.dtype !== "float32" || entry.source.kind !== "inline" || entry.source.values.length !== 1) return null;
      return entry.source.values[0] ?? null;
    },
    ints(name) {
      const entry = byName.get(name ?? "");
      return entry?.dtype === "int64" && entry.source.kind === "inline" ? [...entry.source.values] : null;
    },
  };
}

/** Whether a constant is this number, as far as fp16 can tell. */
export const isNear = (value: number | null, wanted: number): boolean =>
  value !== null && Math.abs(value - wanted) <= 1e-3 * Math.abs(wanted);
