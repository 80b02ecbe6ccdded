// Where the read-out token looked in one patch, asked for by a person: a graph of its own, compiled for the question and let go of after
// it, so that clicks cost what they cost without it. Knows a session; no picture is drawn here.
import { Fault, isFault, present } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import type { Patch } from "../domain/patch.ts";
import type { PromptSet } from "../domain/prompt-set.ts";
import { findReadOutAttention, type ReadOutAttention } from "../graph/vit/read-out-attention.ts";
import type { Attention, AttentionEngineApi } from "../protocol/attention-api.ts";
import { assertBears, assertBearsSet } from "./fits-backbone.ts";
import type { Backbone } from "./model-programs.ts";
import { feedsOf, promptsOfSet, stack } from "./prompted.ts";
import { outputOf } from "./runtime.ts";
import type { Session } from "./session.ts";
import { needsOfSet } from "./set-answer.ts";
import { defaultCut } from "./start-runtime.ts";

/** Why a backbone's attention cannot be shown, as a sentence; null where it can. */
export function withoutAttention(backbone: Backbone): string | null {
  const found = reading(backbone);
  return typeof found === "string" ? found : null;
}

const known = new WeakMap<Backbone, ReadOutAttention | string>();

function reading(backbone: Backbone): ReadOutAttention | string {
  const before = known.get(backbone);
  if (before !== undefined) return before;
  let found: ReadOutAttention | string;
  try {
    found = findReadOutAttention(backbone.graph, backbone.structure);
  } catch (error) {
    if (!isFault(error)) throw error;
    found = `Where this backbone looks cannot be shown: ${error.message}.`;
  }
  known.set(backbone, found);
  return found;
}

export function createAttention(current: () => Readonly<{ session: Session }>): AttentionEngineApi {
  return {
    async attention({ patch, set: id }, options) {
      const { session } = current();
      const signal = options?.signal ?? new AbortController().signal;
      const set = id === null ? null : session.sets.get(id)?.set;
      if (set === undefined) throw new Fault("bad-prompt-set", "This prompt set is not loaded. Load its file again.");
      return attentionOf(session, patch, set, signal);
    },
  };
}

async function attentionOf(
  session: Session,
  patch: Patch,
  set: PromptSet | null,
  signal: AbortSignal,
): Promise<Attention> {
  const { programs, model, analyser, lane } = session;
  const found = reading(programs.backbone);
  if (typeof found === "string") throw new Fault("unsupported", found);
  assertBears(model, patch.spec);
  if (set) assertBearsSet(set, patch.spec);
  const { cut, upper } = set ? needsOfSet(set, model.shape) : { cut: defaultCut(model.shape), upper: null };
  const prompted = set && upper;
  const [view] = await analyser.views(patch, 1, cut, lanePriority.step, signal);
  const tokens = stack([present(view, "the patch's tokens").tokens], model.shape.width);
  const prompts = prompted ? feedsOf(promptsOfSet(set)) : {};
  const row = await lane.run(
    lanePriority.step,
    async () => {
      const program = await programs.attention(found, cut, prompted ? upper : { visual: false });
      try {
        signal.throwIfAborted();
        return outputOf(await program.run({ tokens, ...prompts }), "attention").data;
      } finally {
        await program.release();
      }
    },
    signal,
  );
  return sharesOf(row, found);
}

/** `row`: [prefix, patches row by row, prompts]. */
export function sharesOf(row: Float32Array, { reads, rows, prefix, side }: Omit<ReadOutAttention, "map">): Attention {
  const sum = (from: number, to?: number): number => row.subarray(from, to).reduce((a, b) => a + b, 0);
  const end = prefix + side ** 2;
  const itself = reads === "mean" ? null : present(row[rows.start], "the class token's share");
  return {
    reads,
    side,
    patches: [...row.subarray(prefix, end)],
    itself,
    others: Math.max(0, sum(0, prefix) - (itself ?? 0)),
    prompts: sum(end),
  };
}
