// What was dropped or picked as a list of files with their paths, folders opened up. Knows the browser's drag and drop; reads no bytes.
import { Fault } from "../base/fault.ts";
import { folderHandleOfDropped, handleOfDropped } from "../platform/page/file-handles.ts";
import { say } from "../words/say.ts";

/** `path`: relative to the dropped folder; with its name in front where more than one was dropped. `handle`: of a file dropped by itself, where the browser gives one. */
export type DroppedFile = Readonly<{
  path: string;
  file: File;
  handle: FileSystemFileHandle | null;
  /** Name of the folder it came in; null where it was dropped by itself. */
  folder: string | null;
  /** Of that folder, where the browser gives one. */
  folderHandle?: FileSystemDirectoryHandle | null;
}>;

/** An OME-Zarr slide is a folder of very many files. */
const most = { files: 100_000, depth: 12 } as const;

/** Hidden files are left out, but for those that Zarr keeps its descriptions in. */
export const isHidden = (name: string): boolean =>
  name.startsWith(".") && !/^\.z(attrs|group|array|metadata)$/.test(name);

/** Call it inside the drop event: files and handles are there only while it lasts; the rest may take longer. */
export function readDropped(transfer: DataTransfer): Promise<readonly DroppedFile[]> {
  const waiting = [...transfer.items].flatMap((item): readonly Promise<readonly DroppedFile[]>[] => {
    if (item.kind !== "file") return [];
    const entry = item.webkitGetAsEntry?.() ?? null;
    if (entry?.isDirectory) {
      const handle = folderHandleOfDropped(item);
      const files = filesUnder(entry as FileSystemDirectoryEntry);
      return [
        Promise.all([files, handle]).then(([list, folderHandle]) => list.map((one) => ({ ...one, folderHandle }))),
      ];
    }
    const file = item.getAsFile();
    const handle = handleOfDropped(item);
    return file ? [handle.then((known) => [{ path: file.name, file, handle: known, folder: null }])] : [];
  });
  return Promise.all(waiting).then(keptApart);
}

/** Files of several folders may have the same names: each keeps the name of its folder, and folders of one name a number. */
function keptApart(lists: readonly (readonly DroppedFile[])[]): readonly DroppedFile[] {
  const folders = lists.filter((list) => list.some(({ folder }) => folder !== null));
  const taken = new Set<string>();
  return lists.flatMap((list) => {
    if (folders.length < 2 || !folders.includes(list)) return list;
    const [{ folder: name } = { folder: null }] = list;
    let folder = name ?? "";
    for (let i = 2; taken.has(folder); i++) folder = `${name} (${i})`;
    taken.add(folder);
    return list.map((one) => ({ ...one, folder, path: `${folder}/${one.path}` }));
  });
}

/** Files of `<input webkitdirectory>`: "folder/onnx/model.onnx". */
export function readPickedFolder(files: readonly File[]): readonly DroppedFile[] {
  return files.flatMap((file) => {
    const [folder = "", ...rest] = file.webkitRelativePath.split("/");
    const hidden = rest.some(isHidden);
    return hidden || rest.length === 0 || rest.length > most.depth
      ? []
      : [{ path: rest.join("/"), file, handle: null, folder }];
  });
}

async function filesUnder(root: FileSystemDirectoryEntry): Promise<readonly DroppedFile[]> {
  const found: DroppedFile[] = [];
  const walk = async (directory: FileSystemDirectoryEntry, before: string, depth: number): Promise<void> => {
    for (const entry of await entriesOf(directory)) {
      if (isHidden(entry.name)) continue;
      const path = before + entry.name;
      if (entry.isDirectory && depth < most.depth) {
        await walk(entry as FileSystemDirectoryEntry, `${path}/`, depth + 1);
      } else if (entry.isFile) {
        if (found.length >= most.files) {
          const message = say(
            'The folder "{name}" holds more than {files} files, which no slide or backbone does. Drop the folder of one.',
            { name: root.name, files: most.files },
          );
          throw new Fault("limit", message);
        }
        found.push({ path, file: await fileOf(entry as FileSystemFileEntry), handle: null, folder: root.name });
      }
    }
  };
  await walk(root, "", 1);
  return found;
}

/** The browser hands a folder's entries over in portions, the last of which is empty. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<readonly FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, (error) => reject(unreadable(directory.name, error))),
    );
    if (portion.length === 0) return all;
    all.push(...portion);
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, (error) => reject(unreadable(entry.name, error))));

const unreadable = (name: string, error: unknown): Fault =>
  new Fault("read", `"${name}" could not be read. Was it moved?`, { name }, error);
