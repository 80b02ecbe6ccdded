// Lets a local slide (a file, several, a folder) be opened again with one click after a reload, where the browser can (File System Access: Chromium, on secure
// origins). Knows no slide format. Elsewhere the person is asked for the file by name and it is recognised by its fingerprint.
import { type DBSchema, openDB } from "idb";
import type { SlideId } from "../../base/brand.ts";
import { Fault, isAbort, toFault } from "../../base/fault.ts";

/** What TypeScript's DOM library does not know of the handle (WICG File System Access). */
type Permissioned<Handle> = Handle &
  Readonly<{
    queryPermission?: (options: Readonly<{ mode: "read" }>) => Promise<PermissionState>;
    requestPermission?: (options: Readonly<{ mode: "read" }>) => Promise<PermissionState>;
  }>;
type Picker = (options: object) => Promise<readonly FileSystemFileHandle[]>;
type FolderPicker = (options: object) => Promise<FileSystemDirectoryHandle>;

/** What a slide was opened from: a file, a folder, or several files. */
export type SlideHandle = FileSystemFileHandle | FileSystemDirectoryHandle | readonly FileSystemFileHandle[];

interface Schema extends DBSchema {
  handles: { key: string; value: SlideHandle };
}

/** What a slide is read from; paths of a folder are relative to it. */
export type Reopened = Readonly<
  | { kind: "file"; file: File }
  | { kind: "files" | "folder"; name: string; files: readonly Readonly<{ path: string; file: File }>[] }
>;

export type PickedFile = Readonly<{ file: File; handle: FileSystemFileHandle | null }>;

export type FileHandles = Readonly<{
  /** Whether files can be opened again without picking them. */
  supported: boolean;
  /** Remembers the handle of a slide; a browser that cannot is no failure. */
  remember(id: SlideId, handle: SlideHandle): Promise<void>;
  /** Whether `reopen` could succeed. */
  has(id: SlideId): Promise<boolean>;
  /**
   * The file, files or folder again. Asks for permission where needed, so call it from a click. Null: not remembered, or the person said no.
   * Fault `read` where the file was moved or deleted.
   */
  reopen(id: SlideId): Promise<Reopened | null>;
  /** The same without asking; null where permission must be asked first. */
  reopenSilently(id: SlideId): Promise<Reopened | null>;
  forget(id: SlideId): Promise<void>;
}>;

export function createFileHandles(databaseName = "pathotune-files"): FileHandles {
  const supported = "showOpenFilePicker" in window && typeof indexedDB !== "undefined";
  const open = () => openDB<Schema>(databaseName, 1, { upgrade: (db) => void db.createObjectStore("handles") });
  const withDb = async <T>(task: (db: Awaited<ReturnType<typeof open>>) => Promise<T>, otherwise: T): Promise<T> => {
    if (!supported) return otherwise;
    try {
      const db = await open();
      try {
        return await task(db);
      } finally {
        db.close();
      }
    } catch {
      // A convenience only: without it the person is asked for the file by name.
      return otherwise;
    }
  };
  const handleOf = (id: SlideId): Promise<SlideHandle | null> =>
    withDb<SlideHandle | null>(async (db) => (await db.get("handles", id)) ?? null, null);
  const allowed = async (handle: SlideHandle, ask: boolean): Promise<boolean> => {
    for (const one of handlesOf(handle)) {
      const state = ask
        ? await one.requestPermission?.({ mode: "read" })
        : await one.queryPermission?.({ mode: "read" });
      if (ask ? state === "denied" || state === "prompt" : state !== "granted") return false;
    }
    return true;
  };
  return {
    supported,
    remember: (id, handle) => withDb(async (db) => void (await db.put("handles", handle, id)), undefined),
    has: async (id) => (await handleOf(id)) !== null,
    reopen: async (id) => {
      const handle = await handleOf(id);
      return handle && (await allowed(handle, true)) ? readHandle(handle) : null;
    },
    reopenSilently: async (id) => {
      const handle = await handleOf(id);
      return handle && (await allowed(handle, false)) ? readHandle(handle) : null;
    },
    forget: (id) => withDb((db) => db.delete("handles", id), undefined),
  };
}

type AnyHandle = FileSystemFileHandle | FileSystemDirectoryHandle;

const isSeveral = (handle: SlideHandle): handle is readonly FileSystemFileHandle[] => Array.isArray(handle);

const handlesOf = (handle: SlideHandle): readonly Permissioned<AnyHandle>[] => (isSeveral(handle) ? handle : [handle]);

async function fileOf(handle: FileSystemFileHandle): Promise<File> {
  try {
    return await handle.getFile();
  } catch (error) {
    const message = `"${handle.name}" is not where it was. Choose the file again.`;
    throw new Fault("read", message, { name: handle.name }, error);
  }
}

async function readHandle(handle: SlideHandle): Promise<Reopened> {
  if (isSeveral(handle)) {
    const files = await Promise.all(handle.map(async (one) => ({ path: one.name, file: await fileOf(one) })));
    return { kind: "files", name: handle[0]?.name ?? "files", files };
  }
  if (handle.kind === "file") return { kind: "file", file: await fileOf(handle) };
  return { kind: "folder", name: handle.name, files: await filesOfFolder(handle) };
}

const mostInFolder = { files: 100_000, depth: 12 } as const;

/** All files below, hidden ones too: Zarr keeps its descriptions in such. */
export async function filesOfFolder(
  folder: FileSystemDirectoryHandle,
): Promise<readonly Readonly<{ path: string; file: File }>[]> {
  const found: Readonly<{ path: string; file: File }>[] = [];
  const walk = async (at: FileSystemDirectoryHandle, before: string, depth: number): Promise<void> => {
    for await (const entry of at.values()) {
      const path = before + entry.name;
      if (entry.kind === "file") found.push({ path, file: await fileOf(entry as FileSystemFileHandle) });
      else if (depth < mostInFolder.depth) await walk(entry as FileSystemDirectoryHandle, `${path}/`, depth + 1);
      if (found.length > mostInFolder.files) {
        throw new Fault(
          "limit",
          `The folder "${folder.name}" holds more than ${mostInFolder.files} files, which no slide does.`,
        );
      }
    }
  };
  try {
    await walk(folder, "", 1);
    return found;
  } catch (error) {
    throw toFault(error, "read", `The folder "${folder.name}" could not be read. Choose it again`);
  }
}

/**
 * Opens the browser's picker where it gives handles. Null: it does not (use `<input type="file">`), or the person changed their mind.
 */
export async function pickFiles(
  description: string,
  extensions: readonly string[],
): Promise<readonly PickedFile[] | null> {
  const picker = (window as { showOpenFilePicker?: Picker }).showOpenFilePicker;
  if (!picker) return null;
  try {
    const types = [{ description, accept: { "application/octet-stream": extensions } }];
    const handles = await picker.call(window, { types, multiple: true });
    return await Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), handle })));
  } catch (error) {
    if (isAbort(error)) return null;
    throw new Fault("read", "The chosen file could not be read. Choose it again.", {}, error);
  }
}

/** Null: the browser has no such picker (use `<input webkitdirectory>`), or the person changed their mind. */
export async function pickFolder(): Promise<FileSystemDirectoryHandle | null> {
  const picker = (window as { showDirectoryPicker?: FolderPicker }).showDirectoryPicker;
  if (!picker) return null;
  try {
    return await picker.call(window, { mode: "read" });
  } catch (error) {
    if (isAbort(error)) return null;
    throw new Fault("read", "The chosen folder could not be read. Choose it again.", {}, error);
  }
}

/** The handle of a dropped file, where the browser gives one. Call it inside the drop event. */
export async function handleOfDropped(item: DataTransferItem): Promise<FileSystemFileHandle | null> {
  const handle = await anyHandleOf(item);
  return handle?.kind === "file" ? (handle as FileSystemFileHandle) : null;
}

/** The same of a dropped folder. */
export async function folderHandleOfDropped(item: DataTransferItem): Promise<FileSystemDirectoryHandle | null> {
  const handle = await anyHandleOf(item);
  return handle?.kind === "directory" ? (handle as FileSystemDirectoryHandle) : null;
}

async function anyHandleOf(item: DataTransferItem): Promise<FileSystemHandle | null> {
  const get = (item as { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }).getAsFileSystemHandle;
  return (await get?.call(item).catch(() => null)) ?? null;
}
