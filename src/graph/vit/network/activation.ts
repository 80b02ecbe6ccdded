// Which activation a piece of a graph computes, told by its values: exporters write each of them in many ways. Knows four.
import { evaluate, tensorOf } from "../../evaluate/evaluate.ts";
import type { Graph, Node } from "../../ir.ts";
import { normalCdf } from "../../ops/erf.ts";
import type { FullVitShape } from "../vit-shape.ts";

export type Activation = FullVitShape["activation"];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const activations: Readonly<Record<Activation, (x: number) => number>> = {
  gelu: (x) => x * normalCdf(x),
  // Hendrycks & Gimpel 2016
  "gelu-tanh": (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  "quick-gelu": (x) => x * sigmoid(1.702 * x),
  silu: (x) => x * sigmoid(x),
};
const names: readonly Activation[] = ["gelu", "gelu-tanh", "quick-gelu", "silu"];

/**
 * GELU and its tanh form, the closest two, are 1.5e-4 (1 + |x|) apart somewhere; constants rounded to fp16 move either by 2e-5 at most.
 */
const tolerance = 5e-5;
const gates = Array.from({ length: 161 }, (_, i) => (i - 80) / 10);
/** Another number beside each of them: a product tells which of its factors went through the activation. */
const factors = gates.map((_, i) => 1 + 2 * Math.sin(i));

export type ActivationPart = Readonly<{ graph: Graph; nodes: readonly Node[]; output: string }>;

/** activation(x); null where it is none of the known. The nodes are element-wise and read nothing else but numbers. */
export function activationOf(part: ActivationPart, x: string): Activation | null {
  const found = run(part, { [x]: gates });
  return (
    names.find((name) => gates.every((at, i) => isClose(found[i], activations[name](at), 1 + Math.abs(at)))) ?? null
  );
}

/** activation(gate) * value; null where it is none of the known. */
export function gatedActivationOf(part: ActivationPart, gate: string, value: string): Activation | null {
  const found = run(part, { [gate]: gates, [value]: factors });
  const fits = (name: Activation): boolean =>
    gates.every((at, i) => {
      const factor = factors[i] ?? 0;
      return isClose(found[i], activations[name](at) * factor, (1 + Math.abs(at)) * (0.1 + Math.abs(factor)));
    });
  return names.find(fits) ?? null;
}

const isClose = (found: number | undefined, wanted: number, unit: number): boolean =>
  found !== undefined && Math.abs(found - wanted) <= tolerance * unit;

function run(
  { graph, nodes, output }: ActivationPart,
  given: Readonly<Record<string, readonly number[]>>,
): Float64Array {
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const shape = [1, 1, gates.length];
  const part: Graph = {
    inputs: Object.keys(given).map((name) => ({ name, dtype: "float32", shape })),
    outputs: [{ name: output, dtype: "float32", shape }],
    nodes,
    initializers: graph.initializers.filter((entry) => used.has(entry.name)),
    opset: graph.opset,
  };
  const feeds = Object.entries(given).map(([name, values]) => [name, tensorOf(shape, values)] as const);
  return evaluate(part, Object.fromEntries(feeds), () => new Float32Array())[output]?.data ?? new Float64Array();
}
