// A vision transformer's graph, its constants without meaningful names -> its shape and its tensors under timm's names, found by what
// each does. Refuses to look at names and to guess: what is not of the plain form is said in words.
import { Fault } from "../../../base/fault.ts";
import { elementCount, type Graph, type Initializer } from "../../ir.ts";
import type { WeightReader } from "../../weight-file.ts";
import type { VitStructure } from "../analyse-vit.ts";
import { checkShape, type FullVitShape, vitTensors } from "../vit-shape.ts";
import { type AttentionRoles, attentionRoles } from "./attention-roles.ts";
import { embeddingRoles, type Row } from "./embedding-roles.ts";
import { inputsOf, type Linear, stackedBiases, stackedWeights } from "./linear.ts";
import { createLookup, notPlain, valuesOf } from "./lookup.ts";
import { type MlpRoles, mlpRoles } from "./mlp-roles.ts";
import type { Norm } from "./norm.ts";
import { prefixRoles } from "./prefix-roles.ts";
import { readoutRoles } from "./readout-roles.ts";

/** One tensor as timm stores it (linear layers [out, in]); values are made when asked for, fp32, row-major. */
export type NetworkTensor = Readonly<{ shape: readonly number[]; values: () => Float32Array }>;

/** `other`: a network that is not of the plain form, and why, in words that begin with "it". */
export type NetworkReading =
  | Readonly<{ kind: "plain"; shape: FullVitShape; tensors: ReadonlyMap<string, NetworkTensor> }>
  | Readonly<{ kind: "other"; reason: string }>;

/**
 * What is read computes the same as the graph: buildVit(shape) with these tensors gives its features, up to rounding. So two files of
 * which the same is read are the same network, whoever wrote them. The other way round an exporter may have folded one tensor into
 * another (a class token into its position, a LayerScale into a projection): such a file is read as the network it now is.
 * A constant that was left out because it changes nothing (a bias of zeros, a scale of ones) is put back.
 */
export function networkTensors(graph: Graph, structure: VitStructure, read: WeightReader): NetworkReading {
  try {
    return { kind: "plain", ...plainNetwork(graph, structure, read) };
  } catch (error) {
    if (error instanceof Fault) return { kind: "other", reason: error.message };
    throw error;
  }
}

type Block = Readonly<{ attention: AttentionRoles; mlp: MlpRoles }>;

function plainNetwork(graph: Graph, structure: VitStructure, read: WeightReader) {
  const { streams, middles, depth, width, heads, tokens, imagePixels, pixels, features } = structure;
  const lookup = createLookup(graph);
  const [first = "", last = ""] = [streams[0], streams.at(-1)];
  const embedding = embeddingRoles(lookup, first, { pixels, imagePixels, width });
  const blocks = middles.map((middle, i): Block => {
    const [from = "", to = ""] = [streams[i], streams[i + 1]];
    return {
      attention: attentionRoles(lookup, from, middle, { width, heads, tokens }),
      mlp: mlpRoles(lookup, middle, to, width),
    };
  });
  const readout = readoutRoles(lookup, last, features);
  const prefix = prefixRoles(embedding.tokens, width, readout, (key) => read(key).length / width);
  const { registers, pretext, positions } = prefix;

  const norms = blocks.flatMap(({ attention, mlp }) => [attention.norm, mlp.norm]);
  const layerNormEps = same([...norms, ...(readout.norm ? [readout.norm] : [])].map((norm) => norm.epsilon));
  const qkv = blocks.flatMap(({ attention: { q, k, v } }) => [q, k, v]);
  const shape = checkShape({
    imagePixels,
    patchPixels: embedding.patchPixels,
    width,
    depth,
    heads,
    mlpWidth: same(blocks.map(({ mlp }) => inputsOf(mlp.fc2))),
    layerNormEps,
    prefixTokens: 1 + registers.length + (pretext ? 1 : 0),
    readout: readout.mean === null ? "cls" : readout.cls === null ? "mean" : "cls+mean",
    registers: registers.length,
    pretextToken: pretext !== null,
    positions,
    layerScale: blocks.some(({ attention, mlp }) => attention.gamma ?? mlp.gamma),
    ffn: same(blocks.map(({ mlp }) => mlp.fc1.length)) === 2 ? "swiglu" : "mlp",
    activation: same(blocks.map(({ mlp }) => mlp.activation)),
    qkvBias: qkv.some(({ bias }) => bias),
    finalNorm: readout.norm === null ? "none" : readout.afterMean ? "fc_norm" : "norm",
  });

  const rows = (list: readonly Row[]) => (): Float32Array => rowValues(list, width, read);
  const values = new Map<string, () => Float32Array>([
    ["cls_token", rows([prefix.cls])],
    ["pretext_token", rows(pretext ? [pretext] : [])],
    ["reg_token", rows(registers)],
    ["pos_embed", () => read(prefix.position.key)],
    ["patch_embed.proj.weight", () => valuesOf(embedding.kernel, read)],
    ["patch_embed.proj.bias", () => constantOr(embedding.bias, 0, width, read)],
    ...blocks.flatMap((block, i) => blockValues(`blocks.${i}`, block, width, read)),
    ...(readout.norm ? normValues(shape.finalNorm, readout.norm, width, read) : []),
  ]);
  const all = vitTensors(shape).map(({ key, shape: dims }): readonly [string, NetworkTensor] => {
    const make = values.get(key) ?? notPlain(`has no ${key}`);
    return [key, { shape: dims, values: () => ofLength(make(), elementCount(dims), key) }];
  });
  return { shape, tensors: new Map(all) };
}

/** What all blocks have in common. */
function same<T extends number | string>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined || list.some((one) => one !== first)) {
    notPlain(`has blocks that differ from each other (${[...new Set(list)].join(", ")})`);
  }
  return first;
}

type Maker = readonly [string, () => Float32Array];

function blockValues(key: string, { attention, mlp }: Block, width: number, read: WeightReader): readonly Maker[] {
  const { q, k, v, proj } = attention;
  const linear = (name: string, layers: readonly Linear[]): readonly Maker[] => [
    [`${key}.${name}.weight`, () => stackedWeights(layers, read)],
    [`${key}.${name}.bias`, () => stackedBiases(layers, read)],
  ];
  return [
    ...normValues(`${key}.norm1`, attention.norm, width, read),
    ...linear("attn.qkv", [q, k, v]),
    ...linear("attn.proj", [proj]),
    [`${key}.ls1.gamma`, () => constantOr(attention.gamma, 1, width, read)],
    ...normValues(`${key}.norm2`, mlp.norm, width, read),
    ...linear("mlp.fc1", mlp.fc1),
    ...linear("mlp.fc2", [mlp.fc2]),
    [`${key}.ls2.gamma`, () => constantOr(mlp.gamma, 1, width, read)],
  ];
}

const normValues = (key: string, norm: Norm, width: number, read: WeightReader): readonly Maker[] => [
  [`${key}.weight`, () => valuesOf(norm.scale, read)],
  [`${key}.bias`, () => constantOr(norm.bias, 0, width, read)],
];

const constantOr = (entry: Initializer | null, value: number, count: number, read: WeightReader): Float32Array =>
  entry ? valuesOf(entry, read) : new Float32Array(count).fill(value);

function rowValues(rows: readonly Row[], width: number, read: WeightReader): Float32Array {
  const values = new Float32Array(rows.length * width);
  rows.forEach(({ key, at }, i) => {
    values.set(read(key).subarray(at, at + width), i * width);
  });
  return values;
}

function ofLength(values: Float32Array, count: number, key: string): Float32Array {
  if (values.length === count) return values;
  throw new Fault("bad-model", `The model holds ${values.length} numbers for ${key}, where ${count} are needed.`, {
    key,
  });
}
