// One pre-norm transformer block: attention and MLP, plain or gated, with or without LayerScale. Knows no embedding and no read-out.
import type { Builder } from "../builder.ts";
import { float, int, ints } from "../ir.ts";
import type { FullVitShape } from "./vit-shape.ts";

/** x [B,T,D] -> [B,T,D] for any number of images and tokens. */
export function addBlock(b: Builder, shape: FullVitShape, block: number, x: string): string {
  const key = `blocks.${block}`;
  const attended = branch(b, shape, `${key}.ls1`, attention(b, shape, key, x));
  const middle = b.op("Add", [x, attended], {}, `${key}.middle`);
  const thought = branch(b, shape, `${key}.ls2`, feedForward(b, shape, key, middle));
  return b.op("Add", [middle, thought], {}, `${key}.out`);
}

function branch(b: Builder, shape: FullVitShape, key: string, x: string): string {
  if (!shape.layerScale) return x;
  const gamma = b.weight(`${key}.gamma`, { key: `${key}.gamma`, elementOffset: 0 }, [shape.width]);
  return b.op("Mul", [x, gamma], {}, key);
}

function layerNorm(b: Builder, shape: FullVitShape, x: string, key: string): string {
  const [scale, bias] = ["weight", "bias"].map((part) =>
    b.weight(`${key}.${part}`, { key: `${key}.${part}`, elementOffset: 0 }, [shape.width]),
  );
  const inputs = [x, scale ?? "", bias ?? ""];
  return b.op("LayerNormalization", inputs, { axis: int(-1), epsilon: float(shape.layerNormEps) }, key);
}

function attention(b: Builder, shape: FullVitShape, key: string, x: string): string {
  const { width, heads, qkvBias } = shape;
  const headWidth = width / heads;
  const norm1 = layerNorm(b, shape, x, `${key}.norm1`);
  const project = (part: "q" | "k" | "v", index: number): string => {
    const rows: Rows = { part, first: index * width, count: width };
    const tokens = linear(b, `${key}.attn.qkv`, norm1, width, rows, qkvBias);
    const scaled =
      part === "q" ? b.op("Mul", [tokens, b.scalar(headWidth ** -0.5)], {}, `${key}.attn.q.scaled`) : tokens;
    const split = b.op("Reshape", [scaled, b.vector([0, 0, heads, headWidth])], {}, `${key}.attn.${part}.heads`);
    const perm = part === "k" ? [0, 2, 3, 1] : [0, 2, 1, 3];
    return b.op("Transpose", [split], { perm: ints(perm) }, `${key}.attn.${part}.by_head`);
  };
  const [q, k, v] = [project("q", 0), project("k", 1), project("v", 2)];
  const logits = b.op("MatMul", [q, k], {}, `${key}.attn.logits`);
  const map = b.op("Softmax", [logits], { axis: int(-1) }, `${key}.attn.map`);
  const mixed = b.op("MatMul", [map, v], {}, `${key}.attn.mixed`);
  const joined = b.op("Transpose", [mixed], { perm: ints([0, 2, 1, 3]) }, `${key}.attn.joined`);
  const tokens = b.op("Reshape", [joined, b.vector([0, 0, width])], {}, `${key}.attn.tokens`);
  return linear(b, `${key}.attn.proj`, tokens, width, all(width));
}

function feedForward(b: Builder, shape: FullVitShape, key: string, middle: string): string {
  const { width, mlpWidth } = shape;
  const norm2 = layerNorm(b, shape, middle, `${key}.norm2`);
  const inner = `${key}.mlp`;
  if (shape.ffn === "mlp") {
    const active = activate(b, shape, linear(b, `${inner}.fc1`, norm2, width, all(mlpWidth)), `${inner}.act`);
    return linear(b, `${inner}.fc2`, active, mlpWidth, all(width));
  }
  const half = (part: string, first: number): string =>
    linear(b, `${inner}.fc1`, norm2, width, { part, first, count: mlpWidth });
  const gate = activate(b, shape, half("gate", 0), `${inner}.act`);
  const gated = b.op("Mul", [gate, half("value", mlpWidth)], {}, `${inner}.gated`);
  return linear(b, `${inner}.fc2`, gated, mlpWidth, all(width));
}

function activate(b: Builder, shape: FullVitShape, x: string, name: string): string {
  const sigmoidTimes = (scaled: string): string =>
    b.op("Mul", [x, b.op("Sigmoid", [scaled], {}, `${name}.sigmoid`)], {}, name);
  switch (shape.activation) {
    case "gelu":
      return b.op("Gelu", [x], {}, name);
    case "silu":
      return sigmoidTimes(x);
    case "quick-gelu":
      return sigmoidTimes(b.op("Mul", [x, b.scalar(1.702)], {}, `${name}.scaled`));
    case "gelu-tanh": {
      // x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), Hendrycks & Gimpel 2016; with tanh(y) = 2 sigmoid(2y) - 1.
      const square = b.op("Mul", [x, x], {}, `${name}.square`);
      const [a, c] = [2 * Math.sqrt(2 / Math.PI), 2 * Math.sqrt(2 / Math.PI) * 0.044715];
      const factor = b.op("Add", [b.op("Mul", [square, b.scalar(c)], {}, `${name}.cubic`), b.scalar(a)]);
      return sigmoidTimes(b.op("Mul", [x, factor], {}, `${name}.scaled`));
    }
    default:
      shape.activation satisfies never;
      return x;
  }
}

/** Rows `first` .. `first + count` of a stored [out, in] weight: q, k and v are thirds of one tensor. */
type Rows = Readonly<{ part: string | null; first: number; count: number }>;
const all = (count: number): Rows => ({ part: null, first: 0, count });

/** x [B,T,from] -> [B,T,rows.count], weights turned from timm's [out, in]; any number of images and tokens. */
function linear(
  b: Builder,
  key: string,
  x: string,
  from: number,
  { part, first, count }: Rows,
  withBias = true,
): string {
  const suffix = part ? `#${part}` : "";
  const source = { key: `${key}.weight`, elementOffset: first * from, transposed: true } as const;
  const weight = b.weight(`${key}.weight${suffix}`, source, [from, count]);
  const name = part ? `${key}.${part}` : key;
  if (!withBias) return b.op("MatMul", [x, weight], {}, name);
  const bias = b.weight(`${key}.bias${suffix}`, { key: `${key}.bias`, elementOffset: first }, [count]);
  return b.op("Add", [b.op("MatMul", [x, weight], {}, `${name}.product`), bias], {}, name);
}
