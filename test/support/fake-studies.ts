// Questions to the labels without an engine: each waits until the test answers it. Keeps the contract on cancelling.
import type { Ablation, LabelCurve, StudyProgress } from "../../src/domain/label-study.ts";
import type { StudiedLabels, StudyApi } from "../../src/protocol/study-api.ts";

export type FakeStudies = {
  readonly asked: Readonly<{ question: keyof StudyApi; params: StudiedLabels }>[];
  progress(progress: StudyProgress): void;
  answer(result: LabelCurve | Ablation): void;
  fail(error: unknown): void;
};

export function createFakeStudies(studies: FakeStudies): StudyApi {
  const waiting = <Result>(
    question: keyof StudyApi,
    params: StudiedLabels,
    options: Readonly<{ signal?: AbortSignal; onProgress?: (progress: StudyProgress) => void }> | undefined,
  ): Promise<Result> =>
    new Promise((resolve, reject) => {
      studies.asked.push({ question, params });
      studies.progress = (progress) => options?.onProgress?.(progress);
      studies.answer = (result) => resolve(result as Result);
      studies.fail = reject;
      options?.signal?.addEventListener("abort", () => reject(options.signal?.reason), { once: true });
    });
  return {
    labelCurve: (params, options) => waiting("labelCurve", params, options),
    ablation: (params, options) => waiting("ablation", params, options),
  };
}
