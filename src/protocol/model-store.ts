// The port for keeping backbones that people bring: facts and files, and which of them is used. Knows no storage.
import type { KeptModel } from "../domain/kept-model.ts";
import type { GivenFile } from "./engine-api.ts";

/**
 * Which backbone the next visit begins with; `id` null: the embedded one. `unfinished`: loads of it that were begun and neither ended
 * nor failed: the tab was closed, or died of it.
 */
export type ChosenModel = Readonly<{ id: string | null; unfinished: number }>;

/** Every method rejects with Fault `storage` where the browser refuses. */
export type ModelStore = Readonly<{
  /** In the order they were kept. `warnings`: entries that cannot be read; they stay where they are. */
  list(): Promise<Readonly<{ models: readonly KeptModel[]; warnings: readonly string[] }>>;
  /** As they were given. Fault `storage` also where they are not there any more. */
  files(id: string): Promise<readonly GivenFile[]>;
  /** Resolves once facts and files are durable; all or nothing. Replaces what is kept under the same id. */
  put(model: KeptModel, files: readonly GivenFile[]): Promise<void>;
  remove(id: string): Promise<void>;
  chosen(): Promise<ChosenModel>;
  choose(chosen: ChosenModel): Promise<void>;
}>;
