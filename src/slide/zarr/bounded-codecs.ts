// Zarr's compressors with a bound on what they unpack: a chunk of a known size never becomes larger, whatever its bytes claim.
// Knows no slide. gzip, zlib and zstd stop at the bound; blosc and lz4 state their size first, which is checked.
import { Fault } from "../../base/fault.ts";

type ChunkMeta = Readonly<{ dataType: string; shape: readonly number[] }>;
type Codec = Readonly<{
  kind: "bytes_to_bytes";
  encode(bytes: Uint8Array): never;
  decode(bytes: Uint8Array): Promise<Uint8Array>;
}>;
type CodecEntry = Readonly<{ fromConfig(config: unknown, meta: ChunkMeta): Codec }>;
type Library = Readonly<{
  fromConfig(config: unknown, meta: unknown): Readonly<{ decode(bytes: Uint8Array): unknown }>;
}>;

/** How far a compressor may go beyond the chunk: checksums of sharded indexes. */
const slackBytes = 64;

const damaged = (how: string, cause?: unknown): Fault =>
  new Fault("damaged", `A piece of the slide is damaged: ${how}. Copy or download it again.`, {}, cause);

function chunkBytes({ dataType, shape }: ChunkMeta): number {
  const bits = Number(/(\d+)$/.exec(dataType)?.[1] ?? 8);
  return shape.reduce((product, side) => product * side, Math.max(1, bits / 8)) + slackBytes;
}

function bounded(unpack: (bytes: Uint8Array, most: number) => Promise<Uint8Array>): CodecEntry {
  return {
    fromConfig: (_, meta) => ({
      kind: "bytes_to_bytes",
      encode() {
        throw new Error("assertion failed: nothing is written");
      },
      async decode(bytes) {
        try {
          const out = await unpack(bytes, chunkBytes(meta));
          // Too little is found out where the chunk is put together; a stream that was cut ends in nothing.
          if (out.length === 0) throw damaged("it is cut off");
          return out;
        } catch (error) {
          throw error instanceof Fault ? error : damaged("it cannot be unpacked", error);
        }
      },
    }),
  };
}

/** Parts as they come, together at most `most` bytes. */
function collector(most: number): Readonly<{ add(part: Uint8Array): void; all(): Uint8Array }> {
  const parts: Uint8Array[] = [];
  let total = 0;
  return {
    add(part) {
      total += part.length;
      if (total > most)
        throw new Fault("limit", `A piece of the slide unpacks to more than its ${most} bytes. It is damaged.`);
      parts.push(part);
    },
    all() {
      const out = new Uint8Array(total);
      let at = 0;
      for (const part of parts) {
        out.set(part, at);
        at += part.length;
      }
      return out;
    },
  };
}

/** Compressed input is handed over in portions, so that the bound is met before memory is. */
const portionBytes = 16 * 1024;

function feed(bytes: Uint8Array, push: (part: Uint8Array, last: boolean) => void): void {
  for (let at = 0; at < bytes.length || at === 0; at += portionBytes) {
    push(bytes.subarray(at, at + portionBytes), at + portionBytes >= bytes.length);
  }
}

const zstd = bounded(async (bytes, most) => {
  const { Decompress } = await import("fzstd");
  const out = collector(most);
  const stream = new Decompress((part) => out.add(part));
  feed(bytes, (part, last) => stream.push(part, last));
  return out.all();
});

const gzip = bounded(async (bytes, most) => {
  const { Gunzip } = await import("fflate");
  const out = collector(most);
  const stream = new Gunzip((part) => out.add(part));
  feed(bytes, (part, last) => stream.push(part, last));
  return out.all();
});

const zlib = bounded(async (bytes, most) => {
  const { Unzlib } = await import("fflate");
  const out = collector(most);
  const stream = new Unzlib((part) => out.add(part));
  feed(bytes, (part, last) => stream.push(part, last));
  return out.all();
});

/** `at`: where the unpacked size stands, little endian. Source: blosc's README_CHUNK_FORMAT, numcodecs' lz4.pyx. */
const stating = (load: () => Promise<Library>, at: number): CodecEntry =>
  bounded(async (bytes, most) => {
    if (bytes.length < at + 4) throw damaged("it is cut off");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const claimed = view.getUint32(at, true);
    if (claimed > most)
      throw new Fault("limit", `A piece of the slide claims ${claimed} bytes instead of ${most}. It is damaged.`);
    // The library's own bounds are those of the header's second size.
    if (at === 4 && bytes.length >= 16 && view.getUint32(12, true) > bytes.length) throw damaged("it is cut off");
    const library = (await load()).fromConfig({ clevel: 5, cname: "lz4", shuffle: 1, blocksize: 0 }, {});
    const out: unknown = await library.decode(bytes);
    if (!(out instanceof Uint8Array) || out.length !== claimed)
      throw damaged("it unpacks to another size than it states");
    return out;
  });

const blosc = stating(async () => (await import("numcodecs/blosc")).default as unknown as Library, 4);
const lz4 = stating(async () => (await import("numcodecs/lz4")).default as unknown as Library, 0);

const table: Readonly<Record<string, CodecEntry>> = { zstd, gzip, zlib, blosc, lz4 };

/** Puts the bounded compressors in the library's place; asked again, it changes nothing. */
export function useBoundedCodecs(registry: Map<string, unknown>): void {
  for (const [name, entry] of Object.entries(table)) {
    registry.set(name, async () => entry);
    registry.set(`numcodecs.${name}`, async () => entry);
  }
}
