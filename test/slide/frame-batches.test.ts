// Frames that are asked for together travel together, are fetched once, and are left when nobody waits; and the answers they come in.
import { describe, expect, test } from "vitest";
import { createByteLru } from "../../src/base/byte-lru.ts";
import { createFrameBatches } from "../../src/slide/dicom/frame-batches.ts";
import { parseMultipart } from "../../src/slide/dicom/multipart.ts";

type Request = { frames: readonly number[]; signal: AbortSignal; answer(): void; fail(error: unknown): void };

function world(options = { most: 4, together: 2 }, budget = 1000) {
  const requests: Request[] = [];
  const fetchBatch = (frames: readonly number[], signal: AbortSignal): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      requests.push({ frames, signal, answer: () => resolve(frames.map((f) => `frame ${f}`)), fail: reject });
    });
  const kept = createByteLru<string, string>(budget);
  const cache = { kept, keyOf: (frame: number) => `a/${frame}`, bytesOf: (value: string) => value.length };
  return { requests, ...createFrameBatches(fetchBatch, cache, options) };
}
const signal = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("frames", () => {
  test("asked for at the same time travel in one request, in order; more than fit wait for the next", async () => {
    const { read, requests } = world();
    const all = [5, 3, 9, 1, 7, 2].map((frame) => read(frame, signal));
    await settled();
    expect(requests.map(({ frames }) => frames)).toEqual([
      [1, 3, 5, 9],
      [2, 7],
    ]);
    for (const { answer } of requests) answer();
    expect(await Promise.all(all)).toEqual([5, 3, 9, 1, 7, 2].map((f) => `frame ${f}`));
  });

  test("are fetched once for all who want them, and not again while they are kept", async () => {
    const { read, requests } = world();
    const both = [read(1, signal), read(1, signal)];
    await settled();
    requests[0]?.answer();
    await Promise.all(both);
    expect(await read(1, signal)).toBe("frame 1");
    expect(requests).toHaveLength(1);
  });

  test("beyond the budget are fetched again", async () => {
    const { read, requests } = world({ most: 1, together: 1 }, 8);
    for (const frame of [1, 2, 1]) {
      const value = read(frame, signal);
      await settled();
      requests.at(-1)?.answer();
      await value;
    }
    expect(requests).toHaveLength(3);
  });

  test("are left only when nobody waits for any of a request's", async () => {
    const { read, requests } = world();
    const [one, two] = [new AbortController(), new AbortController()];
    const wanted = [read(1, one.signal), read(2, two.signal)];
    await settled();
    one.abort();
    await expect(wanted[0]).rejects.toMatchObject({ name: "AbortError" });
    expect(requests[0]?.signal.aborted).toBe(false);
    two.abort();
    await expect(wanted[1]).rejects.toMatchObject({ name: "AbortError" });
    expect(requests[0]?.signal.aborted).toBe(true);
    const again = read(1, signal);
    await settled();
    requests.at(-1)?.answer();
    expect(await again).toBe("frame 1");
  });

  test("that nobody waits for any more are not asked for at all", async () => {
    const { read, requests } = world();
    const gone = new AbortController();
    const left = read(1, gone.signal);
    gone.abort();
    await expect(left).rejects.toMatchObject({ name: "AbortError" });
    await settled();
    expect(requests).toEqual([]);
  });

  test("of a request that fails all fail, and are asked for anew next time", async () => {
    const { read, requests } = world();
    const both = [read(1, signal), read(2, signal)];
    await settled();
    requests[0]?.fail(new Error("no"));
    await expect(both[0]).rejects.toThrow("no");
    await expect(both[1]).rejects.toThrow("no");
    const again = read(1, signal);
    await settled();
    requests[1]?.answer();
    expect(await again).toBe("frame 1");
  });
});

describe("a multipart answer", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const type = 'multipart/related; type="image/jpeg"; boundary="b"';
  const parts = (text: string) =>
    parseMultipart(bytes(text), type)?.map((part) => new TextDecoder().decode(part.bytes));

  test("is taken apart, with and without lengths, whatever stands before it", () => {
    expect(
      parts("before\r\n--b\r\nContent-Type: x\r\n\r\none\r\n--b\r\nContent-Length: 3\r\n\r\ntwo\r\n--b--\r\n"),
    ).toEqual(["one", "two"]);
  });
  test("may hold what looks like its boundary: a stated length is believed where a boundary follows", () => {
    expect(parts("--b\r\nContent-Length: 9\r\n\r\na\r\n--b\r\nc\r\n--b--")).toEqual(["a\r\n--b\r\nc"]);
    expect(parts("--b\r\nContent-Length: 99\r\n\r\none\r\n--b--")).toEqual(["one"]);
    expect(parts("--b\r\n\r\nx--b y\r\n--b--")).toEqual(["x--b y"]);
  });
  test("that is none, is cut off or names no boundary is told", () => {
    expect(parseMultipart(bytes("x"), "image/jpeg")).toBeNull();
    expect(() => parts("--b\r\n\r\none")).toThrow(/cut off/);
    expect(() => parts("--b\r\nContent-Type: x")).toThrow(/cut off/);
    expect(() => parts("nothing")).toThrow(/no part/);
    expect(() => parseMultipart(bytes("--b--"), "multipart/related")).toThrow(/no boundary/);
  });
});
