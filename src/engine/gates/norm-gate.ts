// Are the inputs of layer norms within what the GPU's kernel can bear? Knows the probe graph and one limit.
import { centreNorms, probeNorms } from "../../graph/norms.ts";
import type { GateResult } from "../../protocol/engine-api.ts";
import type { LoadedModel } from "../loaded-model.ts";
import type { Backbone } from "../model-programs.ts";
import { preprocess } from "../preprocess.ts";
import { outputOf, type Runtime } from "../runtime.ts";

/**
 * onnxruntime's WebGPU LayerNormalization (1.30) takes the variance as E[x^2] - E[x]^2: at |mean|/std of 17 its error is 4e-5, at 170
 * it is 7e-3. Beyond this the mean is subtracted first, which makes the kernel exact again.
 */
export const conditioningLimit = 17;

export type Probed = Readonly<{ features: Float32Array; centred: readonly string[]; gate: GateResult }>;

/** One patch through the backbone on the processor, with what enters its norms. Nothing stays compiled. */
export async function probeOnProcessor(
  { model, backbone }: LoadedModel,
  patch: Uint8Array,
  processor: Runtime,
): Promise<Probed> {
  const { graph, norms: names } = probeNorms(backbone.graph);
  const program = await processor.compile(graph, backbone.weights, { name: "probe" });
  try {
    const pixels = preprocess([patch], model.patchPixels, model.normalisation);
    const outputs = await program.run({ [backbone.structure.pixels]: pixels });
    const conditioning = outputOf(outputs, "normConditioning").data;
    const centred = names.filter((_, i) => !(conditioning[i]! <= conditioningLimit));
    const error = conditioning.reduce((worst, value) => Math.max(worst, value), 0);
    return {
      features: outputOf(outputs, backbone.structure.features).data,
      centred,
      gate: normGate(error, centred.length, names.length),
    };
  } finally {
    await program.release();
  }
}

/** Passed where what is beyond the limit is computed in two passes; a number that is not finite cannot be helped. */
function normGate(error: number, centred: number, norms: number): GateResult {
  const done =
    centred === 0
      ? `|mean|/std of what enters its ${norms} layer norms`
      : `|mean|/std of what enters its layer norms; ${centred} of ${norms} are computed in two passes for it`;
  const limit = conditioningLimit;
  return { name: "norm-conditioning", error, limit, passed: Number.isFinite(error), words: done, kept: false };
}

/** The backbone with these layer norms computed in two passes. */
export function withCentredNorms(backbone: Backbone, centred: readonly string[]): Backbone {
  return centred.length === 0 ? backbone : { ...backbone, graph: centreNorms(backbone.graph, centred) };
}
