// Labelled patches as files in folders, one folder a class: as data. Knows no disk and no pixels.

export type FolderPatch = Readonly<{
  /** Inside the folder, with "/". */
  path: string;
  classIndex: number;
  /** Patches of one group are kin (one slide, one patient, copies of one picture) and are never divided. */
  group: string;
}>;

/**
 * `fixed`: the folder itself says what labels may be drawn from and what is reported on (`pool/` and `test/`). `one`: it does not,
 * and a seed divides it. Classes and patches are in code-unit order of their names.
 */
export type PatchFolder = Readonly<{
  name: string;
  classes: readonly string[];
  /** Whether groups.csv said who is kin; else every file is its own group. */
  grouped: boolean;
  /** Files in class folders that are no pictures by their names. */
  leftOut: readonly string[];
  parts:
    | Readonly<{ kind: "fixed"; pool: readonly FolderPatch[]; test: readonly FolderPatch[] }>
    | Readonly<{ kind: "one"; patches: readonly FolderPatch[] }>;
}>;

/** What a person should know of files that were not taken; null where all were. */
export function leftOutWords({ leftOut }: Pick<PatchFolder, "leftOut">): string | null {
  const [first] = leftOut;
  if (first === undefined) return null;
  const others = leftOut.length - 1;
  return `Not taken, because they are no JPEG, PNG or TIFF by name: ${first}${others > 0 ? ` and ${others} more` : ""}.`;
}
