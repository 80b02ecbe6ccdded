// The closed set of operators the graph floor knows. Knows names only; each has a row in op-table.ts.

export const opNames = [
  "Add",
  "Cast",
  "Concat",
  "Conv",
  "Div",
  "Erf",
  "Exp",
  "Expand",
  "Gather",
  "Gelu",
  "Gemm",
  "Identity",
  "LayerNormalization",
  "Log",
  "MatMul",
  "Mul",
  "Neg",
  "Pad",
  "Pow",
  "Reciprocal",
  "ReduceLogSumExp",
  "ReduceMax",
  "ReduceMean",
  "ReduceSum",
  "ReduceSumSquare",
  "Reshape",
  "Shape",
  "Sigmoid",
  "Slice",
  "Softmax",
  "Sqrt",
  "Squeeze",
  "Sub",
  "Tanh",
  "Transpose",
  "Unsqueeze",
] as const;

export type Op = (typeof opNames)[number];

const known: ReadonlySet<string> = new Set(opNames);
export const isOp = (name: string): name is Op => known.has(name);
