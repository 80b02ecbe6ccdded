// Lets a local slide be opened again with one click after a reload, where the browser can (File System Access: Chromium, on secure
// origins). Knows no slide format. Elsewhere the person is asked for the file by name and it is recognised by its fingerprint.
import { type DBSchema, openDB } from "idb";
import type { SlideId } from "../../base/brand.ts";
import { Fault, isAbort } from "../../base/fault.ts";

/** What TypeScript's DOM library does not know of the handle (WICG File System Access). */
type PermissionedHandle = FileSystemFileHandle &
  Readonly<{
    queryPermission?: (options: Readonly<{ mode: "read" }>) => Promise<PermissionState>;
    requestPermission?: (options: Readonly<{ mode: "read" }>) => Promise<PermissionState>;
  }>;
type Picker = (options: object) => Promise<readonly FileSystemFileHandle[]>;

interface Schema extends DBSchema {
  handles: { key: string; value: FileSystemFileHandle };
}

export type PickedFile = Readonly<{ file: File; handle: FileSystemFileHandle | null }>;

export type FileHandles = Readonly<{
  /** Whether files can be opened again without picking them. */
  supported: boolean;
  /** Remembers the handle of a slide; a browser that cannot is no failure. */
  remember(id: SlideId, handle: FileSystemFileHandle): Promise<void>;
  /** Whether `reopen` could succeed. */
  has(id: SlideId): Promise<boolean>;
  /**
   * The file again. Asks for permission where needed, so call it from a click. Null: not remembered, or the person said no.
   * Fault `read` where the file was moved or deleted.
   */
  reopen(id: SlideId): Promise<File | null>;
  /** The file without asking; null where permission must be asked first. */
  reopenSilently(id: SlideId): Promise<File | null>;
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
  const handleOf = (id: SlideId): Promise<PermissionedHandle | null> =>
    withDb<PermissionedHandle | null>(async (db) => (await db.get("handles", id)) ?? null, null);
  const fileOf = async (handle: FileSystemFileHandle): Promise<File> => {
    try {
      return await handle.getFile();
    } catch (error) {
      throw new Fault(
        "read",
        `"${handle.name}" is not where it was. Choose the file again.`,
        { name: handle.name },
        error,
      );
    }
  };
  return {
    supported,
    remember: (id, handle) => withDb(async (db) => void (await db.put("handles", handle, id)), undefined),
    has: async (id) => (await handleOf(id)) !== null,
    reopen: async (id) => {
      const handle = await handleOf(id);
      if (!handle) return null;
      const permission = await handle.requestPermission?.({ mode: "read" });
      return permission === "denied" || permission === "prompt" ? null : fileOf(handle);
    },
    reopenSilently: async (id) => {
      const handle = await handleOf(id);
      if (!handle?.queryPermission) return null;
      return (await handle.queryPermission({ mode: "read" })) === "granted" ? fileOf(handle) : null;
    },
    forget: (id) => withDb((db) => db.delete("handles", id), undefined),
  };
}

/** Opens the browser's picker where it gives handles. Null: it does not (use `<input type="file">`), or the person changed their mind. */
export async function pickFile(description: string, extensions: readonly string[]): Promise<PickedFile | null> {
  const picker = (window as { showOpenFilePicker?: Picker }).showOpenFilePicker;
  if (!picker) return null;
  try {
    const types = [{ description, accept: { "application/octet-stream": extensions } }];
    const [handle] = await picker.call(window, { types, multiple: false });
    return handle ? { file: await handle.getFile(), handle } : null;
  } catch (error) {
    if (isAbort(error)) return null;
    throw new Fault("read", "The chosen file could not be read. Choose it again.", {}, error);
  }
}

/** The handle of a dropped file, where the browser gives one. Call it inside the drop event. */
export async function handleOfDropped(item: DataTransferItem): Promise<FileSystemFileHandle | null> {
  const get = (item as { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }).getAsFileSystemHandle;
  const handle = await get?.call(item).catch(() => null);
  return handle?.kind === "file" ? (handle as FileSystemFileHandle) : null;
}
