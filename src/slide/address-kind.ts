// Which kind of slide an address or a list of paths stands for, by its form alone. Fetches nothing.

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

/** What a folder's or a selection's paths look like; `root` is the folder inside it that is the slide. */
export function treeOfPaths(
  paths: readonly string[],
): Readonly<{ kind: TreeKind; root: string; entry: string }> | null {
  const shortest = (mark: RegExp): string | undefined =>
    paths.filter((path) => mark.test(path)).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
  const split = (path: string): Readonly<{ root: string; entry: string }> => {
    const at = path.lastIndexOf("/") + 1;
    return { root: path.slice(0, at), entry: path.slice(at) };
  };
  const zarr = shortest(/(^|\/)(zarr\.json|\.zattrs|\.zgroup)$/);
  if (zarr !== undefined) return { kind: "zarr", root: split(zarr).root, entry: "" };
  const info = shortest(/(^|\/)info\.json$/i);
  if (info !== undefined) return { kind: "iiif", ...split(info) };
  const deepZoom = shortest(/\.dzi$/i);
  if (deepZoom !== undefined) return { kind: "deep-zoom", ...split(deepZoom) };
  return null;
}
