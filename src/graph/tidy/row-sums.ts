// Sums along the rows of P o (A B^T), where P B is computed anyway, are sums along the rows of A o (P B), which are shorter: in the
// derivative of an attention rowsum(P o dP) = rowsum(dO o O) (Dao et al. 2022, FlashAttention, appendix B.2).
import type { Builder } from "../builder.ts";
import type { Node } from "../ir.ts";
import { intsOf } from "../ops/op-rule.ts";
import type { Rule } from "./rewrite.ts";

export const shortRowSums: Rule = ({ b, node, readers }) => {
  const [row = "", column = ""] = node.op === "MatMul" ? node.inputs : [];
  const [x, y] = [flattened(b, row, -2), flattened(b, column, -1)];
  return x === null || y === null ? null : (short(x, y) ?? short(y, x));

  function short(product: string, map: string): string | null {
    const { a, turned } = productOf(b, product) ?? {};
    if (a === undefined || turned === undefined || b.shape(product).join() !== b.shape(map).join()) return null;
    const known = readers(map).find((reader) => reader.op === "MatMul" && reader.inputs.join() === `${map},${turned}`);
    const [mixed = ""] = known?.outputs ?? [];
    if (mixed === "" || b.shape(mixed).join() !== b.shape(a).join()) return null;
    const [lead, width] = [b.shape(a).slice(0, -1), b.shape(a).at(-1) ?? 0];
    if (width >= (b.shape(product).at(-1) ?? 0)) return null;
    const short = b.op("Reshape", [a, b.vector([...lead, 1, width])], {}, `${node.name}/row`);
    const tall = b.op("Reshape", [mixed, b.vector([...lead, width, 1])], {}, `${node.name}/column`);
    return b.op("MatMul", [short, tall], {}, node.name);
  }
};

/** What was reshaped to rows (or columns) that stand alone: [.., W] of [.., 1, W] (axis -2) or [.., W, 1] (axis -1). */
function flattened(b: Builder, value: string, axis: -1 | -2): string | null {
  const maker = value === "" ? null : b.producer(value);
  const [x = ""] = maker?.op === "Reshape" ? maker.inputs : [];
  if (x === "") return null;
  const shape = b.shape(x);
  const alone = [...shape.slice(0, -1), ...(axis === -2 ? [1] : []), shape.at(-1), ...(axis === -1 ? [1] : [])];
  return b.shape(value).join() === alone.join() ? x : null;
}

/** `product` = a turned^T. */
function productOf(b: Builder, product: string): Readonly<{ a: string; turned: string }> | null {
  const matmul = b.producer(product);
  const [a = "", second = ""] = matmul?.inputs ?? [];
  const transpose: Node | null = matmul?.op === "MatMul" ? b.producer(second) : null;
  const [turned = ""] = transpose?.inputs ?? [];
  const perm = transpose?.op === "Transpose" ? intsOf(transpose, "perm") : null;
  if (!perm) return null;
  const rank = perm.length;
  const swap = perm.map((_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  return perm.join() === swap.join() ? { a, turned } : null;
}
