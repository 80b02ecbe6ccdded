// The tuning step as one graph: upper part, cosine head, loss, gradient, AdamW. Knows no runtime and no schedule.
import type { Graph } from "../ir.ts";
import type { VitStructure } from "./analyse-vit.ts";

export type TrainOptions = Readonly<{
  firstBlock: number;
  /** N >= 0 prompts per block; 0 tunes the head alone. */
  tokensPerBlock: number;
  batch: number;
  classes: number;
  /** Adds the output `gradTheta` [P]: the raw gradient, for tests. */
  withGradient?: boolean;
}>;

/** Where a tensor lies in the flat vector theta. Offsets and lengths in elements. */
export type Slot = Readonly<{ offset: number; shape: readonly number[] }>;
export type ThetaLayout = Readonly<{ prompts: Slot; headWeight: Slot; length: number }>;

/**
 * Inputs (all fp32, static): `tokens` [B,T,D], `targets` [B,C] (rows sum to 1), `sampleWeight` [B] (0 pads a short batch; not all
 * 0), `centre` [F], `temperature` [1], `theta` `m` `v` `rateScale` [P], `learningRate` [1], `weightDecay` [1],
 * `correction1` [1] = 1/(1-0.9^t), `correction2` [1] = 1/(1-0.999^t), t counting steps from 1.
 * Outputs: `loss` [1], `logits` [B,C], `thetaNext` `mNext` `vNext` [P].
 * logits = temperature * unit(features - centre) . unit(headWeight[c]), unit(x) = x / sqrt(|x|^2 + 1e-12);
 * loss = sum_b w_b * CE_b / sum_b w_b; the step is torch.optim.AdamW (betas 0.9, 0.999, eps 1e-8) at learningRate * rateScale.
 */
export type TrainGraph = Readonly<{ graph: Graph; layout: ThetaLayout }>;

export function trainGraph(_graph: Graph, _structure: VitStructure, _options: TrainOptions): TrainGraph {
  throw new Error("not yet");
}
