// The read-out as a graph holds it -> which tokens become features, and where the final norm stands. Refuses to look at names.
import type { Node } from "../../ir.ts";
import { intOf, intsOf } from "../../ops/op-rule.ts";
import { tokenRange } from "./embedding-roles.ts";
import { type Lookup, notPlain } from "./lookup.ts";
import { type Norm, normAt } from "./norm.ts";

export type Range = Readonly<{ start: number; end: number }>;

/** `cls`: the token that is read; `mean`: the tokens whose mean is read; `afterMean`: the norm stands behind the mean (timm: fc_norm). */
export type ReadoutRoles = Readonly<{ cls: number | null; mean: Range | null; norm: Norm | null; afterMean: boolean }>;

/** Throws where features are anything but the class token, the mean of a range of tokens, or both in this order. */
export function readoutRoles(lookup: Lookup, stream: string, features: string): ReadoutRoles {
  const last = unframed(lookup, features);
  const node = lookup.writer(last);
  const rank = lookup.shape(last).length;
  if (node?.op === "Concat" && (intOf(node, "axis", 0) === -1 || intOf(node, "axis", 0) === rank - 1)) {
    const [cls, mean, more] = node.inputs.map((name) => part(lookup, stream, name));
    const fits = cls?.cls != null && mean?.mean != null && !more && !mean.afterMean;
    if (!fits || !sameNorm(cls.norm, mean.norm)) notPlain("reads out something else than class token and mean");
    return { ...cls, mean: mean.mean };
  }
  return part(lookup, stream, last);
}

/** One token or one mean, with the norm on its way to the stream. */
function part(lookup: Lookup, stream: string, features: string): ReadoutRoles {
  let norm: Norm | null = null;
  let [cls, mean]: [number | null, Range | null] = [null, null];
  let afterMean = false;
  for (let name = unframed(lookup, features); name !== stream; ) {
    const node = lookup.writer(name);
    const found = normAt(lookup, name);
    const range = node?.op === "Slice" ? tokenRange(lookup, node) : null;
    if (found && !norm) {
      norm = found;
      name = found.x;
    } else if (node?.op === "ReduceMean" && !mean && cls === null && isMeanOfTokens(lookup, node)) {
      mean = { start: 0, end: Number(lookup.shape(node.inputs[0])[1]) };
      afterMean = norm !== null;
      name = node.inputs[0] ?? "";
    } else if (range && mean && mean.start === 0 && mean.end === range.end - range.start) {
      mean = range;
      name = node?.inputs[0] ?? "";
    } else if (range && cls === null && !mean && range.end - range.start === 1) {
      cls = range.start;
      name = node?.inputs[0] ?? "";
    } else {
      notPlain(`reads out its features by ${node?.op ?? "something unknown"}`);
    }
    // After the mean or the token nothing but rows is left, and a frame around a row changes none of it.
    if (cls === null && !mean) name = unframed(lookup, name);
  }
  if (cls === null && !mean) notPlain("reads out all of its tokens");
  return { cls, mean, norm, afterMean };
}

/** Back over nodes that only put axes of size one around rows [B,D]. */
function unframed(lookup: Lookup, name: string): string {
  const rows = (value: string | undefined): string =>
    lookup
      .shape(value)
      .filter((dim) => dim !== 1)
      .join();
  let at = name;
  for (let node = lookup.writer(at); node && frames.has(node.op) && rows(node.inputs[0]) === rows(at); ) {
    at = node.inputs[0] ?? "";
    node = lookup.writer(at);
  }
  return at;
}
const frames: ReadonlySet<string> = new Set(["Identity", "Reshape", "Squeeze", "Unsqueeze"]);

function isMeanOfTokens(lookup: Lookup, node: Node): boolean {
  const [x, axes] = node.inputs;
  const along = (lookup.ints(axes) ?? intsOf(node, "axes"))?.join();
  return lookup.shape(x).length === 3 && (along === "1" || along === "-2");
}

const sameNorm = (a: Norm | null, b: Norm | null): boolean =>
  a === b || (a?.scale === b?.scale && a?.bias === b?.bias && a?.epsilon === b?.epsilon);
