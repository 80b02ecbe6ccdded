// A graph as text to read: one line per node, with shapes. Knows no file format.
import { inferShapes } from "./infer.ts";
import type { Attribute, Graph, ValueInfo } from "./ir.ts";

const info = ({ name, dtype, shape }: ValueInfo): string => `${name}: ${dtype}[${shape.join(", ")}]`;

function attributeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case "int":
    case "float":
      return String(attribute.value);
    case "string":
      return JSON.stringify(attribute.value);
    case "ints":
    case "floats":
      return `[${attribute.value.join(", ")}]`;
    default:
      return attribute satisfies never;
  }
}

/** "qk: float32[B, 3, T, T] = MatMul(q, k)". Small constants are written in place. */
export function printGraph(graph: Graph): string {
  const known = inferShapes(graph);
  const constants = new Map(
    graph.initializers.flatMap(({ name, shape, source }) => {
      if (source.kind !== "inline" || source.values.length > 8) return [];
      const text = [...source.values].join(", ");
      return [[name, shape.length === 0 ? text : `[${text}]`] as const];
    }),
  );
  const lines = graph.nodes.map((node) => {
    const outputs = node.outputs.map((name) =>
      name === "" ? "_" : `${name}: ${known.get(name)?.dtype}[${known.get(name)?.shape.join(", ")}]`,
    );
    const attributes = Object.entries(node.attributes).map(([key, value]) => `${key}=${attributeText(value)}`);
    const inputs = node.inputs.map((name) => constants.get(name) ?? (name || "_"));
    return `  ${outputs.join(", ")} = ${node.op}(${[...inputs, ...attributes].join(", ")})`;
  });
  return [
    `graph(${graph.inputs.map(info).join(", ")})`,
    ...lines,
    `  return ${graph.outputs.map(({ name }) => name).join(", ")}`,
  ].join("\n");
}
