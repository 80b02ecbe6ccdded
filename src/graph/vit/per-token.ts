// Which nodes treat each token by itself: run for some of the tokens they give the same rows. Knows operators, not networks.
import { Fault } from "../../base/fault.ts";
import { product } from "../dims.ts";
import { inferShapes } from "../infer.ts";
import type { Dim, Graph, Initializer, Node, Shape } from "../ir.ts";
import { intsOf, type Known } from "../ops/op-rule.ts";

/** Operators that treat each token by itself when they have one data input and constants that fit any number of tokens. */
const always: ReadonlySet<string> = new Set([
  "Add",
  "Cast",
  "Div",
  "Erf",
  "Exp",
  "Gelu",
  "Identity",
  "Mul",
  "Neg",
  "Pow",
  "Reciprocal",
  "Shape",
  "Sigmoid",
  "Sqrt",
  "Sub",
  "Tanh",
]);

/** Shapes of a part of a network for any number of images B and tokens T that enter it as `from` [B,T,width]; empty where unknown. */
export function openShapes(part: Graph, from: string, width: number): ReadonlyMap<string, Known> {
  try {
    return inferShapes({ ...part, inputs: [{ name: from, dtype: "float32", shape: ["B", "T", width] }] });
  } catch (error) {
    if (error instanceof Fault) return new Map();
    throw error;
  }
}

/** Tells it of nodes of a part whose shapes are `shapes` (of openShapes). */
export function perTokenTest(part: Graph, shapes: ReadonlyMap<string, Known>): (node: Node) => boolean {
  const frozen = new Map<string, Initializer>(part.initializers.map((entry) => [entry.name, entry]));
  const shapeOf = (name: string | undefined): Shape => shapes.get(name ?? "")?.shape ?? [];
  /** The last axis, which these nodes look along, has no tokens; turned, a value may have them there. */
  const isAlongWidth = ({ inputs }: Node, axes: readonly number[] = [-1]): boolean => {
    const shape = shapeOf(inputs[0]);
    const last = shape.at(-1);
    const [axis, another] = axes;
    const isLast = another === undefined && (axis === -1 || axis === shape.length - 1);
    return isLast && last !== undefined && !holdsTokens(last);
  };
  return (node) => {
    const second = frozen.get(node.inputs[1] ?? "");
    switch (node.op) {
      case "MatMul":
      case "Gemm":
        return second !== undefined && isAlongWidth(node);
      case "LayerNormalization":
        return isAlongWidth(node);
      case "Reshape": {
        const [before, after] = [node.inputs[0], node.outputs[0]].map((name) => upToTokens(shapeOf(name)));
        return before !== null && before === after;
      }
      case "ReduceMean": {
        const axes = second?.source.kind === "inline" ? [...second.source.values] : (intsOf(node, "axes") ?? []);
        return isAlongWidth(node, axes);
      }
      default:
        return always.has(node.op);
    }
  };
}

const holdsTokens = (dim: Dim): boolean => typeof dim === "string" && dim.split("*").includes("T");

/** The product of the axes up to that of the tokens: where a Reshape keeps it, it mixes nothing of two tokens. */
function upToTokens(shape: Shape): Dim | null {
  const at = shape.findIndex(holdsTokens);
  return at < 0 ? null : product(shape.slice(0, at + 1));
}
