// Which kind of slide an address or a list of paths stands for, by its form alone. Fetches nothing.
import { Fault } from "../base/fault.ts";

/** `root`: what the pieces are relative to, ending in "/"; `entry`: the piece that says what the slide is, relative to it. */
export type TreeKind = "iiif" | "deep-zoom" | "zarr" | "dicomweb";
export type TreeAddress = Readonly<{ kind: TreeKind; root: string; entry: string; query: string }>;

/** Null: an address of one file. The query goes with every piece: it may be a key to all of them. */
export function treeAddress(address: string): TreeAddress | null {
  const [, whole = "", query = ""] = /^([^?#]*)(\?[^#]*)?/.exec(address) ?? [];
  const path = whole.replace(/\/+$/, "");
  const found = (kind: TreeKind, root: string, entry: string): TreeAddress => ({
    kind,
    root: `${root}/`,
    entry,
    query,
  });
  const iiif = /^(.*)\/(info\.json)$/i.exec(path);
  if (iiif?.[1] !== undefined && iiif[2] !== undefined) return found("iiif", iiif[1], iiif[2]);
  const deepZoom = /^(.*)\/([^/]+\.dzi)$/i.exec(path);
  if (deepZoom?.[1] !== undefined && deepZoom[2] !== undefined)
    return found("deep-zoom", deepZoom[1], decoded(deepZoom[2]));
  const zarr =
    /^(.*)\/(?:zarr\.json|\.zattrs|\.zgroup|\.zmetadata)$/.exec(path) ?? /^(.*\.zarr(?:\/\d+)?)$/i.exec(path);
  if (zarr?.[1] !== undefined) return found("zarr", zarr[1], "");
  const dicom = /^(.*)\/(studies\/[\d.]+(?:\/series\/[\d.]+)?)(?:\/(?:metadata|instances|series))?$/.exec(path);
  if (dicom?.[1] !== undefined && dicom[2] !== undefined) return found("dicomweb", dicom[1], dicom[2]);
  return null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * What a folder's or a selection's paths look like; `root` is the folder inside it that is the slide. Fault invalid where several slides lie
 * beside each other: none of them is guessed.
 */
export function treeOfPaths(
  paths: readonly string[],
): Readonly<{ kind: TreeKind; root: string; entry: string }> | null {
  for (const { kind, mark } of marks) {
    const found = outermost(paths.filter((path) => mark.test(path)).map(split));
    const [first] = found;
    if (!first) continue;
    if (found.length > 1) {
      const names = [...found]
        .sort((a, b) => (a.root + a.entry < b.root + b.entry ? -1 : 1))

        .slice(0, 4)
        .map(({ root, entry }) => `"${kind === "zarr" ? root.replace(/\/$/, "") : root + entry}"`);
      throw new Fault(
        "invalid",
        `There are ${found.length} slides in it (${names.join(", ")}), of which one is opened at a time. Open the folder of one of them.`,
      );
    }
    return { kind, root: first.root, entry: kind === "zarr" ? "" : first.entry };
  }
  return null;
}

const marks: readonly Readonly<{ kind: TreeKind; mark: RegExp }>[] = [
  { kind: "zarr", mark: /(^|\/)(zarr\.json|\.zattrs|\.zgroup)$/ },
  { kind: "iiif", mark: /(^|\/)info\.json$/i },
  { kind: "deep-zoom", mark: /\.dzi$/i },
];

type Place = Readonly<{ root: string; entry: string }>;

function split(path: string): Place {
  const at = path.lastIndexOf("/") + 1;
  return { root: path.slice(0, at), entry: path.slice(at) };
}

/** Those that lie in no other's folder; of one folder's Zarr marks, one. */
function outermost(places: readonly Place[]): readonly Place[] {
  const isMark = /^(zarr\.json|\.z\w+)$/;
  const kept: Place[] = [];
  for (const place of [...places].sort((a, b) => a.root.length - b.root.length || (a.entry < b.entry ? -1 : 1))) {
    const inside = kept.some(({ root, entry }) =>
      root === place.root ? isMark.test(entry) && isMark.test(place.entry) : place.root.startsWith(root),
    );
    if (!inside) kept.push(place);
  }
  return kept;
}
