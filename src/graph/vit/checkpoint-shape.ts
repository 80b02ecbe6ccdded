// The shape of a vision transformer from the shapes of its tensors (timm's names) and from what was said. Knows no file and no values.
import type { CheckpointFacts } from "./checkpoint.ts";
import type { PositionResample } from "./resample-positions.ts";
import { fullShape, type VitShape } from "./vit-shape.ts";

/** Where everything that is wrong, and every fact nobody stated, is gathered. */
export type Findings = Readonly<{ problems: string[]; missing: string[] }>;

export type Derived = Readonly<{
  shape: VitShape;
  /** Side of the grid of patches that positions are stored for. */
  storedGrid: number;
  rule: PositionResample | null;
}>;

/** null where too little is there to speak of a shape; then `problems` says what. */
export function deriveShape(
  shapes: ReadonlyMap<string, readonly number[]>,
  facts: CheckpointFacts,
  { problems, missing }: Findings,
): Derived | null {
  const [width = 0, channels, rows = 0, columns] = shapes.get("patch_embed.proj.weight") ?? [];
  if (channels !== 3 || rows !== columns || width < 1 || rows < 1) {
    problems.push(
      `its patch embedding is [${(shapes.get("patch_embed.proj.weight") ?? []).join(", ")}], not [width, 3, patch, patch]`,
    );
    return null;
  }
  const numbers = [...shapes.keys()].flatMap((key) => {
    const [, block] = /^blocks\.(\d+)\./.exec(key) ?? [];
    return block === undefined ? [] : [Number(block)];
  });
  const depth = numbers.reduce((most, block) => Math.max(most, block + 1), 0);
  if (depth === 0 || depth > 256) {
    problems.push(depth === 0 ? "it has no blocks" : `it has ${depth} blocks; at most 256 are read`);
    return null;
  }
  const mlpWidth = shapes.get("blocks.0.mlp.fc2.weight")?.[1] ?? 0;
  const hidden = shapes.get("blocks.0.mlp.fc1.weight")?.[0] ?? 0;
  const registers = shapes.get("reg_token")?.[1] ?? 0;
  const pretextToken = shapes.has("pretext_token");
  const prefixTokens = 1 + registers + (pretextToken ? 1 : 0);
  const stored = storedPositions(
    shapes.get("pos_embed") ?? [],
    { prefixTokens, pretextToken, said: facts.positions },
    problems,
  );
  if (mlpWidth < 1) problems.push("its MLP (blocks.0.mlp.fc2.weight) is missing");
  if (!stored || mlpWidth < 1) return null;

  const imagePixels = facts.imagePixels ?? stored.grid * rows;
  const grid = imagePixels / rows;
  if (!Number.isInteger(grid) || grid < 1) problems.push(`${imagePixels} pixels are no multiple of patches of ${rows}`);
  if (grid !== stored.grid && !facts.positionResample) missing.push("positionResample");

  const ask = <K extends "heads" | "layerNormEps" | "readout" | "activation">(key: K, blank: VitShape[K]) => {
    const said = facts[key];
    if (said === undefined) missing.push(key);
    return said ?? blank;
  };
  if (pretextToken && (registers > 0 || stored.positions !== "all")) {
    problems.push("it has a pretext token beside registers or without a position of its own: no such network is known");
  }
  const both = shapes.has("norm.weight") && shapes.has("fc_norm.weight");
  if (both) problems.push("it has two final norms, norm and fc_norm");
  const shape: VitShape = {
    imagePixels,
    patchPixels: rows,
    width,
    depth,
    heads: ask("heads", 1) ?? 1,
    mlpWidth,
    layerNormEps: ask("layerNormEps", 1) ?? 1,
    prefixTokens,
    readout: ask("readout", "cls") ?? "cls",
    registers,
    pretextToken,
    positions: stored.positions,
    layerScale: shapes.has("blocks.0.ls1.gamma") || shapes.has("blocks.0.ls2.gamma"),
    ffn: hidden === 2 * mlpWidth ? "swiglu" : "mlp",
    activation: ask("activation", "gelu") ?? "gelu",
    qkvBias: shapes.has("blocks.0.attn.qkv.bias"),
    // Without a norm of either name the file lacks one, unless it was said to have none.
    finalNorm: shapes.has("fc_norm.weight") ? "fc_norm" : (facts.finalNorm ?? "norm"),
  };
  problems.push(...contradictions(shape, facts));
  return { shape, storedGrid: stored.grid, rule: facts.positionResample ?? null };
}

/** Rows of `pos_embed` are a square of patches and those prefix tokens that have positions. */
function storedPositions(
  dims: readonly number[],
  {
    prefixTokens,
    pretextToken,
    said,
  }: Readonly<{ prefixTokens: number; pretextToken: boolean; said: VitShape["positions"] }>,
  problems: string[],
): Readonly<{ grid: number; positions: "all" | "class" | "patches" }> | null {
  const rows = dims[1] ?? 0;
  const candidates = [
    { positions: "all" as const, prefix: prefixTokens },
    ...(prefixTokens > 1 && !pretextToken ? [{ positions: "class" as const, prefix: 1 }] : []),
    { positions: "patches" as const, prefix: 0 },
  ];
  const fitting = candidates.filter(({ prefix }) => rows > prefix && Number.isInteger(Math.sqrt(rows - prefix)));
  // Two readings exist for the smallest grids only (9 = 3 x 3 = 2 x 2 + 5).
  const [only, other] = fitting.length > 1 ? fitting.filter(({ positions }) => positions === said) : fitting;
  if (!only || other || dims.length !== 3) {
    const shown = dims.length === 0 ? "missing" : `[${dims.join(", ")}]`;
    const why = `no square of patches and ${prefixTokens} prefix tokens`;
    problems.push(`its positions (pos_embed) are ${shown}: ${fitting.length > 1 ? "more than one grid fits" : why}`);
    return null;
  }
  return { grid: Math.sqrt(rows - only.prefix), positions: only.positions };
}

/** What was said and the tensors say otherwise. */
function contradictions(shape: VitShape, facts: CheckpointFacts): readonly string[] {
  const found = fullShape(shape);
  const keys = [
    "patchPixels",
    "width",
    "depth",
    "mlpWidth",
    "prefixTokens",
    "registers",
    "pretextToken",
    "layerScale",
    "ffn",
    "qkvBias",
    "finalNorm",
  ] as const;
  const heads = shape.width % shape.heads === 0 ? [] : [`width ${shape.width} is no multiple of ${shape.heads} heads`];
  return [
    ...heads,
    ...keys.flatMap((key) => {
      const said = facts[key];
      return said === undefined || said === found[key] ? [] : [`${key} is ${found[key]} by its tensors, not ${said}`];
    }),
  ];
}
