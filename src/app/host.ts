// What the panels ask of the browser: pickers, files, addresses. Turns each into commands of the state floor.
import type { SlideId } from "../base/brand.ts";
import { Fault, toFault } from "../base/fault.ts";
import { hub, originsOf } from "../domain/hub-place.ts";
import type { SlideRef } from "../domain/project.ts";
import {
  type FileHandles,
  filesOfFolder,
  pickFiles,
  pickFolder,
  type Reopened,
  type SlideHandle,
} from "../platform/page/file-handles.ts";
import { type ActionContext, perform } from "../state/action.ts";
import { loadProject } from "../state/actions/project-file.ts";
import { importPromptSet } from "../state/actions/prompt-sets.ts";
import { type OpenParams, openSlide, showSlide } from "../state/actions/slides.ts";
import { notify } from "../state/session-store.ts";
import type { Host } from "../ui/app-context.ts";
import { bringFiles, type UiStore } from "../ui/ui-store.ts";
import { say } from "../words/say.ts";
import { demoSlide, demoSlideUrl, keptAddress, nameInUrl, slideUrl } from "./addresses.ts";
import { type DroppedFile, readDropped, readPickedFolder } from "./dropped-files.ts";
import { kindOfFile, slideExtensions, sortGiven } from "./kind-of-file.ts";
import { type SlideGroup, slideGroups } from "./slide-groups.ts";

const largestPromptSet = 256e6;

export type HostDeps = Readonly<{
  context: ActionContext;
  ui: UiStore;
  handles: FileHandles;
  /** Page and workers may ask these servers from now on. */
  approve: (origins: readonly string[]) => Promise<void>;
  restartEngine: () => void;
}>;

export type AppHost = Host &
  Readonly<{
    openFile(file: File, handle: FileSystemFileHandle | null, how?: OpenHow): Promise<boolean>;
    /** A folder or several files that are one slide. */
    openParts(group: SlideParts, how?: OpenHow): Promise<boolean>;
    /** What was kept of a slide of the project. */
    openAgain(found: Reopened, how: OpenHow): Promise<boolean>;
    /** A slide of this visit, after its reader was started anew: nobody is asked again. False where it is not one or cannot be opened. */
    openLost(id: SlideId, show: boolean): Promise<boolean>;
    showDemo(show: boolean): Promise<boolean>;
  }>;

type SlideParts = Readonly<{
  name: string;
  from: "files" | "folder";
  files: readonly Readonly<{ path: string; file: File }>[];
  handle: SlideHandle | null;
}>;

type OpenHow = Readonly<{ expected?: SlideId; show?: boolean }>;

export function createHost({ context, ui, handles, approve, restartEngine }: HostDeps): AppHost {
  const complain = (error: unknown, what: string): void => {
    const fault = toFault(error, "invalid", what);
    notify(context.session, "error", fault.message, fault);
  };

  /** How slides of this visit were opened: files that were picked and signed addresses are kept nowhere else. */
  const ofThisVisit = new Map<SlideId, (how: OpenHow) => Promise<boolean>>();
  const open = async (slide: OpenParams, handle: SlideHandle | null, how: OpenHow): Promise<boolean> => {
    if (!(await perform(context, openSlide, { ...slide, ...how }))) return false;
    const shown = context.session.getState().currentSlide;
    const id = how.show === false ? how.expected : shown;
    if (id) ofThisVisit.set(id, (again) => open(slide, null, again));
    if (handle && shown && how.show !== false) await handles.remember(shown, handle);
    return true;
  };

  const openFile: AppHost["openFile"] = (file, handle, how = {}) =>
    open({ source: { kind: "file", file }, name: file.name, kept: { kind: "file" } }, handle, how);

  const openParts: AppHost["openParts"] = ({ name, from, files, handle }, how = {}) => {
    const source = { kind: "files", name, files: files.map(({ path, file }) => ({ path, file })) } as const;
    return open({ source, name, kept: { kind: from } }, handle, how);
  };

  const openGroup = (group: SlideGroup, how: OpenHow): Promise<boolean> => {
    const several = group.files.flatMap(({ handle }) => handle ?? []);
    const handle =
      group.from === "folder"
        ? (group.files[0]?.folderHandle ?? null)
        : several.length === group.files.length
          ? several
          : null;
    return openParts({ ...group, handle }, how);
  };

  const loadPromptSet = async (file: File): Promise<void> => {
    if (file.size > largestPromptSet) {
      throw new Fault("limit", `"${file.name}" is too large for a prompt set; those are a few hundred kilobytes.`);
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    await perform(context, importPromptSet, { name: file.name, bytes });
  };

  const loadProjectFile = async (file: File): Promise<void> => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    await perform(context, loadProject, { name: file.name, bytes });
  };

  const loadAnnotations = async (file: File): Promise<void> => {
    const [{ importGeoJson }, { geoJsonLimits }] = await Promise.all([
      import("../state/actions/import-geojson.ts"),
      import("../domain/parse-geojson.ts"),
    ]);
    if (file.size > geoJsonLimits.bytes)
      throw new Fault("limit", `"${file.name}" is too large: at most 512 MB are read.`);
    await perform(context, importGeoJson, { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  };

  /** What belongs to one backbone goes to its form together; slides and prompt sets are taken one by one. */
  const takeAll = async (all: readonly DroppedFile[], expected?: SlideId): Promise<void> => {
    const how = expected === undefined ? {} : { expected };
    const { slides, rest: given } = await slideGroups(all);
    for (const group of slides) await openGroup(group, how);
    if (given.length === 0) return;
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
        else if (kind === "project") await loadProjectFile(file);
        else if (kind === "annotations") await loadAnnotations(file);
        else if (kind === "prompt-state") ui.setState({ dialog: { kind: "declare-prompts", file } });
        else await openFile(file, handle, how);
      } catch (error) {
        complain(error, say('"{name}" could not be read', { name: file.name }));
      }
    }
  };
  const plain = (files: readonly File[]): readonly DroppedFile[] =>
    files.map((file) => ({ path: file.name, file, handle: null, folder: null }));

  // Plain inputs beside the picker: for browsers without it, and for whoever drives the page by its elements.
  let expectedNext: SlideId | undefined;
  const takeExpected = (given: readonly DroppedFile[]): void => {
    const expected = expectedNext;
    expectedNext = undefined;
    void takeAll(given, expected);
  };
  const slideInput = fileInput("slide-file", { many: "files" }, (files) => takeExpected(plain(files)));
  const slideFolderInput = fileInput("slide-folder", { many: "folder" }, (files) =>
    takeExpected(readPickedFolder(files)),
  );
  const projectInput = fileInput("project-file", { accept: ".zip" }, (files) => void takeAll(plain(files)));
  const annotationInput = fileInput("annotations-file", { accept: ".geojson,.json" }, (files) => {
    void takeAll(plain(files));
  });
  const setInput = fileInput(
    "prompt-set-file",
    { accept: ".safetensors,.pth,.pt" },
    (files) => void takeAll(plain(files)),
  );
  const modelInput = fileInput("model-files", { many: "files" }, (files) => void takeAll(plain(files)));
  const folderInput = fileInput("model-folder", { many: "folder" }, (files) => void takeAll(readPickedFolder(files)));

  const encoderInput = fileInput("text-encoder-folder", { many: "folder" }, (files) => {
    const read = readPickedFolder(files);
    const name = read[0]?.folder ?? "encoder";
    context.texts.choose({ kind: "files", name, files: read.map(({ path, file }) => ({ path, file })) });
    ui.setState({ textEncoder: name });
  });

  const pickSlide = async (expected?: SlideId): Promise<void> => {
    if (!handles.supported) {
      expectedNext = expected;
      slideInput.click();
      return;
    }
    try {
      const picked = (await pickFiles(say("Slides"), slideExtensions)) ?? [];
      const given = picked.map(({ file, handle }) => ({ path: file.name, file, handle, folder: null }));
      if (given.length > 0) await takeAll(given, expected);
    } catch (error) {
      complain(error, say("The slide could not be opened"));
    }
  };

  const pickSlideFolder = async (expected?: SlideId): Promise<void> => {
    if (!handles.supported) {
      expectedNext = expected;
      slideFolderInput.click();
      return;
    }
    try {
      const handle = await pickFolder();
      if (!handle) return;
      const files = await filesOfFolder(handle);
      const how = expected === undefined ? {} : { expected };
      await openParts({ name: handle.name, from: "folder", files, handle }, how);
    } catch (error) {
      complain(error, say("The folder could not be opened"));
    }
  };

  const openAddress = async (url: URL): Promise<void> => {
    const kept = { kind: "url", url: keptAddress(url) } as const;
    await open({ source: { kind: "url", url: url.href }, name: nameInUrl(url), kept }, null, {});
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

  const openAgain: AppHost["openAgain"] = (found, how) =>
    found.kind === "file"
      ? openFile(found.file, null, how)
      : openParts({ name: found.name, from: found.kind, files: found.files, handle: null }, how);

  const reopenFile = async (slide: SlideRef): Promise<void> => {
    const pick = (): Promise<void> =>
      slide.source.kind === "folder" ? pickSlideFolder(slide.id) : pickSlide(slide.id);
    try {
      const found = await handles.reopen(slide.id);
      if (found) await openAgain(found, { expected: slide.id });
      else await pick();
    } catch (error) {
      complain(error, say('"{name}" could not be opened again', { name: slide.name }));
      await pick();
    }
  };

  const openUrl = (text: string): void => {
    try {
      const url = slideUrl(text);
      if (url.origin === location.origin) void openAddress(url);
      else ui.setState({ dialog: { kind: "origin", url: url.href, origin: url.origin } });
    } catch (error) {
      complain(error, say("This address cannot be opened"));
    }
  };

  return {
    openFile,
    openParts,
    openAgain,
    openLost: async (id, show) => (await ofThisVisit.get(id)?.({ expected: id, show })) ?? false,
    showDemo,
    openDropped: (transfer) => {
      readDropped(transfer)
        .then((dropped) => takeAll(dropped))
        .catch((error: unknown) => complain(error, say("What was dropped could not be read")));
    },
    pickSlide: () => void pickSlide(),
    pickSlideFolder: () => void pickSlideFolder(),
    pickPromptSet: () => setInput.click(),
    pickProject: () => projectInput.click(),
    pickAnnotations: () => annotationInput.click(),
    pickModelFiles: () => modelInput.click(),
    pickModelFolder: () => folderInput.click(),
    pickTextEncoder: () => encoderInput.click(),
    openDemo: () => void showDemo(true),
    openUrl,
    approveOrigin: (text) => void approve([slideUrl(text).origin]).then(() => openAddress(slideUrl(text))),
    approveHub: () => approve(originsOf(hub)),
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
