// Sums along the rows of P o (A B^T), where P B is computed anyway, are sums along the rows of A o (P B), which are shorter: in the
// derivative of an attention rowsum(P o dP) = rowsum(dO o O) (Dao et al. 2022, FlashAttention, appendix B.2).
import type { Builder } from "../builder.ts";
import { int, type Node } from "../ir.ts";
import { intOf, intsOf } from "../ops/op-rule.ts";
import type { Rule } from "./rewrite.ts";

export const shortRowSums: Rule = ({ b, node, readers }) => {
  const [summed = "", axes = ""] = node.inputs;
  const mul = node.op === "ReduceSum" ? b.producer(summed) : null;
  if (mul?.op !== "Mul" || axes === "" || intOf(node, "keepdims", 1) !== 1) return null;
  const rank = b.shape(summed).length;
  const [axis, another] = b.ints(axes);
  if (another !== undefined || (axis !== -1 && axis !== rank - 1)) return null;
  const [x = "", y = ""] = mul.inputs;
  return short(x, y) ?? short(y, x);

  function short(product: string, map: string): string | null {
    const { a, turned } = productOf(b, product) ?? {};
    if (a === undefined || turned === undefined || b.shape(product).join() !== b.shape(map).join()) return null;
    const known = readers(map).find((reader) => reader.op === "MatMul" && reader.inputs.join() === `${map},${turned}`);
    const [mixed = ""] = known?.outputs ?? [];
    if (mixed === "" || b.shape(mixed).join() !== b.shape(a).join()) return null;
    if ((b.shape(a).at(-1) ?? 0) >= (b.shape(product).at(-1) ?? 0)) return null;
    const parts = b.op("Mul", [a, mixed], {}, `${node.name}/parts`);
    return b.op("ReduceSum", [parts, b.vector([-1])], { keepdims: int(1) }, node.name);
  }
};

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
