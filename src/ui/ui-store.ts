// What is open on the screen right now: dialogs and the measuring tool. Nothing here is kept, nothing here is work.
import { createStore, type StoreApi } from "zustand/vanilla";
import type { PromptSetId, SlideId } from "../base/brand.ts";
import type { Point } from "../domain/geometry.ts";
import type { MapCheckId } from "../domain/map-check.ts";
import type { SlideRef } from "../domain/project.ts";
import type { LocalFile } from "../protocol/call.ts";
import type { GivenFile } from "../protocol/engine-api.ts";
import { completes } from "../state/given-models.ts";
import { emptyForm, type ImportForm } from "../state/import-form.ts";
import type { TileColours } from "../viewer/slide-tile-source.ts";
import type { PatchView } from "./patch-gallery.tsx";

export type Dialog =
  | Readonly<{ kind: "none" }>
  | Readonly<{ kind: "shortcuts" }>
  | Readonly<{ kind: "capabilities" }>
  | Readonly<{ kind: "calibration" }>
  | Readonly<{ kind: "slide-facts" }>
  | Readonly<{ kind: "open-url" }>
  | Readonly<{ kind: "import-model" }>
  | Readonly<{ kind: "backbone" }>
  | Readonly<{ kind: "map-check"; id: MapCheckId }>
  | Readonly<{ kind: "release-check"; id: MapCheckId }>
  | Readonly<{ kind: "prompt-card"; id: PromptSetId }>
  | Readonly<{ kind: "report" }>
  | Readonly<{ kind: "storage" }>
  | Readonly<{ kind: "share" }>
  | Readonly<{ kind: "end-validation"; id: SlideId }>
  | Readonly<{ kind: "forget-slide"; id: SlideId; name: string }>
  | Readonly<{ kind: "forget-everything" }>
  | Readonly<{ kind: "patches"; title: string; patches: readonly PatchView[] }>
  /** A prompt file of others: which backbone was it made for? */
  | Readonly<{ kind: "declare-prompts"; file: LocalFile }>
  /** Asked before the first byte of a new origin. */
  | Readonly<{ kind: "origin"; url: string; origin: string }>;

/** Two clicks on the slide whose distance the person knows. */
export type Measuring = Readonly<{ from: Point<"slide"> | null; to: Point<"slide"> | null }>;

/** A backbone being brought. It outlives its dialog: closing by mistake loses no answer. */
export type ImportDraft = Readonly<{
  files: readonly GivenFile[];
  /** Path of the one to use, where the files hold several. */
  main: string | null;
  form: ImportForm;
}>;

/** What the pointer draws on the slide, and what a finished shape becomes. */
export type Drawing = Readonly<{
  kind: "rectangle" | "polygon" | "brush";
  purpose: "region" | "add-tissue" | "remove-tissue";
  /** um, of the brush. */
  radiusUm: number;
}>;

export type UiState = Readonly<{
  dialog: Dialog;
  importing: ImportDraft;
  measuring: Measuring | null;
  /** The encoder of texts that are not in the library; null: none is chosen. */
  textEncoder: string | null;
  /** Clicks label with the selected class instead of only asking. */
  labelling: boolean;
  drawing: Drawing | null;
  /** What the person wants to see; a slide without a profile is shown as stored all the same. */
  colours: TileColours;
  /** The outline of the tissue is shown on the slide. */
  tissueShown: boolean;
  /** Slides of the project that must be handed over again, by name. */
  missing: readonly SlideRef[];
}>;

export type UiStore = StoreApi<UiState>;

export const noDialog: Dialog = { kind: "none" };
export const emptyDraft: ImportDraft = { files: [], main: null, form: emptyForm };

/**
 * Opens the form with these files. What a backbone still lacks joins what is there, with the answers given so far; a backbone of its
 * own begins anew: neither answers nor configuration of one may be taken for those of another.
 */
export function bringFiles(ui: UiStore, files: readonly GivenFile[]): void {
  const { dialog, importing } = ui.getState();
  const joins = dialog.kind === "import-model" && importing.files.length > 0 && completes(importing.files, files);
  const fresh = new Set(files.map(({ path }) => path));
  const importingNow = joins
    ? { ...importing, files: [...importing.files.filter(({ path }) => !fresh.has(path)), ...files] }
    : { ...emptyDraft, files };
  ui.setState({ dialog: { kind: "import-model" }, importing: importingNow });
}

/** Of several backbones among the files this one is meant; what was answered about another is no answer about it. */
export function chooseMain(ui: UiStore, path: string): void {
  ui.setState(({ importing }) => ({
    importing: { ...importing, main: path, form: importing.main === path ? importing.form : emptyForm },
  }));
}

export function createUiStore(): UiStore {
  return createStore<UiState>()(() => ({
    dialog: noDialog,
    importing: emptyDraft,
    measuring: null,
    textEncoder: null,
    labelling: false,
    drawing: null,
    colours: "stored",
    tissueShown: false,
    missing: [],
  }));
}
