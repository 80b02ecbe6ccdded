// Chunks of an OME-Zarr that would unpack to gigabytes are stopped at what a chunk can hold.
import { gzipSync, zlibSync } from "fflate";
import { describe, expect, test } from "vitest";
import { useBoundedCodecs } from "../../src/slide/zarr/bounded-codecs.ts";
import { faultOf } from "../support/slide-service.ts";

const registry = new Map<string, unknown>();
useBoundedCodecs(registry);
type Codec = Readonly<{ decode(bytes: Uint8Array): Promise<Uint8Array> }>;
type Entry = Readonly<{ fromConfig(config: unknown, meta: unknown): Codec }>;
async function codec(name: string): Promise<Codec> {
  const load = registry.get(name) as () => Promise<Entry>;
  return (await load()).fromConfig({}, { dataType: "uint8", shape: [1, 64, 64] });
}

const chunk = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7) & 255);
const huge = new Uint8Array(64 * 1024 * 1024);

/** RFC 8878: a frame of blocks that repeat one byte 128 KiB times. */
function zstdBomb(blocks: number): Uint8Array {
  const frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
  for (let i = 0; i < blocks; i++) {
    const header = (131072 << 3) | (1 << 1) | (i === blocks - 1 ? 1 : 0);
    frame.push(header & 255, (header >> 8) & 255, header >> 16, 7);
  }
  return Uint8Array.from(frame);
}

/** A header that claims `size` unpacked bytes. */
function claims(at: number, size: number): Uint8Array {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setUint32(at, size, true);
  new DataView(bytes.buffer).setUint32(12, 64, true);
  return bytes;
}

describe("a chunk", () => {
  test("is unpacked to what was packed", async () => {
    expect(await (await codec("gzip")).decode(gzipSync(chunk))).toEqual(chunk);
    expect(await (await codec("numcodecs.zlib")).decode(zlibSync(chunk))).toEqual(chunk);
  });

  test.each([
    ["gzip", gzipSync(huge)],
    ["zlib", zlibSync(huge)],
    ["zstd", zstdBomb(100_000)],
    ["blosc", claims(4, 0x7fffffff)],
    ["lz4", claims(0, 0x7fffffff)],
  ])("of %s that claims or holds far more than its size is stopped", async (name, bytes) => {
    expect(bytes.length).toBeLessThan(500_000);
    expect(await faultOf((await codec(name)).decode(bytes))).toMatch(/^limit: .*It is damaged/);
  });

  test.each(["gzip", "zlib", "zstd", "blosc", "lz4"])("of %s that is noise is damaged", async (name) => {
    const noise = Uint8Array.from({ length: 200 }, (_, i) => (i * 131 + 89) & 127);
    expect(await faultOf((await codec(name)).decode(noise))).toMatch(/^(damaged|limit): /);
    expect(await faultOf((await codec(name)).decode(new Uint8Array(3)))).toMatch(/^damaged: /);
  });
});
