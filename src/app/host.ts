// What the panels ask of the browser: pickers, files, addresses. Turns each into commands of the state floor.
import type { SlideId } from "../base/brand.ts";
import { Fault, toFault } from "../base/fault.ts";
import { geoJsonLimits } from "../domain/parse-geojson.ts";
import type { SlideRef } from "../domain/project.ts";
import { type FileHandles, pickFile } from "../platform/page/file-handles.ts";
import { type ActionContext, perform } from "../state/action.ts";
import { importGeoJson } from "../state/actions/import-geojson.ts";
import { importPromptSet } from "../state/actions/prompt-sets.ts";
import { openSlide, showSlide } from "../state/actions/slides.ts";
import { notify } from "../state/session-store.ts";
import type { Host } from "../ui/app-context.ts";
import { bringFiles, type UiStore } from "../ui/ui-store.ts";
import { demoSlide, demoSlideUrl, keptAddress, nameInUrl, slideUrl } from "./addresses.ts";
import { type DroppedFile, readDropped, readPickedFolder } from "./dropped-files.ts";
import { kindOfFile, sortGiven } from "./kind-of-file.ts";

const slideExtensions = [".svs", ".tif", ".tiff"] as const;
const largestPromptSet = 256e6;

export type HostDeps = Readonly<{
  context: ActionContext;
  ui: UiStore;
  handles: FileHandles;
  restartEngine: () => void;
}>;

export type AppHost = Host &
  Readonly<{
    openFile(file: File, handle: FileSystemFileHandle | null, how?: OpenHow): Promise<boolean>;
    showDemo(show: boolean): Promise<boolean>;
  }>;

type OpenHow = Readonly<{ expected?: SlideId; show?: boolean }>;

export function createHost({ context, ui, handles, restartEngine }: HostDeps): AppHost {
  const complain = (error: unknown, what: string): void => {
    const fault = toFault(error, "invalid", what);
    notify(context.session, "error", fault.message, fault);
  };

  const openFile: AppHost["openFile"] = async (file, handle, how = {}) => {
    const opened = await perform(context, openSlide, {
      source: { kind: "file", file },
      name: file.name,
      kept: { kind: "file" },
      ...how,
    });
    const id = context.session.getState().currentSlide;
    if (opened && handle && id && how.show !== false) await handles.remember(id, handle);
    return opened;
  };

  const loadPromptSet = async (file: File): Promise<void> => {
    if (file.size > largestPromptSet) {
      throw new Fault("limit", `"${file.name}" is too large for a prompt set; those are a few hundred kilobytes.`);
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    await perform(context, importPromptSet, { name: file.name, bytes });
  };

  const loadAnnotations = async (file: File): Promise<void> => {
    if (file.size > geoJsonLimits.bytes)
      throw new Fault("limit", `"${file.name}" is too large: at most 512 MB are read.`);
    await perform(context, importGeoJson, { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  };

  /** What belongs to one backbone goes to its form together; slides and prompt sets are taken one by one. */
  const takeAll = async (given: readonly DroppedFile[], expected?: SlideId): Promise<void> => {
    const kinds = await Promise.all(given.map(({ file }) => kindOfFile(file).catch(() => "unknown" as const)));
    const importing = ui.getState().dialog.kind === "import-model";
    const sorted = sortGiven(
      given.map((one, i) => ({ ...one, kind: kinds[i] ?? "unknown" })),
      importing,
    );
    if (sorted.model.length > 0) bringFiles(ui, sorted.model);
    for (const why of sorted.refused) notify(context.session, "warning", why);
    // One after the other: a newer opening would cancel the one before it.
    for (const { file, handle, kind } of sorted.others) {
      try {
        if (kind === "prompt-set") await loadPromptSet(file);
        else if (kind === "annotations") await loadAnnotations(file);
        else await openFile(file, handle, expected === undefined ? {} : { expected });
      } catch (error) {
        complain(error, `"${file.name}" could not be read`);
      }
    }
  };
  const plain = (files: readonly File[]): readonly DroppedFile[] =>
    files.map((file) => ({ path: file.name, file, handle: null, folder: null }));

  // Plain inputs beside the picker: for browsers without it, and for whoever drives the page by its elements.
  let expectedNext: SlideId | undefined;
  const slideInput = fileInput("slide-file", {}, (files) => {
    const expected = expectedNext;
    expectedNext = undefined;
    void takeAll(plain(files), expected);
  });
  const setInput = fileInput("prompt-set-file", { accept: ".safetensors" }, (files) => void takeAll(plain(files)));
  const annotationInput = fileInput("annotations-file", { accept: ".geojson,.json" }, (files) => {
    void takeAll(plain(files));
  });
  const modelInput = fileInput("model-files", { many: "files" }, (files) => void takeAll(plain(files)));
  const folderInput = fileInput("model-folder", { many: "folder" }, (files) => void takeAll(readPickedFolder(files)));

  const pickSlide = async (expected?: SlideId): Promise<void> => {
    if (!handles.supported) {
      expectedNext = expected;
      slideInput.click();
      return;
    }
    try {
      const picked = await pickFile("Slides", slideExtensions);
      if (picked) await openFile(picked.file, picked.handle, expected === undefined ? {} : { expected });
    } catch (error) {
      complain(error, "The slide could not be opened");
    }
  };

  const openAddress = async (url: URL): Promise<void> => {
    await perform(context, openSlide, {
      source: { kind: "url", url: url.href },
      name: nameInUrl(url),
      kept: { kind: "url", url: keptAddress(url) },
    });
  };

  const showDemo = async (show: boolean): Promise<boolean> => {
    const there = [...context.session.getState().openSlides.values()].find((s) => s.source.kind === "embedded");
    if (there) return show ? perform(context, showSlide, { id: there.info.id }) : true;
    return perform(context, openSlide, {
      source: { kind: "url", url: demoSlideUrl() },
      name: demoSlide.name,
      kept: { kind: "embedded" },
      show,
    });
  };

  const reopenFile = async (slide: SlideRef): Promise<void> => {
    try {
      const file = await handles.reopen(slide.id);
      if (file) await openFile(file, null, { expected: slide.id });
      else await pickSlide(slide.id);
    } catch (error) {
      complain(error, `"${slide.name}" could not be opened again`);
      await pickSlide(slide.id);
    }
  };

  const openUrl = (text: string): void => {
    try {
      const url = slideUrl(text);
      if (url.origin === location.origin) void openAddress(url);
      else ui.setState({ dialog: { kind: "origin", url: url.href, origin: url.origin } });
    } catch (error) {
      complain(error, "This address cannot be opened");
    }
  };

  return {
    openFile,
    showDemo,
    openDropped: (transfer) => {
      readDropped(transfer)
        .then((dropped) => takeAll(dropped))
        .catch((error: unknown) => complain(error, "What was dropped could not be read"));
    },
    pickSlide: () => void pickSlide(),
    pickPromptSet: () => setInput.click(),
    pickAnnotations: () => annotationInput.click(),
    pickModelFiles: () => modelInput.click(),
    pickModelFolder: () => folderInput.click(),
    openDemo: () => void showDemo(true),
    openUrl,
    approveOrigin: (text) => void openAddress(slideUrl(text)),
    reopen: (slide) => {
      if (slide.source.kind === "embedded") void showDemo(true);
      else if (slide.source.kind === "url") openUrl(slide.source.url);
      else void reopenFile(slide);
    },
    retryEngine: restartEngine,
  };
}

type Choose = Readonly<{ accept?: string; many?: "files" | "folder" }>;

function fileInput(
  testId: string,
  { accept, many }: Choose,
  onFiles: (files: readonly File[]) => void,
): HTMLInputElement {
  const input = document.createElement("input");
  input.type = "file";
  input.hidden = true;
  input.accept = accept ?? "";
  input.multiple = many !== undefined;
  input.webkitdirectory = many === "folder";
  input.dataset.testid = testId;
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length > 0) onFiles(files);
  });
  document.body.append(input);
  return input;
}

/** Hands a file to the person. */
export function saveFile(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 30_000);
}
