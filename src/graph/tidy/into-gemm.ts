// What Gemm does by the way: sums with its result become its third input, factors of its first input become its alpha.
import { float, type Node } from "../ir.ts";
import { floatOf } from "../ops/op-rule.ts";
import type { Rule, Site } from "./rewrite.ts";

/** x + reshape(A B) = reshape(A B + x). */
export const sumsInGemm: Rule = ({ b, node, shape, only }) => {
  const [x = "", y = ""] = node.inputs;
  return node.op === "Add" ? (folded(y, x) ?? folded(x, y)) : null;

  function folded(product: string, other: string): string | null {
    const { gemm, rows } = gemmBehind({ b, only }, product) ?? {};
    if (!gemm || rows === undefined || gemm.inputs.length > 2) return null;
    if (b.shape(product).join() !== shape.join() || b.shape(other).join() !== shape.join()) return null;
    const flat = b.shape(rows);
    const third = flat.join() === shape.join() ? other : b.op("Reshape", [other, b.vector(flat)], {}, `${other}/rows`);
    const [a = "", w = ""] = gemm.inputs;
    // Without a third input a Gemm's beta means nothing, and may be anything.
    const sum = b.op("Gemm", [a, w, third], { ...gemm.attributes, beta: float(1) }, `${node.name}/gemm`);
    return flat.join() === shape.join() ? sum : b.op("Reshape", [sum, b.vector(shape)], {}, node.name);
  }
};

/** The Gemm whose rows a value is; read by nobody else on the way. */
function gemmBehind(
  { b, only }: Pick<Site, "b" | "only">,
  value: string,
): Readonly<{ gemm: Node; rows: string }> | null {
  const maker = only(value);
  if (maker?.op === "Gemm") return { gemm: maker, rows: value };
  const [rows = ""] = maker?.op === "Reshape" ? maker.inputs : [];
  const gemm = rows === "" ? null : only(rows);
  return gemm?.op === "Gemm" && b.shape(rows).length === 2 ? { gemm, rows } : null;
}

/** (s X) B = s (X B): the factor costs nothing there. */
export const factorsInGemm: Rule = ({ b, node, only }) => {
  if (node.op !== "Gemm") return null;
  const [a = "", ...rest] = node.inputs;
  const reshape = only(a);
  const inner = reshape?.op === "Reshape" ? (reshape.inputs[0] ?? "") : a;
  const mul = only(inner);
  if (mul?.op !== "Mul") return null;
  const [x = "", y = ""] = mul.inputs;
  const [left, right] = [b.number(x), b.number(y)];
  const factor = right ?? left;
  if (factor === null) return null;
  const value = right === null ? y : x;
  const rows = inner === a ? value : b.op("Reshape", [value, b.vector(b.shape(a))], {}, `${value}/rows`);
  const alpha = float(factor * floatOf(node, "alpha", 1));
  return b.op("Gemm", [rows, ...rest], { ...node.attributes, alpha }, node.name);
};
