// The config.json beside a checkpoint (timm or Hugging Face) -> what it states about the network. What it does not state stays absent:
// it is asked for later. Knows field names; reads no weights.
import { Fault } from "../base/fault.ts";
import { type At, field, problem, readNumber, readObject, readString, rootAt } from "./json-reader.ts";
import type { Normalisation, VitArchitecture } from "./model.ts";

export type PositionResample = "bicubic" | "bicubic-antialias" | "bicubic-offset";

/** Facts a checkpoint's reader takes (graph/vit/checkpoint.ts), as far as they are stated. */
export type StatedFacts = Readonly<Partial<Omit<VitArchitecture, "kind">> & { positionResample?: PositionResample }>;

/** `imagePixels` is what positions are stored for. `normalisation` null where the configuration has none. */
export type ModelConfig = Readonly<{
  facts: StatedFacts;
  normalisation: Normalisation | null;
  /** What it calls the network, for people. */
  architecture: string;
}>;

type Activation = NonNullable<VitArchitecture["activation"]>;

/** transformers/activations.py; gelu is the exact one, the others approximate it with tanh. */
const activations: Readonly<Record<string, Activation>> = {
  gelu: "gelu",
  gelu_new: "gelu-tanh",
  gelu_fast: "gelu-tanh",
  gelu_pytorch_tanh: "gelu-tanh",
  quick_gelu: "quick-gelu",
  silu: "silu",
  swish: "silu",
};

/** Throws Fault `bad-model` naming every field that is not as it must be, `unsupported` for networks that are no such ViT. */
export function parseModelConfig(text: string, name: string): ModelConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Fault("bad-model", `The configuration ${name} is not JSON.`, { problems: [String(error)] }, error);
  }
  const root = rootAt(json, "config");
  readObject(root);
  const isTimm = field(root, "architecture").value !== undefined;
  const config = isTimm ? readTimm(root) : readHuggingFace(root, name);
  if (root.problems.length > 0) {
    const list = root.problems.join("; ");
    throw new Fault("bad-model", `The configuration ${name} cannot be used: ${list}.`, { problems: root.problems });
  }
  return config;
}

const stated = (at: At): boolean => at.value !== undefined && at.value !== null;

/** `read` where the field is stated, else nothing. */
function take<K extends string, T>(at: At, key: K, read: (at: At) => T | undefined): Partial<Record<K, T>> {
  const value = stated(at) ? read(at) : undefined;
  return value === undefined ? {} : ({ [key]: value } as Record<K, T>);
}

const count = (at: At): number => readNumber(at, { min: 1, max: 65_536, integer: true });
const natural = (at: At): number => readNumber(at, { min: 0, max: 65_536, integer: true });
const epsilon = (at: At): number => readNumber(at, { min: 1e-14, max: 0.1 });
const flag = (at: At): boolean | undefined => {
  if (typeof at.value === "boolean") return at.value;
  problem(at, "true or false");
  return undefined;
};

function readHuggingFace(root: At, name: string): ModelConfig {
  const type = readString(field(root, "model_type"), { max: 100 });
  const dino = type === "dinov2" || type === "dinov2_with_registers";
  if (type !== "vit" && !dino && root.problems.length === 0) {
    throw new Fault(
      "unsupported",
      `${name} describes a "${type}" network; of Hugging Face's, vit, dinov2 and dinov2_with_registers can be imported.`,
      { type },
    );
  }
  const gated = dino && field(root, "use_swiglu_ffn").value === true;
  const registers = take(field(root, "num_register_tokens"), "registers", natural);
  const act = gated ? { activation: "silu" as const } : take(field(root, "hidden_act"), "activation", readActivation);
  // The class of Hugging Face with registers resamples with antialias, the others without.
  const antialias = type === "dinov2_with_registers" || (registers.registers ?? 0) > 0;
  return {
    architecture: type,
    facts: {
      ...take(field(root, "hidden_size"), "width", count),
      ...take(field(root, "num_hidden_layers"), "depth", count),
      ...take(field(root, "num_attention_heads"), "heads", count),
      ...take(field(root, "image_size"), "imagePixels", count),
      ...take(field(root, "patch_size"), "patchPixels", count),
      ...take(field(root, "layer_norm_eps"), "layerNormEps", epsilon),
      ...take(field(root, "qkv_bias"), "qkvBias", flag),
      ...(dino ? {} : take(field(root, "intermediate_size"), "mlpWidth", count)),
      ...(dino ? { ffn: gated ? ("swiglu" as const) : ("mlp" as const) } : {}),
      ...registers,
      ...act,
      positionResample: antialias ? "bicubic-antialias" : "bicubic",
    },
    normalisation: null,
  };
}

function readActivation(at: At): Activation | undefined {
  const name = readString(at, { max: 60 });
  const found = Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (!found) problem(at, `one of ${Object.keys(activations).join(", ")}`);
  return found;
}

/** Heads by the size in timm's names (timm/models/vision_transformer.py). */
const headsOf: Readonly<Record<string, number>> = { tiny: 3, small: 6, base: 12, large: 16, huge: 16 };

function readTimm(root: At): ModelConfig {
  const architecture = readString(field(root, "architecture"), { max: 200 });
  const [, size, patch] = /^vit_([a-z]+)_patch(\d+)_/.exec(architecture) ?? [];
  const args = field(root, "model_args");
  const pretrained = field(root, "pretrained_cfg");
  const pool = readPool(field(root, "global_pool"));
  const named = size !== undefined && Object.hasOwn(headsOf, size) ? headsOf[size] : undefined;
  // Of the plain models by their definition in timm; CLIP's and the gated ones are told apart by their tensors.
  const usual = named !== undefined && !architecture.includes("clip") && !stated(field(args, "act_layer"));
  return {
    architecture,
    facts: {
      ...(named === undefined ? {} : { heads: named }),
      ...(patch === undefined ? {} : { patchPixels: Number(patch) }),
      ...(usual ? { layerNormEps: 1e-6, activation: "gelu" as const } : {}),
      ...take(field(root, "num_features"), "width", count),
      ...take(field(args, "num_heads"), "heads", count),
      ...take(field(args, "patch_size"), "patchPixels", count),
      ...take(field(args, "act_layer"), "activation", readTimmActivation),
      ...pool,
      positionResample: "bicubic-antialias",
    },
    normalisation: readNormalisation(pretrained),
  };
}

function readTimmActivation(at: At): Activation | undefined {
  const name = readString(at, { max: 100 }).split(".").at(-1)?.toLowerCase() ?? "";
  const known: Readonly<Record<string, Activation>> = {
    gelu: "gelu",
    gelutanh: "gelu-tanh",
    gelu_tanh: "gelu-tanh",
    quickgelu: "quick-gelu",
    quick_gelu: "quick-gelu",
    silu: "silu",
    swish: "silu",
  };
  const found = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!found) problem(at, `one of ${Object.keys(known).join(", ")}`);
  return found;
}

function readPool(at: At): Partial<Pick<VitArchitecture, "readout">> {
  if (!stated(at)) return {};
  if (at.value === "token") return { readout: "cls" };
  if (at.value === "avg") return { readout: "mean" };
  problem(at, '"token" or "avg"');
  return {};
}

function readNormalisation(at: At): Normalisation | null {
  const three = (list: At): readonly [number, number, number] | null => {
    if (!Array.isArray(list.value) || list.value.length !== 3) return null;
    const [a, b, c] = list.value.map((value: unknown) => readNumber({ ...list, value }, { min: -10, max: 10 }));
    return a === undefined || b === undefined || c === undefined ? null : [a, b, c];
  };
  const [mean, std] = [three(field(at, "mean")), three(field(at, "std"))];
  return mean && std?.every((value) => value >= 1e-3) ? { mean, std } : null;
}
