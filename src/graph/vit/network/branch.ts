// What attention and MLP have in common: x + gamma * linear(..). Knows how a residual ends; knows nothing of what is inside.
import type { Initializer } from "../../ir.ts";
import { layoutOps } from "./axes.ts";
import { type Linear, linearAt, outputsOf } from "./linear.ts";
import { type Lookup, notPlain, otherInput, vectorOf } from "./lookup.ts";

/** `gamma`: LayerScale, null where the branch is added as it is. `end`: the value that is added to the stream. */
export type BranchEnd = Readonly<{ end: string; gamma: Initializer | null; linear: Linear }>;

/**
 * The end of the branch that leads from `from` to `to` = from + branch. `what` names it in messages. `back`: which nodes may stand
 * between its parts; who passes unmoved must check what they do to the axes.
 */
export function branchEnd(
  lookup: Lookup,
  { from, to, width, what, back }: Readonly<{ from: string; to: string; width: number; what: string; back: Back }>,
): BranchEnd {
  const add = lookup.writer(to);
  const end = add?.op === "Add" ? otherInput(add, from) : null;
  if (end === null) notPlain(`adds ${what} in an unknown way`);
  let gamma: Initializer | null = null;
  let name = back(lookup, end);
  const scaling = lookup.writer(name);
  if (scaling?.op === "Mul") {
    const [a = "", b = ""] = scaling.inputs;
    const [left, right] = [vectorOf(lookup, a, width), vectorOf(lookup, b, width)];
    gamma = left ?? right;
    if (!gamma) notPlain(`scales ${what} by something else than one vector`);
    name = back(lookup, left ? b : a);
  }
  const linear = linearAt(lookup, name);
  if (!linear || outputsOf(linear) !== width)
    notPlain(`ends ${what} with ${opOf(lookup, name)}, not with a linear layer`);
  return { end, gamma, linear };
}

/** Goes back from a value over nodes that are of no interest. */
export type Back = (lookup: Lookup, name: string) => string;

/** Back over nodes that move elements: what they do to the axes must be checked. */
export const unmoved: Back = (lookup, name) => backOver(lookup, name, layoutOps);

/** Back over nodes that do nothing. */
export const untouched: Back = (lookup, name) => backOver(lookup, name, idle);
const idle: ReadonlySet<string> = new Set(["Identity"]);

function backOver(lookup: Lookup, name: string, ops: ReadonlySet<string>): string {
  let at = name;
  for (let node = lookup.writer(at); node && ops.has(node.op); node = lookup.writer(at)) at = node.inputs[0] ?? "";
  return at;
}

export const opOf = (lookup: Lookup, name: string): string => lookup.writer(name)?.op ?? "a constant";
