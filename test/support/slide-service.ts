// A slide service over bytes in memory, for tests. Knows only the Node platform.
import type { SlideInfo } from "../../src/domain/slide.ts";
import { createNodeSlideService } from "../../src/platform/node/slide-service.ts";
import type { LocalFile } from "../../src/protocol/call.ts";

export const service = createNodeSlideService();

/** What a browser's File is to the app. */
export function localFile(bytes: Uint8Array, name = "test.tif"): LocalFile {
  return {
    name,
    size: bytes.length,
    lastModified: 0,
    slice: (start, end) => ({ arrayBuffer: async () => Uint8Array.from(bytes.subarray(start, end)).buffer }),
  };
}

export function openBytes(bytes: Uint8Array, name?: string): Promise<SlideInfo> {
  return service.open({ source: { kind: "file", file: localFile(bytes, name) } });
}

/** "kind: message" of the Fault that opening ends with, or "opened". */
export async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "opened";
  } catch (error) {
    const { kind, message } = error as { kind?: string; message: string };
    return kind === undefined ? `NOT A FAULT: ${message}` : `${kind}: ${message}`;
  }
}
