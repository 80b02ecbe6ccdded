// How far gradients on a runtime are from PyTorch's, over the committed corpus. Knows no host.
import { relativeError as errorOfGate } from "../../engine/gates/forward-gates.ts";
import { type Feed, outputOf, type RunOutputs, type Runtime } from "../../engine/runtime.ts";
import { caseNames, corpusSteps, type ReadFile, type Runnable } from "./corpus.ts";

export type GradientError = Readonly<{ error: number; where: string; tensors: number }>;

type Feeds = Readonly<Record<string, Feed>>;

/**
 * The worst relative L2 error |ours - PyTorch's| / |PyTorch's| of any trained tensor's gradient. A runtime holds the weights of one
 * backbone, so each model is given one of its own.
 */
export async function worstGradientError(
  openRuntime: () => Promise<Runtime>,
  read: ReadFile,
  variants: readonly string[],
  cases: readonly string[] = caseNames,
): Promise<GradientError> {
  let [error, where, tensors] = [0, "", 0];
  for (const variant of variants) {
    const runtime = await openRuntime();
    for (const { name, base, step, expected } of await corpusSteps(read, variant, cases)) {
      const tokens = outputOf(await runOnce(runtime, base, base.feeds), "tokens");
      const { data } = outputOf(await runOnce(runtime, step, { ...step.feeds, tokens }), "gradTheta");
      for (const { tensor, offset, values } of expected) {
        const own = relativeError(data.subarray(offset, offset + values.length), values);
        tensors++;
        if (isWorse(own, error)) [error, where] = [own, `${name} ${tensor}`];
      }
    }
    await runtime.release();
  }
  return { error, where, tensors };
}

/** NaN is the worst there is: nothing found later is worse. */
export const isWorse = (error: number, than: number): boolean =>
  Number.isNaN(error) ? !Number.isNaN(than) : error > than;

async function runOnce(runtime: Runtime, { graph, weights }: Runnable, feeds: Feeds): Promise<RunOutputs> {
  const program = await runtime.compile(graph, weights, { name: "corpus" });
  const outputs = await program.run(feeds);
  await program.release();
  return outputs;
}

/** NaN where there is not one number for each that is wanted. */
export const relativeError = (actual: Float32Array, wanted: Float32Array): number =>
  actual.length === wanted.length ? errorOfGate(actual, wanted) : Number.NaN;
