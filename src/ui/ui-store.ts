// What is open on the screen right now: dialogs and the measuring tool. Nothing here is kept, nothing here is work.
import { createStore, type StoreApi } from "zustand/vanilla";
import type { PromptSetId, SlideId } from "../base/brand.ts";
import type { Point } from "../domain/geometry.ts";
import type { KeptDownload } from "../domain/kept-download.ts";
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
  | Readonly<{ kind: "commands" }>
  | Readonly<{ kind: "review" }>
  /** Where the model looked in one patch; `back`: the dialog it was asked from. */
  | Readonly<{ kind: "attention"; back: Dialog }>
  | Readonly<{ kind: "capabilities" }>
  | Readonly<{ kind: "calibration" }>
  | Readonly<{ kind: "slide-facts" }>
  | Readonly<{ kind: "open-url" }>
  | Readonly<{ kind: "import-model" }>
  /** The list, at entry `at` where one was looked at; `asks`: the person is asked about it before anything is requested. */
  | Readonly<{ kind: "open-models"; at: string | null; asks: boolean }>
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
  /** Where the files were downloaded from; null: the person gave them, or some of them. */
  download: KeptDownload | null;
}>;

/** What the pointer draws on the slide, and what a finished shape becomes. */
export type Drawing = Readonly<{
  kind: "rectangle" | "polygon" | "brush";
  purpose: "region" | "add-tissue" | "remove-tissue" | "label";
  /** um, of the brush. */
  radiusUm: number;
}>;

export type UiState = Readonly<{
  /** Tag of the language that is spoken (words/languages.ts). */
  language: string;
  dialog: Dialog;
  importing: ImportDraft;
  /** Downloads the person agreed to in this visit: entry and servers. */
  agreed: ReadonlySet<string>;
  measuring: Measuring | null;
  /** A length that is only looked at: no annotation, nothing kept. */
  ruler: Measuring | null;
  /** Step of the tour; null: none is shown. */
  tour: number | null;
  /** The encoder of texts that are not in the library; null: none is chosen. */
  textEncoder: string | null;
  /** um: the field a person is trying, outlined in the middle of the view; null: none. */
  fieldShown: number | null;
  /** Clicks label with the selected class instead of only asking. */
  labelling: boolean;
  drawing: Drawing | null;
  /** What the person wants to see; a slide without a profile is shown as stored all the same. */
  colours: TileColours;
  /** Two maps beside each other: what answers now, and what it is compared with. */
  split: boolean;
  /** The outline of the tissue is shown on the slide. */
  tissueShown: boolean;
  /** Slides of the project that must be handed over again, by name. */
  missing: readonly SlideRef[];
}>;

export type UiStore = StoreApi<UiState>;

export const noDialog: Dialog = { kind: "none" };
export const emptyDraft: ImportDraft = { files: [], main: null, form: emptyForm, download: null };

/**
 * Opens the form with these files. What a backbone still lacks joins what is there, with the answers given so far; a backbone of its
 * own begins anew: neither answers nor configuration of one may be taken for those of another.
 */
export function bringFiles(ui: UiStore, files: readonly GivenFile[]): void {
  const { dialog, importing } = ui.getState();
  const joins = dialog.kind === "import-model" && importing.files.length > 0 && completes(importing.files, files);
  const fresh = new Set(files.map(({ path }) => path));
  const importingNow = joins
    ? { ...importing, download: null, files: [...importing.files.filter(({ path }) => !fresh.has(path)), ...files] }
    : { ...emptyDraft, files };
  ui.setState({ dialog: { kind: "import-model" }, importing: importingNow });
}

/** Opens the form with files that were downloaded whole, answered as far as the list knows. */
export function bringDownload(
  ui: UiStore,
  files: readonly GivenFile[],
  form: ImportForm,
  download: KeptDownload,
): void {
  ui.setState({ dialog: { kind: "import-model" }, importing: { files, main: null, form, download } });
}

/** Of several backbones among the files this one is meant; what was answered about another is no answer about it. */
export function chooseMain(ui: UiStore, path: string): void {
  ui.setState(({ importing }) => ({
    importing: { ...importing, main: path, form: importing.main === path ? importing.form : emptyForm },
  }));
}

export function createUiStore(language = "en"): UiStore {
  return createStore<UiState>()(() => ({
    language,
    dialog: noDialog,
    importing: emptyDraft,
    agreed: new Set(),
    measuring: null,
    ruler: null,
    tour: null,
    textEncoder: null,
    fieldShown: null,
    labelling: false,
    drawing: null,
    colours: "stored",
    split: false,
    tissueShown: false,
    missing: [],
  }));
}
