// The tuning step as one graph: upper part, head, loss, gradient, AdamW; or, where a batch does not fit, one graph per part of a
// batch that adds up its gradient, and one for the step itself. Knows no runtime and no schedule.
import { assert, present } from "../../base/fault.ts";
import { type Builder, createBuilder } from "../builder.ts";
import { fuseLinear } from "../fuse-linear.ts";
import { gradient } from "../gradient.ts";
import { elementCount, type Graph } from "../ir.ts";
import { foldShapes } from "../prune.ts";
import { tidy } from "../tidy/tidy.ts";
import { addAdamW } from "./adam-w.ts";
import type { VitStructure } from "./analyse-vit.ts";
import {
  addInstanceTokens,
  addTextTokens,
  type CarriedShape,
  type InstanceNames,
  instanceParts,
  instanceShapes,
} from "./carried-tokens.ts";
import { addUpper, type Prompting, promptSets } from "./cut.ts";
import { cosineLogits, logisticLogits, weightedLoss, weightSum } from "./head-loss.ts";

export type TrainOptions = CarriedShape &
  Readonly<{
    firstBlock: number;
    /** N >= 0 prompts per block; 0 and nothing carried tunes the head alone. */
    tokensPerBlock: number;
    batch: number;
    classes: number;
    /** "cosine" where left out. */
    head?: TrainedHead;
    /** "deep" where left out. */
    prompting?: Prompting;
    /** Adds the output `gradTheta` [P]: the raw gradient, for tests. */
    withGradient?: boolean;
  }>;

export type TrainedHead = "cosine" | "logistic";

/** Where a tensor lies in the flat vector theta. Offsets and lengths in elements. */
export type Slot = Readonly<{ offset: number; shape: readonly number[] }>;
/** In this order; the head is last. `textScale` [X]: a number for each token of text. `headBias` [C]: of a logistic head. */
export type ThetaLayout = Readonly<{
  prompts: Slot;
  instance: Readonly<Record<keyof InstanceNames, Slot>> | null;
  textScale: Slot | null;
  headWeight: Slot;
  headBias: Slot | null;
  length: number;
}>;

/**
 * Inputs (all fp32, static): `tokens` [B,T,D], with tokens of text `textual` [X,D] (before their scale), `targets` [B,C], `sampleWeight` [B] (0 pads a short batch; not all
 * 0), `centre` [F], `temperature` [1], `theta` `m` `v` `rateScale` [P], `learningRate` [1], `weightDecay` [1],
 * `correction1` [1] = 1/(1-0.9^t), `correction2` [1] = 1/(1-0.999^t), t counting steps from 1.
 * Outputs: `loss` [1], `logits` [B,C], `thetaNext` `mNext` `vNext` [P].
 * Cosine head: logits = temperature * unit(features - centre) . unit(headWeight[c]), unit(x) = x / sqrt(|x|^2 + 1e-12). Logistic head:
 * logits = unit(features - centre) . headWeight[c] + headBias[c], and there is no input `temperature`.
 * loss = sum_b w_b * CE_b / sum_b w_b; the step is torch.optim.AdamW (betas 0.9, 0.999, eps 1e-8) at learningRate * rateScale.
 */
export type TrainGraph = Readonly<{ graph: Graph; layout: ThetaLayout }>;

export function thetaLayout(structure: VitStructure, options: TrainOptions): ThetaLayout {
  const { firstBlock, tokensPerBlock, prompting, instance, textTokens = 0, classes, head = "cosine" } = options;
  let length = 0;
  const next = (...shape: readonly number[]): Slot => {
    const offset = length;
    length += elementCount(shape);
    return { offset, shape };
  };
  const prompts = next(promptSets(structure, firstBlock, prompting ?? "deep"), tokensPerBlock, structure.width);
  const shapes = instance && instanceShapes(instance, structure.width);
  const slots = shapes && {
    queries: next(...shapes.queries),
    downWeight: next(...shapes.downWeight),
    downBias: next(...shapes.downBias),
    upWeight: next(...shapes.upWeight),
    upBias: next(...shapes.upBias),
  };
  const textScale = textTokens > 0 ? next(textTokens) : null;
  const headWeight = next(classes, structure.featureWidth);
  const headBias = head === "logistic" ? next(classes) : null;
  return { prompts, instance: slots ?? null, textScale, headWeight, headBias, length };
}

/** `graph` is the plain network (parseOnnx or buildVit), `structure` what analyseVit found in it. */
export function trainGraph(graph: Graph, structure: VitStructure, options: TrainOptions): TrainGraph {
  const layout = thetaLayout(structure, options);
  const { b, grad } = addGradient(graph, structure, options, layout, weightSum);
  const step = addAdamW(b, "theta", grad, layout.length);
  const outputs = { loss: "loss", logits: "logits", ...step, ...(options.withGradient ? { gradTheta: grad } : {}) };
  return { graph: tidy(foldShapes(b.finish(outputs))), layout };
}

/**
 * One part of a batch, `options.batch` samples of it. Inputs (all fp32, static): `tokens`, `targets`, `sampleWeight` (may be all 0),
 * `centre`, `temperature` and `theta` as of the step; `weightTotal` [1], the sum of the weights of the whole batch; `gradSum` [P]
 * and `lossSum` [1], 0 before the first part. Outputs: `gradSumNext` [P], `lossSumNext` [1], `logits` [B,C].
 * After the last part gradSumNext and lossSumNext are gradient and loss of the whole batch, whatever its parts.
 */
export function accumulateGraph(graph: Graph, structure: VitStructure, options: TrainOptions): TrainGraph {
  const layout = thetaLayout(structure, options);
  const total = (b: Builder): string => b.input("weightTotal", "float32", [1]);
  const { b, grad } = addGradient(graph, structure, options, layout, total);
  const gradSum = b.input("gradSum", "float32", [layout.length]);
  const lossSum = b.input("lossSum", "float32", [1]);
  const outputs = {
    gradSumNext: b.op("Add", [gradSum, grad], {}, "sum/gradient"),
    lossSumNext: b.op("Add", [lossSum, "loss"], {}, "sum/loss"),
    logits: "logits",
  };
  return { graph: tidy(foldShapes(b.finish(outputs))), layout };
}

/**
 * The step after the last part. Inputs: `theta` `m` `v` `rateScale` `gradSum` [P], `learningRate` `weightDecay` `correction1`
 * `correction2` [1], as of the whole step; no weights. Outputs: `thetaNext` `mNext` `vNext` [P].
 */
export function updateGraph({ length }: Pick<ThetaLayout, "length">): Graph {
  const b = createBuilder();
  const [theta, gradSum] = ["theta", "gradSum"].map((name) => b.input(name, "float32", [length]));
  return tidy(b.finish(addAdamW(b, theta ?? "", gradSum ?? "", length)));
}

/** Forward, loss and gradient: values `loss` [1], `logits` [B,C] and the gradient with respect to `theta` [P]. */
function addGradient(
  graph: Graph,
  structure: VitStructure,
  { firstBlock, tokensPerBlock, batch, classes, prompting = "deep", textTokens = 0 }: TrainOptions,
  layout: ThetaLayout,
  total: (b: Builder, sampleWeight: string) => string,
): Readonly<{ b: Builder; grad: string }> {
  assert(batch > 0 && classes > 1 && tokensPerBlock >= 0, "a batch, two classes and a number of prompts");
  const forward = createBuilder();
  const tokens = forward.input("tokens", "float32", [batch, structure.tokens, structure.width]);
  const targets = forward.input("targets", "float32", [batch, classes]);
  const sampleWeight = forward.input("sampleWeight", "float32", [batch]);
  const centre = forward.input("centre", "float32", [structure.featureWidth]);
  const { headBias } = layout;
  const temperature = headBias ? null : forward.input("temperature", "float32", [1]);
  const theta = forward.input("theta", "float32", [layout.length]);

  const prompts = tokensPerBlock === 0 ? null : slot(forward, theta, layout.prompts, "theta/prompts");
  const carried: string[] = [];
  if (layout.textScale) {
    const textual = forward.input("textual", "float32", [textTokens, structure.width]);
    carried.push(addTextTokens(forward, textual, slot(forward, theta, layout.textScale, "theta/text_scale")));
  }
  const { instance } = layout;
  if (instance) {
    const named = instanceParts.map((part) => [part, slot(forward, theta, instance[part], `theta/${part}`)] as const);
    const names = Object.fromEntries(named) as Record<keyof InstanceNames, string>;
    carried.push(addInstanceTokens(forward, tokens, names));
  }
  const head = slot(forward, theta, layout.headWeight, "theta/head");
  const features = addUpper(forward, graph, structure, firstBlock, tokens, prompts, prompting, carried);
  const logits = headBias
    ? logisticLogits(forward, features, centre, head, slot(forward, theta, headBias, "theta/bias"))
    : cosineLogits(forward, features, centre, head, present(temperature, "a temperature"));
  const loss = weightedLoss(forward, logits, targets, sampleWeight, total(forward, sampleWeight));

  const folded = fuseLinear(foldShapes(forward.finish({ loss, logits })));
  const { builder, gradients } = gradient(folded, "loss", ["theta"]);
  return { b: builder, grad: present(gradients.theta, "the gradient of theta") };
}

function slot(b: Builder, theta: string, { offset, shape }: Slot, name: string): string {
  const end = offset + elementCount(shape);
  const bounds = [b.vector([offset]), b.vector([end]), b.vector([0])];
  const flat = b.op("Slice", [theta, ...bounds], {}, `${name}/flat`);
  return b.op("Reshape", [flat, b.vector(shape)], {}, name);
}
