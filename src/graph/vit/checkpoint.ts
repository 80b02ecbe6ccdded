// A file of tensors -> the vision transformer they are: whose keys they have, where each belongs, what shape follows from them.
// Knows keys and shapes, no values. What the tensors cannot say is asked for by name, never guessed.
import { Fault } from "../../base/fault.ts";
import type { CheckpointLayout, KeyLayout } from "./checkpoint-keys.ts";
import { placeOfExtra } from "./checkpoint-keys.ts";
import { deriveShape } from "./checkpoint-shape.ts";
import { hfDinov2Keys } from "./keys-hf-dinov2.ts";
import { hfVitKeys } from "./keys-hf-vit.ts";
import { timmKeys } from "./keys-timm.ts";
import type { PositionResample } from "./resample-positions.ts";
import { type VitShape, vitTensors } from "./vit-shape.ts";

/** Shapes by key. */
export type CheckpointTensors = ReadonlyMap<string, readonly number[]>;

/**
 * What a configuration or a person says. Of a shape the tensors know all but heads, layerNormEps, readout and activation; what is
 * said beyond these is compared with the tensors. `positionResample`: how positions become those of another image size, where
 * `imagePixels` is not the one they are stored for. `prefix`: which network, where the file holds several.
 */
export type CheckpointFacts = Readonly<Partial<VitShape> & { positionResample?: PositionResample; prefix?: string }>;

/** How one tensor under timm's name comes from the file. */
export type TensorOrigin = Readonly<{
  key: string;
  shape: readonly number[];
  /** Keys in the file, stacked along the first axis. */
  from: readonly string[];
  /** Positions of a grid of `fromGrid`^2 patches become those of `toGrid`^2; the first `prefixRows` rows stay. */
  resample: Readonly<{ rule: PositionResample; fromGrid: number; toGrid: number; prefixRows: number }> | null;
}>;

export type VitCheckpoint = Readonly<{
  layout: CheckpointLayout;
  shape: VitShape;
  origins: readonly TensorOrigin[];
  /** Keys in the file that features do not need, each with what it is. */
  ignored: readonly Readonly<{ key: string; what: string }>[];
}>;

const layouts: readonly KeyLayout[] = [timmKeys, hfVitKeys, hfDinov2Keys];

/** Parts of one tensor under timm's name, in order; null where one is missing. */
type Collected = { key: string; parts: (string | null)[]; names: string[] };

/**
 * `name` is how messages call the file. Throws one Fault `bad-model` with everything that is wrong: keys that are unknown, missing
 * or of another shape, and facts that nobody stated (their names in `detail.missing`).
 */
export function readCheckpoint(tensors: CheckpointTensors, facts: CheckpointFacts, name: string): VitCheckpoint {
  const { layout, prefix } = recognise(tensors, facts, name);
  const problems: string[] = [];
  const ignored: { key: string; what: string }[] = [];
  const unknown: string[] = [];
  const collected = new Map<string, Collected>();
  for (const key of tensors.keys()) {
    const place = key.startsWith(prefix) ? layout.place(key.slice(prefix.length)) : placeOutside(key, facts);
    if (!place) unknown.push(key);
    else if (place.kind === "ignored") ignored.push({ key, what: place.what });
    else {
      const entry = collected.get(place.key) ?? { key: place.key, parts: Array(place.count).fill(null), names: [] };
      collected.set(place.key, entry);
      if (entry.parts.length !== place.count || entry.parts[place.index]) {
        problems.push(`${key} and ${entry.parts.find(Boolean)} are both ${place.key}`);
      }
      entry.parts[place.index] = key;
      entry.names[place.index] = place.part;
    }
  }
  if (unknown.length > 0) problems.push(`it holds what is not understood: ${listed(unknown)}`);

  const shapes = stackedShapes(tensors, collected, problems);
  const missing: string[] = [];
  const derived = deriveShape(shapes, facts, { problems, missing });
  if (derived) problems.push(...differences(derived.shape, derived.storedGrid, shapes, collected, prefix));
  if (missing.length > 0) problems.push(`the file does not say ${missing.map((fact) => askFor[fact]).join(", ")}`);
  if (problems.length > 0 || !derived) {
    throw new Fault("bad-model", `${name}, read as a ${layout.name} network, cannot be used: ${problems.join("; ")}.`, {
      problems,
      missing,
      unknown,
    });
  }
  const { shape, storedGrid, rule } = derived;
  const grid = shape.imagePixels / shape.patchPixels;
  const origins = vitTensors(shape).map(({ key, shape: dims }): TensorOrigin => {
    const from = collected.get(key)?.parts.filter((one) => one !== null) ?? [];
    const prefixRows = (dims[1] ?? 0) - grid * grid;
    const resample =
      key === "pos_embed" && rule && storedGrid !== grid
        ? { rule, fromGrid: storedGrid, toGrid: grid, prefixRows }
        : null;
    return { key, shape: dims, from, resample };
  });
  return { layout: layout.id, shape, origins, ignored };
}

const askFor: Readonly<Record<string, string>> = {
  heads: "the number of attention heads (heads)",
  layerNormEps: "the epsilon of its layer norms (layerNormEps)",
  readout: "how features are read out: class token, mean of patches or both (readout)",
  activation: "the activation of its MLP (activation)",
  positionResample: "how positions become those of another image size (positionResample)",
};

const listed = (keys: readonly string[]): string =>
  keys.length > 40 ? `${keys.slice(0, 40).join(", ")} and ${keys.length - 40} more` : keys.join(", ");

/** The layout whose anchor and mark the keys show, and the prefix of its network. */
function recognise(
  tensors: CheckpointTensors,
  facts: CheckpointFacts,
  name: string,
): Readonly<{ layout: KeyLayout; prefix: string }> {
  const keys = [...tensors.keys()];
  const found = layouts.flatMap((layout) =>
    keys
      .filter((key) => key === layout.anchor || key.endsWith(`.${layout.anchor}`))
      .map((key) => ({ layout, prefix: key.slice(0, key.length - layout.anchor.length) }))
      .filter(({ prefix }) => keys.some((key) => key.startsWith(prefix) && layout.mark.test(key))),
  );
  const chosen = facts.prefix === undefined ? found : found.filter(({ prefix }) => prefix === facts.prefix);
  const [only] = chosen;
  if (only && chosen.length === 1) return only;
  if (found.length > 1) {
    const prefixes = found.map(({ prefix }) => prefix);
    throw new Fault(
      "bad-model",
      `${name} holds several networks, under ${prefixes.map((prefix) => `"${prefix}"`).join(" and ")}: say which one (prefix).`,
      { prefixes, missing: ["prefix"] },
    );
  }
  const shown = listed(keys.slice(0, 10));
  throw new Fault(
    "bad-model",
    `${name} holds no vision transformer with the keys of timm, Hugging Face ViT or Hugging Face DINOv2. Its first keys: ${shown}.`,
    { keys: keys.slice(0, 40) },
  );
}

function placeOutside(key: string, facts: CheckpointFacts) {
  return (
    placeOfExtra(key) ??
    (facts.prefix === undefined ? null : ({ kind: "ignored", what: "not the chosen network" } as const))
  );
}

/** Shapes under timm's names. Parts that are missing or do not stack are problems. */
function stackedShapes(
  tensors: CheckpointTensors,
  collected: ReadonlyMap<string, Collected>,
  problems: string[],
): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const { key, parts, names } of collected.values()) {
    const present = parts.flatMap((one) => (one === null ? [] : [one]));
    if (present.length < parts.length) {
      problems.push(`of ${key} there is only ${names.filter(Boolean).join(" and ")} (${present.join(", ")})`);
    }
    const dims = present.map((one) => tensors.get(one) ?? []);
    const [first = []] = dims;
    if (dims.some((one) => one.slice(1).join() !== first.slice(1).join() || one[0] !== first[0])) {
      problems.push(`the parts of ${key} differ in shape: ${dims.map((one) => `[${one.join(", ")}]`).join(" ")}`);
    }
    shapes.set(key, parts.length === 1 ? first : [(first[0] ?? 0) * parts.length, ...first.slice(1)]);
  }
  return shapes;
}

/** Tensors the shape needs and the file lacks, or has otherwise, or has without need. */
function differences(
  shape: VitShape,
  storedGrid: number,
  shapes: ReadonlyMap<string, readonly number[]>,
  collected: ReadonlyMap<string, Collected>,
  prefix: string,
): readonly string[] {
  const stored = { ...shape, imagePixels: storedGrid * shape.patchPixels };
  const wanted = new Map(vitTensors(stored).map((tensor) => [tensor.key, tensor.shape]));
  const under = prefix === "" ? "" : ` (in the file under "${prefix}")`;
  const lacking = [...wanted.keys()].filter((key) => !shapes.has(key));
  const wrong = [...wanted].flatMap(([key, dims]) => {
    const found = shapes.get(key);
    if (!found || found.join() === dims.join()) return [];
    return [`${collected.get(key)?.parts.join(" + ")} is [${found.join(", ")}], expected [${dims.join(", ")}]`];
  });
  const extra = [...shapes.keys()].filter((key) => !wanted.has(key)).flatMap((key) => collected.get(key)?.parts ?? []);
  return [
    ...(lacking.length > 0 ? [`it lacks, by timm's names, ${listed(lacking)}${under}`] : []),
    ...wrong,
    ...(extra.length > 0 ? [`it holds what no such network has: ${listed(extra.filter((key) => key !== null))}`] : []),
  ];
}
