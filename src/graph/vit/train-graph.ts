// The tuning step as one graph: upper part, cosine head, loss, gradient, AdamW. Knows no runtime and no schedule.
import { assert, present } from "../../base/fault.ts";
import { type Builder, createBuilder } from "../builder.ts";
import { fuseLinear } from "../fuse-linear.ts";
import { gradient } from "../gradient.ts";
import { elementCount, type Graph, int } from "../ir.ts";
import { foldShapes } from "../prune.ts";
import { tidy } from "../tidy/tidy.ts";
import type { VitStructure } from "./analyse-vit.ts";
import { addUpper, type Prompting, promptSets } from "./cut.ts";

export type TrainOptions = Readonly<{
  firstBlock: number;
  /** N >= 0 prompts per block; 0 tunes the head alone. */
  tokensPerBlock: number;
  batch: number;
  classes: number;
  /** "deep" where left out. */
  prompting?: Prompting;
  /** Adds the output `gradTheta` [P]: the raw gradient, for tests. */
  withGradient?: boolean;
}>;

/** Where a tensor lies in the flat vector theta. Offsets and lengths in elements. */
export type Slot = Readonly<{ offset: number; shape: readonly number[] }>;
export type ThetaLayout = Readonly<{ prompts: Slot; headWeight: Slot; length: number }>;

/**
 * Inputs (all fp32, static): `tokens` [B,T,D], `targets` [B,C], `sampleWeight` [B] (0 pads a short batch; not all
 * 0), `centre` [F], `temperature` [1], `theta` `m` `v` `rateScale` [P], `learningRate` [1], `weightDecay` [1],
 * `correction1` [1] = 1/(1-0.9^t), `correction2` [1] = 1/(1-0.999^t), t counting steps from 1.
 * Outputs: `loss` [1], `logits` [B,C], `thetaNext` `mNext` `vNext` [P].
 * logits = temperature * unit(features - centre) . unit(headWeight[c]), unit(x) = x / sqrt(|x|^2 + 1e-12);
 * loss = sum_b w_b * CE_b / sum_b w_b; the step is torch.optim.AdamW (betas 0.9, 0.999, eps 1e-8) at learningRate * rateScale.
 */
export type TrainGraph = Readonly<{ graph: Graph; layout: ThetaLayout }>;

export function thetaLayout(structure: VitStructure, options: TrainOptions): ThetaLayout {
  const sets = promptSets(structure, options.firstBlock, options.prompting ?? "deep");
  const prompts: Slot = { offset: 0, shape: [sets, options.tokensPerBlock, structure.width] };
  const offset = elementCount(prompts.shape);
  const headWeight: Slot = { offset, shape: [options.classes, structure.featureWidth] };
  return { prompts, headWeight, length: offset + elementCount(headWeight.shape) };
}

/** `graph` is the plain network (parseOnnx or buildVit), `structure` what analyseVit found in it. */
export function trainGraph(graph: Graph, structure: VitStructure, options: TrainOptions): TrainGraph {
  const { firstBlock, tokensPerBlock, batch, classes, prompting = "deep", withGradient = false } = options;
  assert(batch > 0 && classes > 1 && tokensPerBlock >= 0, "a batch, two classes and a number of prompts");
  const layout = thetaLayout(structure, options);
  const forward = createBuilder();
  const tokens = forward.input("tokens", "float32", [batch, structure.tokens, structure.width]);
  const targets = forward.input("targets", "float32", [batch, classes]);
  const sampleWeight = forward.input("sampleWeight", "float32", [batch]);
  const centre = forward.input("centre", "float32", [structure.featureWidth]);
  const temperature = forward.input("temperature", "float32", [1]);
  const theta = forward.input("theta", "float32", [layout.length]);

  const prompts = tokensPerBlock === 0 ? null : slot(forward, theta, layout.prompts, "theta/prompts");
  const head = slot(forward, theta, layout.headWeight, "theta/head");
  const features = addUpper(forward, graph, structure, firstBlock, tokens, prompts, prompting);
  const logits = cosineLogits(forward, features, centre, head, temperature);
  const loss = crossEntropy(forward, logits, targets, sampleWeight);

  const folded = fuseLinear(foldShapes(forward.finish({ loss, logits })));
  const { builder: b, gradients } = gradient(folded, "loss", ["theta"]);
  const grad = present(gradients.theta, "the gradient of theta");
  const step = adamW(b, grad, layout.length);
  const outputs = { loss: "loss", logits: "logits", ...step, ...(withGradient ? { gradTheta: grad } : {}) };
  return { graph: tidy(foldShapes(b.finish(outputs))), layout };
}

function slot(b: Builder, theta: string, { offset, shape }: Slot, name: string): string {
  const end = offset + elementCount(shape);
  const bounds = [b.vector([offset]), b.vector([end]), b.vector([0])];
  const flat = b.op("Slice", [theta, ...bounds], {}, `${name}/flat`);
  return b.op("Reshape", [flat, b.vector(shape)], {}, name);
}

/** x / sqrt(|x|^2 + 1e-12) over the last of two axes. */
function unit(b: Builder, x: string, name: string): string {
  const square = b.op("ReduceSumSquare", [x, b.vector([1])], { keepdims: int(1) }, `${name}/square`);
  const length = b.op("Sqrt", [b.op("Add", [square, b.scalar(1e-12)], {}, `${name}/guarded`)], {}, `${name}/length`);
  return b.op("Div", [x, length], {}, name);
}

function cosineLogits(b: Builder, features: string, centre: string, head: string, temperature: string): string {
  const centred = b.op("Sub", [features, centre], {}, "head/centred");
  const [x, w] = [unit(b, centred, "head/features"), unit(b, head, "head/weights")];
  const cosine = b.op("Gemm", [x, w], { transB: int(1) }, "head/cosine");
  return b.op("Mul", [cosine, temperature], {}, "head/logits");
}

/** sum_b w_b * sum_c targets_bc (logsumexp(logits_b) - logits_bc) / sum_b w_b. Shape [1]. */
function crossEntropy(b: Builder, logits: string, targets: string, sampleWeight: string): string {
  const norm = b.op("ReduceLogSumExp", [logits, b.vector([1])], { keepdims: int(1) }, "loss/norm");
  const surprise = b.op("Mul", [targets, b.op("Sub", [norm, logits], {}, "loss/surprise")], {}, "loss/parts");
  const each = b.op("ReduceSum", [surprise, b.vector([1])], { keepdims: int(0) }, "loss/each");
  const weighted = b.op("Mul", [each, sampleWeight], {}, "loss/weighted");
  const sum = b.op("ReduceSum", [weighted, b.vector([0])], { keepdims: int(1) }, "loss/sum");
  const weight = b.op("ReduceSum", [sampleWeight, b.vector([0])], { keepdims: int(1) }, "loss/weight");
  return b.op("Div", [sum, weight], {}, "loss/mean");
}

/**
 * Decoupled weight decay (Loshchilov & Hutter 2019), as torch.optim.AdamW:
 * theta (1 - rate decay) - rate correction1 m / (sqrt(v correction2) + eps).
 */
function adamW(b: Builder, grad: string, length: number): Readonly<Record<"thetaNext" | "mNext" | "vNext", string>> {
  const [beta1, beta2, eps] = [0.9, 0.999, 1e-8];
  const m = b.input("m", "float32", [length]);
  const v = b.input("v", "float32", [length]);
  const rateScale = b.input("rateScale", "float32", [length]);
  const scalar = (name: string): string => b.input(name, "float32", [1]);
  const [learningRate, weightDecay] = [scalar("learningRate"), scalar("weightDecay")];
  const [correction1, correction2] = [scalar("correction1"), scalar("correction2")];
  const op = (kind: "Add" | "Sub" | "Mul" | "Div", x: string, y: string, name: string): string =>
    b.op(kind, [x, y], {}, `adamw/${name}`);

  const rate = op("Mul", rateScale, learningRate, "rate");
  const mNext = op("Add", op("Mul", m, b.scalar(beta1), "m/old"), op("Mul", grad, b.scalar(1 - beta1), "m/new"), "m");
  const square = op("Mul", grad, grad, "square");
  const vNext = op("Add", op("Mul", v, b.scalar(beta2), "v/old"), op("Mul", square, b.scalar(1 - beta2), "v/new"), "v");
  const deviation = b.op("Sqrt", [op("Mul", vNext, correction2, "v/corrected")], {}, "adamw/deviation");
  const direction = op(
    "Div",
    op("Mul", mNext, correction1, "m/corrected"),
    op("Add", deviation, b.scalar(eps), "guarded"),
    "direction",
  );
  const decayed = op("Mul", "theta", op("Sub", b.scalar(1), op("Mul", rate, weightDecay, "decay"), "keep"), "decayed");
  return { thetaNext: op("Sub", decayed, op("Mul", rate, direction, "step"), "theta"), mNext, vNext };
}
