// What is open on the screen right now: dialogs and the measuring tool. Nothing here is kept, nothing here is work.
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Point } from "../domain/geometry.ts";
import type { SlideRef } from "../domain/project.ts";

export type Dialog =
  | Readonly<{ kind: "none" }>
  | Readonly<{ kind: "shortcuts" }>
  | Readonly<{ kind: "capabilities" }>
  | Readonly<{ kind: "calibration" }>
  | Readonly<{ kind: "slide-facts" }>
  | Readonly<{ kind: "open-url" }>
  /** Asked before the first byte of a new origin. */
  | Readonly<{ kind: "origin"; url: string; origin: string }>;

/** Two clicks on the slide whose distance the person knows. */
export type Measuring = Readonly<{ from: Point<"slide"> | null; to: Point<"slide"> | null }>;

export type UiState = Readonly<{
  dialog: Dialog;
  measuring: Measuring | null;
  /** Clicks label with the selected class instead of only asking. */
  labelling: boolean;
  /** Slides of the project that must be handed over again, by name. */
  missing: readonly SlideRef[];
}>;

export type UiStore = StoreApi<UiState>;

export const noDialog: Dialog = { kind: "none" };

export function createUiStore(): UiStore {
  return createStore<UiState>()(() => ({ dialog: noDialog, measuring: null, labelling: false, missing: [] }));
}
