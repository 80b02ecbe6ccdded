// Where the shipped things lie, relative to the page, and how addresses of slides are read. Works under any path.
import { Fault } from "../base/fault.ts";

const here = (path: string): string => new URL(path, document.baseURI).href;

export const demoSlide = { name: "Demo slide (synthetic H&E)", path: "slides/synthetic-he.tif" } as const;
export const demoSlideUrl = (): string => here(demoSlide.path);
export const textLibraryUrl = (): string => here("texts/all-MiniLM-L6-v2.safetensors");
export const manifestUrl = (): string => here("models/pathotune-tiny/manifest.json");

/** The address of a slide, complete. Fault `invalid` for anything but http(s). */
export function slideUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text, document.baseURI);
  } catch {
    throw new Fault("invalid", `"${text.slice(0, 200)}" is no address. It should look like https://server/slide.svs.`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Fault("invalid", `Slides are read from https:// addresses, not from ${url.protocol}//.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new Fault("invalid", "The address holds a user name or password; use one without.");
  }
  return url;
}

const secretParameter = /sig|token|key|expires|credential|auth/i;

/** What of an address may be kept: a signed one loses its query, which is a key to somebody's data. */
export function keptAddress(url: URL): string {
  const signed = [...url.searchParams.keys()].some((name) => secretParameter.test(name));
  return signed ? url.origin + url.pathname : url.href;
}

export function nameInUrl(url: URL): string {
  // info.json and zarr.json are what all such slides are called; the folder tells them apart.
  const path = url.pathname.replace(/\/(info\.json|zarr\.json|\.zattrs|\.zgroup|metadata)?$/, "");
  const last = path.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last) || url.host;
  } catch {
    return last;
  }
}

/** `?slide=` of this page; null where there is none. */
export function askedSlide(): string | null {
  const asked = new URLSearchParams(location.search).get("slide");
  return asked === null || asked.trim() === "" ? null : asked.trim();
}

/** `?model=embedded` of this page: the way out where a backbone of one's own closes the tab. */
export const asksEmbedded = (): boolean => new URLSearchParams(location.search).get("model") === "embedded";

/** `?provider=wasm` or `webgpu`: for comparing, and for machines whose graphics card misbehaves. */
export function askedProvider(): "auto" | "webgpu" | "wasm" {
  const asked = new URLSearchParams(location.search).get("provider");
  return asked === "wasm" || asked === "webgpu" ? asked : "auto";
}
