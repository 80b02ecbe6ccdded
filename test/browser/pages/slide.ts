// Test page: the real slide worker, asked through its protocol, pixels answered as sha256.
import { mpp, type SlideId } from "../../../src/base/brand.ts";
import type { SlideInfo } from "../../../src/domain/slide.ts";
import { connect, type Port } from "../../../src/protocol/rpc.ts";
import { type SlideApi, type SlideSource, slideMethods } from "../../../src/protocol/slide-api.ts";

const worker = new Worker(new URL("../../../src/worker/slide-worker.ts", import.meta.url), { type: "module" });
const { api } = connect<SlideApi>(slideMethods, worker as unknown as Port);

/** The way the engine worker reaches slides: a port of its own. */
const channel = new MessageChannel();
worker.postMessage({ connect: channel.port1 }, [channel.port1]);
const { api: overPort } = connect<SlideApi>(slideMethods, channel.port2 as unknown as Port);

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function picked(): SlideSource {
  const file = document.querySelector<HTMLInputElement>("#slide")?.files?.[0];
  if (!file) throw new Error("no file picked");
  return { kind: "file", file };
}

const opened = new Map<SlideId, SlideInfo>();

const bench = {
  openUrl: (url: string) => api.open({ source: { kind: "url", url: new URL(url, location.href).href } }),
  async openFile(): Promise<SlideInfo> {
    const info = await api.open({ source: picked() });
    opened.set(info.id, info);
    return info;
  },
  async faultOfUrl(url: string): Promise<string> {
    try {
      await api.open({ source: { kind: "url", url } });
      return "opened";
    } catch (error) {
      const { kind, message, detail } = error as { kind?: string; message: string; detail?: { reason?: string } };
      return `${kind}/${detail?.reason}: ${message}`;
    }
  },
  declare: (slideId: SlideId) =>
    api.calibrate({
      slideId,
      calibration: { kind: "declared", mppX: mpp(0.5), mppY: mpp(0.5), how: "stated" },
    }),
  /** A folder picked with `<input webkitdirectory>`. */
  openFolder: () => {
    const files = [...(document.querySelector<HTMLInputElement>("#folder")?.files ?? [])];
    const named = files.map((file) => ({ path: file.webkitRelativePath.replace(/^[^/]*\//, ""), file }));
    return api.open({ source: { kind: "files", name: "folder", files: named } });
  },
  async faultOfFile(): Promise<string> {
    try {
      await api.open({ source: picked() });
      return "opened";
    } catch (error) {
      const { kind, message } = error as { kind?: string; message: string };
      return `${kind}: ${message}`;
    }
  },
  async patchHash(patch: Parameters<SlideApi["patch"]>[0]): Promise<string> {
    return sha256((await overPort.patch(patch)).data);
  },
  async patchHashes(patches: readonly Parameters<SlideApi["patch"]>[0][]): Promise<readonly string[]> {
    const hashes: string[] = [];
    for (const patch of patches) hashes.push(await sha256((await overPort.patch(patch)).data));
    return hashes;
  },
  calibrate: (slideId: SlideId, x: number, y: number) =>
    api.calibrate({ slideId, calibration: { kind: "declared", mppX: mpp(x), mppY: mpp(y), how: "stated" } }),
  close: (slideId: SlideId) => api.close({ slideId }),
  /** RGB of pixels [x, y] of tile 0, 0 of level 0, colours through the slide's profile or as stored. */
  async tilePixels(
    slideId: SlideId,
    managed: boolean,
    places: readonly (readonly [number, number])[],
  ): Promise<readonly (readonly number[])[]> {
    const image = await api.tile({ slideId, level: 0, column: 0, row: 0, managed });
    if (!(image instanceof ImageBitmap)) return [];
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d", { alpha: false });
    context?.drawImage(image, 0, 0);
    return places.map(([x, y]) => [...(context?.getImageData(x, y, 1, 1).data ?? [])].slice(0, 3));
  },
  /** sha256 of the part inside its level of each tile [level, column, row] as it goes to the screen; null where there is none. */
  async tileHashes(
    slideId: SlideId,
    tiles: readonly (readonly [number, number, number])[],
  ): Promise<readonly (string | null)[]> {
    const hashes: (string | null)[] = [];
    for (const [index, column, row] of tiles) {
      const level = opened.get(slideId)?.levels[index];
      const image = await api.tile({ slideId, level: index, column, row });
      if (!level || !(image instanceof ImageBitmap)) {
        hashes.push(null);
        continue;
      }
      const width = Math.min(level.tileWidth, level.width - column * level.tileWidth);
      const height = Math.min(level.tileHeight, level.height - row * level.tileHeight);
      const context = new OffscreenCanvas(width, height).getContext("2d", { alpha: false });
      context?.drawImage(image, 0, 0);
      const rgba = context?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray(0);
      hashes.push(await sha256(Uint8Array.from(rgba.filter((_, i) => i % 4 !== 3))));
    }
    return hashes;
  },
  async patchBytes(patch: Parameters<SlideApi["patch"]>[0]): Promise<{ level: number; bytes: number[] }> {
    const { level, data } = await overPort.patch(patch);
    return { level, bytes: [...data] };
  },
  async tileSize(params: Parameters<SlideApi["tile"]>[0]): Promise<readonly number[]> {
    const image = await api.tile(params);
    return image instanceof ImageBitmap ? [image.width, image.height] : [];
  },
  async previewSize(params: Parameters<SlideApi["preview"]>[0]): Promise<readonly number[]> {
    const image = await api.preview(params);
    return image instanceof ImageBitmap ? [image.width, image.height] : [];
  },
};
export type SlideBench = typeof bench;
Object.assign(globalThis, { bench });
