// Where bytes come from: memory, files, servers with and without manners, and the cache in front of them.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { isFault } from "../../src/base/fault.ts";
import { openFileSource } from "../../src/platform/node/file-source.ts";
import { createFileSource } from "../../src/platform/worker/file-source.ts";
import { defaultHttpSource, type HttpSourceOptions, openHttpSource } from "../../src/platform/worker/http-source.ts";
import { createBlockCache } from "../../src/slide/block-cache.ts";
import { type ByteSource, memorySource } from "../../src/slide/byte-source.ts";
import { corsFetch } from "../support/cors-fetch.ts";
import { type FlakyServer, type Manner, startFlakyServer } from "../support/flaky-server.ts";
import { faultOf, localFile } from "../support/slide-service.ts";

const file = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7 + (i >> 8)) & 255);
const signal = (): AbortSignal => new AbortController().signal;

const folder = mkdtempSync(join(tmpdir(), "pathotune-"));
const onDisk = join(folder, "slide.bin");
writeFileSync(onDisk, file);

const servers: FlakyServer[] = [];
async function serve(manner: Manner): Promise<FlakyServer> {
  const server = await startFlakyServer(file, manner);
  servers.push(server);
  return server;
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

describe("every byte source", () => {
  const kinds: readonly (readonly [string, () => Promise<ByteSource>])[] = [
    ["memory", async () => memorySource(file)],
    ["a picked file", async () => createFileSource(localFile(file))],
    ["a file on disk", () => openFileSource(onDisk)],
    ["a server", async () => openHttpSource((await serve("good")).url, signal())],
    ["a server without ranges", async () => openHttpSource((await serve("no-ranges")).url, signal())],
    [
      "a block cache",
      async () => createBlockCache(memorySource(file), { blockBytes: 1000, budgetBytes: 20_000, mergeBytes: 3000 }),
    ],
  ];
  for (const [name, open] of kinds) {
    test(`reads exactly what is asked, and refuses beyond the end: ${name}`, async () => {
      const source = await open();
      expect(source.size).toBe(file.length);
      for (const [offset, length] of [
        [0, 1],
        [999, 2],
        [1000, 1000],
        [123_456, 12_345],
        [file.length - 5, 5],
        [7, 0],
      ] as const) {
        expect(await source.read(offset, length, signal())).toEqual(file.slice(offset, offset + length));
      }
      for (const [offset, length] of [
        [file.length - 5, 6],
        [file.length + 10, 1],
        [-1, 2],
        [2 ** 60, 1],
      ] as const) {
        expect(await faultOf(source.read(offset, length, signal()))).toMatch(/^damaged: /);
      }
      await expect(source.read(0, 10, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
      source.close();
    });
  }

  test("a file that is not there is a Fault with its name", async () => {
    expect(await faultOf(openFileSource(join(folder, "gone.svs")))).toMatch(/^read: "gone.svs"/);
    rmSync(folder, { recursive: true });
  });

  test("a picked file that was moved meanwhile says to open it again", async () => {
    const moved = {
      ...localFile(file, "a.svs"),
      slice: () => ({ arrayBuffer: () => Promise.reject(new Error("NotReadable")) }),
    };
    expect(await faultOf(createFileSource(moved).read(0, 1, signal()))).toMatch(/^read: "a.svs".*Open it again/);
  });
});

/** As shipped, but nobody waits long. */
const hasty: HttpSourceOptions = { ...defaultHttpSource, wait: async () => {}, stallMilliseconds: 150 };

describe("a server", () => {
  const readFrom = async (manner: Manner, options: HttpSourceOptions = hasty): Promise<string> => {
    const source = await openHttpSource((await serve(manner)).url, signal(), options);
    const bytes = await source.read(100_000, 1000, signal());
    expect(bytes).toEqual(file.slice(100_000, 101_000));
    return "read";
  };
  /** Kind, reason and message of what it ends in. */
  const faultFrom = async (manner: Manner, options: HttpSourceOptions = hasty): Promise<string> => {
    try {
      return await readFrom(manner, options);
    } catch (error) {
      if (!isFault(error)) throw error;
      return `${error.kind}/${error.detail.reason ?? "none"}: ${error.message}`;
    }
  };

  test.each<[Manner, RegExp]>([
    ["short-body", /network\/truncated: .*999 of 1000 bytes.*open it as a file/],
    ["cut-off", /network\/truncated: .*connection broke.*Try again/],
    ["wrong-range", /network\/wrong-range: .*instead of those asked for/],
    ["lies-about-length", /limit\/none: .*more than the 1000 bytes/],
    ["changes", /network\/changed: .*changed on its server.*Open it again/],
    ["grows", /network\/changed: .*changed on its server/],
    ["no-content-range", /network\/no-size: .*Content-Range/],
    ["dies", /network\/unreachable: .*cannot be fetched.*connection/],
    ["not-found", /network\/missing: .*404.*no such file.*Check the address/],
    ["busy", /network\/busy: .*503.*Try again later/],
    ["slow", /network\/slow: .*sent nothing.*open it as a file/],
    ["expired", /network\/expired: .*expired.*fresh address/],
    ["expires", /network\/expired: .*expired.*fresh address/],
    ["refused", /network\/refused: .*not public.*open it as a file/],
    ["whole-later", /network\/no-ranges: .*stopped sending parts.*Open it again/],
    ["empty", /network\/empty: .*is empty/],
    ["redirects", /network\/redirect: .*points to another address.*Open that address/],
  ])(
    "that is %s ends in a Fault that says so and what to do, without the address's secrets",
    async (manner, expected) => {
      const fault = await faultFrom(manner);
      expect(fault).toMatch(expected);
      expect(fault).toContain("slide.svs");
      expect(fault).not.toContain("secret");
    },
  );

  test.each<Manner>(["short-once", "error-once", "busy-once", "cut-off-once", "slow-once"])(
    "that fails once (%s) is asked again",
    async (manner) => {
      expect(await readFrom(manner)).toBe("read");
    },
  );

  test("that says how long to wait is given that time, and not more than ten seconds", async () => {
    const waits: number[] = [];
    const server = await startFlakyServer(file, "good");
    servers.push(server);
    const busy = async (url: string, init: RequestInit): Promise<Response> =>
      waits.length < 3
        ? new Response(null, { status: 503, headers: { "retry-after": waits.length === 1 ? "86400" : "2" } })
        : fetch(url, init);
    const wait = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
    await openHttpSource(server.url, signal(), { ...hasty, fetch: busy, wait });
    expect(waits).toEqual([2000, 10_000, 2000]);
  });

  test("that sends only whole files is refused when the file is large, stated or not", async () => {
    const small = { ...hasty, wholeFileBytes: 1000 };
    for (const manner of ["no-ranges", "endless"] as const) {
      expect(await faultFrom(manner, small)).toMatch(/network\/no-ranges: .*whole files.*download/);
    }
  });

  test("that points to another address is not followed: nobody agreed to that one", async () => {
    const { url, requests } = await serve("redirects");
    await expect(openHttpSource(url, signal(), hasty)).rejects.toMatchObject({ detail: { reason: "redirect" } });
    expect(requests.length).toBe(1);
  });

  test("that does not let pages of other origins read is told from one that does not answer", async () => {
    const page = { ...hasty, fetch: corsFetch };
    expect(await readFrom("good", page)).toBe("read");
    expect(await faultFrom("no-cors", page)).toMatch(
      /network\/cors: .*does not allow.*Access-Control-Allow-Origin.*open it as a file/,
    );
    expect(await faultFrom("hides-range", page)).toMatch(/network\/no-size: .*Access-Control-Expose-Headers/);
    const { url, close } = await startFlakyServer(file, "good");
    await close();
    await expect(openHttpSource(url, signal(), page)).rejects.toMatchObject({ detail: { reason: "unreachable" } });
  });

  test("is not asked again for what its first answer held", async () => {
    const { url, requests } = await serve("good");
    const source = await openHttpSource(url, signal(), hasty);
    expect(await source.read(1000, 60_000, signal())).toEqual(file.slice(1000, 61_000));
    expect(requests).toEqual(["bytes=0-65535"]);
  });

  test("that never answers is left as soon as nobody waits", async () => {
    const source = await openHttpSource((await serve("slow")).url, signal());
    const controller = new AbortController();
    const read = source.read(100_000, 10, controller.signal);
    controller.abort();
    await expect(read).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("the block cache", () => {
  type Seen = { reads: [number, number][]; aborted: number };
  const watched = (seen: Seen, fail: () => boolean = () => false): ByteSource => ({
    ...memorySource(file),
    async read(offset, length, readSignal) {
      seen.reads.push([offset, length]);
      readSignal.addEventListener("abort", () => seen.aborted++);
      await new Promise((resolve) => setImmediate(resolve));
      if (fail()) throw new Error("no");
      return file.slice(offset, offset + length);
    },
  });
  const options = { blockBytes: 1000, budgetBytes: 20_000, mergeBytes: 4000 };

  test("fetches neighbours together and nothing twice", async () => {
    const seen: Seen = { reads: [], aborted: 0 };
    const cache = createBlockCache(watched(seen), options);
    await cache.read(500, 3000, signal());
    expect(seen.reads).toEqual([[0, 4000]]);
    await cache.read(1500, 2000, signal());
    await cache.read(3500, 1000, signal());
    expect(seen.reads).toEqual([
      [0, 4000],
      [4000, 1000],
    ]);
  });

  test("shares a read between those who want it at the same time", async () => {
    const seen: Seen = { reads: [], aborted: 0 };
    const cache = createBlockCache(watched(seen), options);
    const both = await Promise.all([
      cache.read(0, 2500, signal()),
      cache.read(100, 300, signal()),
      cache.read(2200, 1500, signal()),
    ]);
    expect(both).toEqual([file.slice(0, 2500), file.slice(100, 400), file.slice(2200, 3700)]);
    expect(seen.reads).toEqual([
      [0, 3000],
      [3000, 1000],
    ]);
  });

  test("stops a shared read only when nobody wants it any more", async () => {
    const seen: Seen = { reads: [], aborted: 0 };
    const cache = createBlockCache(watched(seen), options);
    const one = new AbortController();
    const two = new AbortController();
    const first = cache.read(0, 100, one.signal);
    const second = cache.read(0, 100, two.signal);
    one.abort();
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
    expect(seen.aborted).toBe(0);
    expect(await second).toEqual(file.slice(0, 100));
    const third = cache.read(5000, 100, two.signal);
    two.abort();
    await expect(third).rejects.toMatchObject({ name: "AbortError" });
    expect(seen.aborted).toBe(1);
  });

  test("does not remember a failure", async () => {
    const seen: Seen = { reads: [], aborted: 0 };
    let bad = true;
    const cache = createBlockCache(
      watched(seen, () => bad),
      options,
    );
    await expect(cache.read(0, 10, signal())).rejects.toThrow("no");
    bad = false;
    expect(await cache.read(0, 10, signal())).toEqual(file.slice(0, 10));
  });
});
