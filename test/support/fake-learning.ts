// Learning without labels without tissue: it waits for its answer, and what it makes is a set of the right form. Knows no test runner.
import type { SlideId } from "../../src/base/brand.ts";
import type { Fault } from "../../src/base/fault.ts";
import type { LearnedPlace } from "../../src/domain/learned-places.ts";
import type { PromptSetSummary } from "../../src/domain/prompt-set.ts";
import { promptSetFormat4 } from "../../src/domain/prompt-set.ts";
import { promptSetIdOf } from "../../src/domain/prompt-set-file.ts";
import type { LearnApi, LearnParams } from "../../src/protocol/learn-api.ts";
import { hash, summary } from "./sample-project.ts";

export type FakeLearning = {
  readonly asked: LearnParams[];
  progress(done: number, total: number): void;
  /** With two places of each slide, far to the right of all labels. */
  finish(): void;
  fail(fault: Fault): void;
};

/** A set that learned without labels, of `places` places. */
export const learnedSummary = (
  bytes: Uint8Array,
  name: string,
  slides: readonly SlideId[],
  places: number,
  change: Partial<PromptSetSummary["metadata"]> = {},
): PromptSetSummary =>
  summary(promptSetIdOf(bytes), {
    format: promptSetFormat4,
    name,
    method: { kind: "task-visual-deep", firstBlock: 0, blocks: 12, tokensPerBlock: 8 },
    head: { kind: "none" },
    classes: [],
    settings: null,
    labels: { count: 0, digest: hash(6), perClass: [], origins: {} },
    estimate: null,
    learned: { patches: places, slides, epochs: 5, batch: 33, learningRate: 0.3, temperature: 0.2, seed: 7 },
    ...change,
  });

export const learnedPlaces = (slides: readonly SlideId[]): readonly LearnedPlace[] =>
  slides.flatMap((slideId) => [8000, 9000].map((x) => ({ slideId, region: { x, y: 7000, width: 224, height: 224 } })));

export function createFakeLearning(learning: FakeLearning, add: (set: PromptSetSummary) => void): LearnApi {
  return {
    learn: (params, call) =>
      new Promise((resolve, reject) => {
        learning.asked.push(params);
        call?.signal?.addEventListener("abort", () => reject(call.signal?.reason), { once: true });
        learning.progress = (done, total) => call?.onProgress?.({ done, total });
        learning.fail = reject;
        learning.finish = () => {
          const bytes = new TextEncoder().encode(`learned by ${params.runId}`);
          const places = learnedPlaces(params.slides);
          const made = learnedSummary(bytes, params.name, params.slides, places.length, {
            synthetic: params.syntheticSlides.length > 0,
          });
          add(made);
          resolve({ bytes, summary: made, places });
        };
      }),
    learnForecast: async () => ({ seconds: 420 }),
  };
}
