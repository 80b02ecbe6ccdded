// A measured figure with what it was measured on, and how a suite prints its figures. Knows no suite.

export type Figure = Readonly<{
  name: string;
  /** The median where there are several values. */
  value: number;
  unit: string;
  n: number;
  min: number;
  max: number;
  /** Processor, threads, provider, adapter, model, sizes. */
  on: string;
}>;

/** NaN of no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A ratio has the unit "1". */
export function figure(name: string, values: readonly number[], unit: string, on: string): Figure {
  return {
    name,
    value: median(values),
    unit,
    n: values.length,
    min: Math.min(...values),
    max: Math.max(...values),
    on,
  };
}

/** a / b, pair by pair: what slows the machine slows both sides of a pair. */
export function ratios(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length !== b.length) throw new Error(`assertion failed: ${a.length} and ${b.length} values make no pairs`);
  return a.map((value, i) => value / (b[i] ?? Number.NaN));
}

/** What could not be measured, and why. */
export type LeftOut = Readonly<{ name: string; why: string }>;

export type Measured = Readonly<{ figures: readonly Figure[]; leftOut: readonly LeftOut[] }>;

/** With `json` one line a figure and nothing else on stdout. */
export function printFigures({ figures, leftOut }: Measured, json: boolean): void {
  for (const { name, why } of leftOut) console.error(`left out: ${name}: ${why}`);
  if (json) {
    for (const line of figures) console.log(JSON.stringify(line));
    return;
  }
  const width = Math.max(0, ...figures.map(({ name }) => name.length));
  let on = "";
  for (const line of figures) {
    if (line.on !== on) console.log(`\n${line.on}`);
    on = line.on;
    const spread = line.min < line.max ? `  (n ${line.n}, ${short(line.min)} to ${short(line.max)})` : "";
    console.log(
      `  ${line.name.padEnd(width)}  ${short(line.value)}${line.unit === "1" ? "" : ` ${line.unit}`}${spread}`,
    );
  }
}

/** Four digits, whole numbers whole. */
function short(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 10_000) return String(Math.round(value));
  return Math.abs(value) < 1e-3 ? value.toExponential(2) : value.toPrecision(4);
}
