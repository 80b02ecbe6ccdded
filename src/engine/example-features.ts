// Features of labelled patches under prompts, in the views a tuning reads them in. Knows examples and the upper graph; no classes.
import { lanePriority } from "../base/lane.ts";
import { batchSize } from "./features.ts";
import { meanOverViews } from "./heads/view-table.ts";
import { concatenate, type Prompts, promptedFeatures } from "./prompted.ts";
import type { Session } from "./session.ts";
import type { ExampleView, TuningExamples } from "./tuning-examples.ts";

/** [of, F], the mean over the views. `of`: indices of examples; `onDone` counts them. */
export async function featuresUnder(
  session: Pick<Session, "programs" | "lane" | "model">,
  examples: Pick<TuningExamples, "views" | "tokens">,
  prompts: Prompts,
  of: readonly number[],
  signal: AbortSignal,
  onDone: (done: number) => void = () => {},
): Promise<Float32Array> {
  const { width, featureWidth } = session.model.shape;
  const { views } = examples;
  const asked = of.flatMap((example) => Array.from({ length: views }, (_, view): ExampleView => ({ example, view })));
  const rows: Float32Array[] = [];
  for (let from = 0; from < asked.length; from += batchSize) {
    const tokens = await examples.tokens(asked.slice(from, from + batchSize));
    rows.push(await promptedFeatures(session, prompts, tokens, width, lanePriority.step, signal));
    onDone(Math.floor(Math.min(asked.length, from + batchSize) / views));
  }
  return meanOverViews({ values: concatenate(rows), views, width: featureWidth });
}
