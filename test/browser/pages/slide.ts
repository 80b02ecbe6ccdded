// Test page: the real slide worker, asked through its protocol, pixels answered as sha256.
import { mpp, type SlideId } from "../../../src/base/brand.ts";
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

const bench = {
  openUrl: (url: string) => api.open({ source: { kind: "url", url: new URL(url, location.href).href } }),
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
  openFile: () => api.open({ source: picked() }),
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
