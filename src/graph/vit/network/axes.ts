// Follows where the axes of a value go through reshapes and turnings, so that a layout is known and not concluded from sizes.
import { product, quotient } from "../../dims.ts";
import type { Dim, Node, Shape } from "../../ir.ts";
import { intsOf } from "../../ops/op-rule.ts";
import { type Lookup, notPlain } from "./lookup.ts";

/** Part of an axis: `size` steps of `inner` each. Axes of size one are nobody's and are left out. */
type Atom = Readonly<{ axis: string; size: Dim; inner: number }>;
/** For each axis of a value the parts that make it up, outermost first. */
export type Axes = readonly (readonly Atom[])[];

export const wholeAxis = (axis: string, size: Dim): readonly Atom[] => (size === 1 ? [] : [{ axis, size, inner: 1 }]);

/** An axis of size `outer * inner` split in two; `part` says which of them. */
export const partOfAxis = (axis: string, part: "outer" | "inner", outer: number, inner: number): readonly Atom[] => {
  const atom = part === "outer" ? { axis, size: outer, inner } : { axis, size: inner, inner: 1 };
  return atom.size === 1 ? [] : [atom];
};

/** "b:B/1|t:17/1|c:6/4": two layouts are the same where their texts are. */
export function axesText(axes: Axes): string {
  return axes.map((atoms) => joined(atoms).map(({ axis, size, inner }) => `${axis}:${size}/${inner}`)).join("|");
}

function joined(atoms: readonly Atom[]): readonly Atom[] {
  const list: Atom[] = [];
  for (const atom of atoms) {
    const last = list.at(-1);
    const continues =
      typeof atom.size === "number" && last?.axis === atom.axis && last.inner === atom.size * atom.inner;
    if (continues)
      list[list.length - 1] = { axis: last.axis, size: product([last.size, atom.size]), inner: atom.inner };
    else list.push(atom);
  }
  return list;
}

export const layoutOps: ReadonlySet<string> = new Set(["Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze"]);

/** The axes behind a node that only moves or regroups elements. */
export function axesBehind(lookup: Lookup, node: Node, axes: Axes): Axes {
  if (node.op === "Identity") return axes;
  if (node.op === "Transpose") {
    const perm = intsOf(node, "perm") ?? axes.map((_, i) => axes.length - 1 - i);
    return perm.map((from) => axes[from] ?? []);
  }
  return regrouped(axes.flat(), lookup.shape(node.outputs[0])) ?? notPlain("reshapes tokens in an unknown way");
}

/** The same elements in the same order under another shape; null where an axis would have to be cut unevenly. */
function regrouped(atoms: readonly Atom[], shape: Shape): Axes | null {
  const left = [...atoms];
  const groups: Atom[][] = [];
  for (const dim of shape) {
    const group: Atom[] = [];
    for (let rest: Dim = dim; rest !== 1; ) {
      const atom = left.shift();
      if (!atom) return null;
      const after = quotient(rest, atom.size);
      if (after !== null) {
        group.push(atom);
        rest = after;
        continue;
      }
      const inner = quotient(atom.size, rest);
      if (typeof inner !== "number" || typeof rest !== "number") return null;
      group.push({ axis: atom.axis, size: rest, inner: inner * atom.inner });
      left.unshift({ axis: atom.axis, size: inner, inner: atom.inner });
      rest = 1;
    }
    groups.push(group);
  }
  return left.length === 0 ? groups : null;
}
