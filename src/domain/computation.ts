// Whether a prompt set was made with a backbone that computes as this one does, its weights being the same. Knows records only.
import { say } from "../words/say.ts";
import type { Model } from "./model.ts";
import type { BackboneComputation } from "./prompt-set.ts";

/** Why not, in words that go on after the set's name; none: it fits. `made`: of the set; undefined in files older than the record. */
export function computationDifferences(
  made: BackboneComputation | undefined,
  own: BackboneComputation,
  origin: Model["origin"],
): readonly string[] {
  if (made) return differences(made, own);
  // The embedded backbone computes in one way; what a person brings is read out as that person said.
  return origin === "shipped"
    ? []
    : [say("it does not say how its backbone computes (read-out, heads, epsilon), which the same weights leave open")];
}

/** Every difference in words. What one side does not know is not compared. */
function differences(set: BackboneComputation, model: BackboneComputation): readonly string[] {
  const said: readonly (readonly [string, string | number | null, string | number | null])[] = [
    [say("pixels a side of the image"), set.imagePixels, model.imagePixels],
    [say("pixels a side of a patch"), set.patchPixels, model.patchPixels],
    [say("blocks"), set.depth, model.depth],
    [say("token width"), set.width, model.width],
    [say("attention heads"), set.heads, model.heads],
    [say("tokens"), set.tokens, model.tokens],
    [say("tokens before the patches"), set.prefixTokens, model.prefixTokens],
    [say("read-out"), set.readout, model.readout],
    [say("features"), set.featureWidth, model.featureWidth],
    [say("epsilon of the layer norms"), set.layerNormEps, model.layerNormEps],
    [say("activation"), set.activation, model.activation],
  ];
  return said
    .filter(([, a, b]) => a !== null && b !== null && !isSame(a, b))
    .map(([what, a, b]) =>
      say("it was made with {what}: {a}, and the backbone computes with {b}", { what, a: a ?? "", b: b ?? "" }),
    );
}

/** Epsilons differ by a percent where a graph is stored in fp16: 1e-6 becomes 1.01e-6 there. Whole numbers never come that close. */
const isSame = (a: string | number, b: string | number): boolean =>
  a === b ||
  (typeof a === "number" && typeof b === "number" && Math.max(a, b) < 1 && Math.abs(a - b) <= 0.02 * Math.max(a, b));
