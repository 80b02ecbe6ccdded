// The MLP of a block as a graph holds it -> its layers and its activation by what they do. Refuses to look at names.
import type { Initializer, Node } from "../../ir.ts";
import { type Activation, activationOf, gatedActivationOf } from "./activation.ts";
import { branchEnd, opOf, untouched } from "./branch.ts";
import { inputsOf, type Linear, linearAt, outputsOf } from "./linear.ts";
import { type Lookup, notPlain } from "./lookup.ts";
import { type Norm, normAt } from "./norm.ts";

export type MlpRoles = Readonly<{
  norm: Norm;
  /** The first layer; of a gated MLP the layer that goes through the activation, then the other one. */
  fc1: readonly Linear[];
  activation: Activation;
  fc2: Linear;
  gamma: Initializer | null;
}>;

const elementwise: ReadonlySet<string> = new Set([
  ...["Add", "Div", "Erf", "Exp", "Gelu", "Identity", "Log", "Mul", "Neg", "Pow"],
  ...["Reciprocal", "Sigmoid", "Sqrt", "Sub", "Tanh"],
]);

/** to = middle + gamma * fc2(activation(fc1(norm(middle)))), or fc2(activation(gate(..)) * value(..)). Throws where it is not so. */
export function mlpRoles(lookup: Lookup, middle: string, to: string, width: number): MlpRoles {
  const ends = { from: middle, to, width, what: "its MLP", back: untouched };
  const { gamma, linear: fc2 } = branchEnd(lookup, ends);
  const { layers, nodes } = between(lookup, fc2.x);
  const part = { graph: lookup.graph, nodes: lookup.graph.nodes.filter((node) => nodes.has(node)), output: fc2.x };
  const [[first, a], [second, b], third] = [...layers, ["", null] as const, ["", null] as const];
  if (!a || third?.[1]) notPlain(`has an MLP of ${layers.size} first layers`);

  const found = (): Readonly<{ fc1: readonly Linear[]; activation: Activation | null }> => {
    if (!b) return { fc1: [a], activation: activationOf(part, first) };
    const plain = gatedActivationOf(part, first, second);
    return plain
      ? { fc1: [a, b], activation: plain }
      : { fc1: [b, a], activation: gatedActivationOf(part, second, first) };
  };
  const { fc1, activation } = found();
  if (!activation) notPlain("has an activation that is not GELU, its tanh form, quick GELU or SiLU");
  if (fc1.some((layer) => inputsOf(layer) !== width || outputsOf(layer) !== inputsOf(fc2))) {
    notPlain("has layers in its MLP that do not fit each other");
  }
  const norm = normAt(lookup, fc1[0]?.x ?? "");
  if (norm?.x !== middle || fc1.some((layer) => layer.x !== fc1[0]?.x)) notPlain("does not norm what its MLP reads");
  return { norm, fc1, activation, fc2, gamma };
}

/** The element-wise nodes up to a value, and the linear layers they begin at, by the value each computes. */
function between(
  lookup: Lookup,
  value: string,
): Readonly<{ layers: ReadonlyMap<string, Linear>; nodes: ReadonlySet<Node> }> {
  const layers = new Map<string, Linear>();
  const nodes = new Set<Node>();
  const open = [value];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (lookup.scalar(name) !== null) continue;
    const layer = linearAt(lookup, name);
    if (layer) {
      layers.set(name, layer);
      continue;
    }
    const node = lookup.writer(name);
    if (!node || !elementwise.has(node.op)) notPlain(`computes ${opOf(lookup, name)} in its MLP`);
    if (nodes.has(node)) continue;
    nodes.add(node);
    open.push(...node.inputs);
  }
  return { layers, nodes };
}
