// Attention as a graph holds it -> its queries, keys, values and projection by what they do. Refuses to look at names.
import { isNear } from "../../canonical/constants.ts";
import type { Initializer, Node } from "../../ir.ts";
import { intOf } from "../../ops/op-rule.ts";
import { type Axes, axesBehind, axesText, layoutOps, partOfAxis, wholeAxis } from "./axes.ts";
import { type Back, branchEnd, opOf, unmoved, untouched } from "./branch.ts";
import { inputsOf, type Linear, linearAt, outputsOf } from "./linear.ts";
import { type Lookup, notPlain } from "./lookup.ts";
import { type Norm, normAt } from "./norm.ts";

export type AttentionRoles = Readonly<{
  norm: Norm;
  q: Linear;
  k: Linear;
  v: Linear;
  proj: Linear;
  gamma: Initializer | null;
}>;

export type AttentionSizes = Readonly<{ width: number; heads: number; tokens: number }>;

/**
 * middle = from + gamma * proj(softmax(q k^T / sqrt(d)) v), q, k and v linear in norm(from); head h has the channels h d .. h d + d of
 * each. Throws where anything else happens on the way, a scale or a norm among them.
 */
export function attentionRoles(lookup: Lookup, from: string, middle: string, sizes: AttentionSizes): AttentionRoles {
  const { width, heads, tokens } = sizes;
  const inner = width / heads;
  const {
    end,
    gamma,
    linear: proj,
  } = branchEnd(lookup, {
    from,
    to: middle,
    width,
    what: "its attention",
    back: unmoved,
  });
  const mixed = unmoved(lookup, proj.x);
  const [map = "", values = ""] = productAt(lookup, mixed, "mixes its values").inputs;
  const softmax = lookup.writer(map);
  const axis = softmax?.op === "Softmax" ? intOf(softmax, "axis", -1) : 0;
  if (axis !== -1 && axis !== lookup.shape(map).length - 1) notPlain(`weighs its values by ${opOf(lookup, map)}`);
  // A turning here would make queries of keys.
  const logits = unscaled(lookup, softmax?.inputs[0] ?? "", untouched);
  const [query = "", key = ""] = productAt(lookup, logits.name, "compares queries and keys").inputs;
  const [q, k, v] = [side(lookup, query, "queries"), side(lookup, key, "keys"), side(lookup, values, "values")];
  const scale = logits.scale * q.scale * k.scale;
  if (!isNear(scale, inner ** -0.5)) {
    notPlain(
      `scales its attention by ${scale} and not by one over the root of ${inner}: the rest may be in its weights`,
    );
  }
  if (v.scale !== 1) notPlain("scales the values of its attention");
  const layers = [q.linear, k.linear, v.linear];
  const input = unmoved(lookup, q.linear.x);
  if (layers.some((layer) => unmoved(lookup, layer.x) !== input))
    notPlain("reads queries, keys and values of different tokens");
  if (layers.some((layer) => inputsOf(layer) !== width || outputsOf(layer) !== width)) {
    notPlain("has queries, keys or values of another width than its tokens");
  }
  const norm = normAt(lookup, input);
  if (norm?.x !== from) notPlain("does not norm what its attention reads");

  const [batch, token] = [wholeAxis("b", lookup.shape(from)[0] ?? "B"), wholeAxis("t", tokens)];
  const [head, channel] = (["outer", "inner"] as const).map((part) => partOfAxis("c", part, heads, inner));
  const [h = [], d = []] = [head, channel];
  const stream: Axes = [batch, token, wholeAxis("c", width)];
  const known = new Map<string, Axes>([[input, stream]]);
  const expect = (name: string, wanted: Axes): void => {
    if (axesText(axesAt(lookup, name, known)) !== axesText(wanted))
      notPlain("splits its channels into heads in another order");
  };
  expect(query, [batch, h, token, d]);
  expect(key, [batch, h, d, token]);
  expect(values, [batch, h, token, d]);
  known.set(mixed, [batch, h, token, d]);
  expect(end, stream);
  return { norm, q: q.linear, k: k.linear, v: v.linear, proj, gamma };
}

function productAt(lookup: Lookup, name: string, what: string): Node {
  const node = lookup.writer(name);
  if (node?.op !== "MatMul") notPlain(`${what} by ${opOf(lookup, name)}`);
  return node;
}

/** The linear layer a factor of a product comes from, and the number it is multiplied by after it. */
function side(lookup: Lookup, name: string, what: string): Readonly<{ linear: Linear; scale: number }> {
  const { name: start, scale } = unscaled(lookup, name, unmoved);
  const linear = linearAt(lookup, start);
  if (!linear) notPlain(`computes the ${what} of its attention by ${opOf(lookup, start)}, not by a linear layer`);
  return { linear, scale };
}

/** Back over nodes that multiply all elements by one number, and over what `back` goes over. */
function unscaled(lookup: Lookup, name: string, back: Back): Readonly<{ name: string; scale: number }> {
  let scale = 1;
  for (let at = back(lookup, name); ; ) {
    const node = lookup.writer(at);
    const [a, b] = node?.inputs ?? [];
    const [left, right] = [lookup.scalar(a), lookup.scalar(b)];
    const factor = node?.op === "Mul" ? (left ?? right) : node?.op === "Div" && right !== null ? 1 / right : null;
    if (factor === null) return { name: at, scale };
    scale *= factor;
    at = back(lookup, (node?.op === "Mul" && left !== null ? b : a) ?? "");
  }
}

/** The axes of a value, followed from those that are known. Only nodes `side` and `branchEnd` have walked over are on the way. */
function axesAt(lookup: Lookup, name: string, known: ReadonlyMap<string, Axes>): Axes {
  const found = known.get(name);
  if (found) return found;
  const node = lookup.writer(name);
  const data = node?.inputs.filter((input) => !lookup.frozen(input)) ?? [];
  const [only, more] = data;
  if (!node || only === undefined || more !== undefined) notPlain("mixes several values in its attention");
  const axes = axesAt(lookup, only, known);
  if (layoutOps.has(node.op)) return axesBehind(lookup, node, axes);
  const constant = node.inputs.map(lookup.frozen).find((entry) => entry !== null);
  const dims = constant?.shape ?? [];
  if (dims.every((n) => n === 1)) return axes;
  // Vectors and matrices meet the last axis: it must be all channels, in their order.
  const channels = wholeAxis("c", (node.op === "MatMul" ? dims[0] : dims.at(-1)) ?? 0);
  if (axesText([axes.at(-1) ?? []]) !== axesText([channels])) notPlain("mixes tokens and channels in its attention");
  return node.op === "MatMul" ? [...axes.slice(0, -1), wholeAxis("c", dims.at(-1) ?? 0)] : axes;
}
