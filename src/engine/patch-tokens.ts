// A few tokens of labelled patches as they enter each prompted block: what prompts start from. Knows the network above the cut; no classes.
import { present } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import { integer, randomFor } from "../math/random.ts";
import { outputOf } from "./runtime.ts";
import type { Session } from "./session.ts";
import type { PatchTokens } from "./start-theta.ts";
import type { TuningExamples } from "./tuning-examples.ts";

/** Tokens kept of a patch at each block. */
const some = 4;
/** With more labels, so many of them, evenly over all. */
const mostPatches = 128;

/** By label; null of those that were left out. One run a patch, so that what comes out depends on it alone. */
export async function readPatchTokens(
  { programs, lane, model }: Pick<Session, "programs" | "lane" | "model">,
  examples: Pick<TuningExamples, "features" | "tokens">,
  firstBlock: number,
  seed: number,
  signal: AbortSignal,
): Promise<readonly (PatchTokens | null)[]> {
  const { width, depth, tokens: count, prefixTokens } = model.shape;
  const blocks = depth - firstBlock;
  const labels = examples.features.length;
  const each = Math.ceil(labels / mostPatches);
  const inLane = <T>(task: () => Promise<T>): Promise<T> => lane.run(lanePriority.step, task, signal);
  const program = blocks > 1 ? await inLane(() => programs.streams(firstBlock)) : null;
  try {
    const out: (PatchTokens | null)[] = [];
    for (let label = 0; label < labels; label++) {
      if (label % each !== 0) {
        out.push(null);
        continue;
      }
      const [own] = await examples.tokens([{ example: label, view: 0 }]);
      const entering = present(own, "a patch's tokens");
      const outputs =
        program && (await inLane(() => program.run({ tokens: { dims: [1, count, width], data: entering } })));
      const values = new Float32Array(blocks * some * width);
      const random = randomFor(seed, `tokens of patch ${label}`);
      for (let block = 0; block < blocks; block++) {
        const all = block === 0 || !outputs ? entering : outputOf(outputs, `entering${block}`).data;
        for (let i = 0; i < some; i++) {
          const from = prefixTokens ?? 1;
          const row = from + integer(random, count - from);
          values.set(all.subarray(row * width, (row + 1) * width), (block * some + i) * width);
        }
      }
      out.push({ values, blocks, width });
    }
    return out;
  } finally {
    if (program) await lane.run(lanePriority.click, () => program.release());
  }
}
