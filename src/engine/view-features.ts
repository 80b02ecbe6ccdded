// Frozen features of the eight views of one patch, always in one run of eight: what comes out depends on the patch alone, not on what
// else was asked. Knows the plain backbone; no prompts, no classes, no cache.
import { Fault } from "../base/fault.ts";
import type { LoadedModel } from "./loaded-model.ts";
import { preprocess } from "./preprocess.ts";
import { outputOf, type Runtime } from "./runtime.ts";
import { viewCount, viewsOf } from "./views.ts";

export type ViewReader = Readonly<{
  /** Features in all views, [views, F] row-major, of the RGB of a patch of the model's size. */
  read(rgb: Uint8Array, signal: AbortSignal): Promise<Float32Array>;
  release(): Promise<void>;
}>;

/** Faults: runtime, out-of-memory. */
export async function createViewReader({ model, backbone }: LoadedModel, runtime: Runtime): Promise<ViewReader> {
  const program = await runtime.compile(backbone.graph, backbone.weights, { name: "features of views" });
  return {
    async read(rgb, signal) {
      signal.throwIfAborted();
      const input = preprocess(viewsOf(rgb, model.patchPixels), model.patchPixels, model.normalisation);
      const { data } = outputOf(await program.run({ pixels: input }), "features");
      if (data.length !== viewCount * model.shape.featureWidth || !data.every(Number.isFinite)) {
        throw new Fault("runtime", "The backbone answered with features that are no numbers, or too few of them.");
      }
      return Float32Array.from(data);
    },
    release: () => program.release(),
  };
}
