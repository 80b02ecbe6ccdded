// Which of the files a person gave make one backbone: a folder may hold several exports of it. Knows paths only.

export type Path = Readonly<{ path: string }>;

const ending = (path: string): string => /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** Of no use to any backbone, but found in many folders. */
const useless = new Set(["md", "txt", "py", "pt", "pth", "ckpt", "msgpack", "h5", "png", "jpg", "gitattributes"]);
const pytorch = /(^|\/)pytorch_model[^/]*\.bin$/;
const configurations = /(^|\/)(config|preprocessor_config)\.json$/;

/** "model-00001-of-00002.safetensors": parts of one checkpoint. */
const partName = /-\d{5}(-of-\d{5}\.safetensors)$/;

/** One backbone among the files: an ONNX file, or the safetensors files of one folder, which are parts of one checkpoint. */
export type MainFile = Readonly<{ path: string; kind: "onnx" | "safetensors" }>;

export function mainFiles(files: readonly Path[]): readonly MainFile[] {
  const onnx = files.filter(({ path }) => ending(path) === "onnx").map(({ path }) => ({ path, kind: "onnx" as const }));
  const folders = new Map<string, string>();
  for (const { path } of files) {
    if (ending(path) !== "safetensors") continue;
    // Other names than those of parts are checkpoints of their own in one folder.
    const part = partName.test(path) ? folderOf(path) : path;
    if (!folders.has(part)) folders.set(part, path);
  }
  const checkpoints = [...folders.values()].map((path) => ({ path, kind: "safetensors" as const }));
  return [...onnx, ...checkpoints].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The files of one of them: itself, its other parts or external data, and the configurations beside it. */
export function filesOf<F extends Path>(files: readonly F[], main: MainFile): readonly F[] {
  const others = mainFiles(files).filter(({ path }) => path !== main.path);
  return files.filter(({ path }) => {
    if (path === main.path || configurations.test(path)) return true;
    const kind = ending(path);
    if (main.kind === "safetensors") {
      return partName.test(main.path) && partName.test(path) && folderOf(path) === folderOf(main.path);
    }
    if (kind === "onnx" || kind === "safetensors" || kind === "json" || useless.has(kind) || pytorch.test(path))
      return false;
    // "model_fp16.onnx_data" is the data of "model_fp16.onnx".
    return !others.some((other) => path.startsWith(other.path)) || path.startsWith(main.path);
  });
}

/** Whether `more` is what a backbone among `there` still lacks, and no other backbone. */
export function completes(there: readonly Path[], more: readonly Path[]): boolean {
  if (mainFiles(there).length === 0) return true;
  const paths = new Set(there.map(({ path }) => path));
  const setOf = (path: string): string => path.replace(partName, "$1");
  const sets = new Set([...paths].filter((path) => partName.test(path)).map(setOf));
  return more.every(({ path }) => {
    const kind = ending(path);
    if (kind !== "onnx" && kind !== "safetensors") return true;
    // A part that is there already comes from another download.
    return partName.test(path) && sets.has(setOf(path)) && !paths.has(path);
  });
}
