// Parts of kept files: the examples of RFC 9110, section 14.1.2, for a representation of 10,000 bytes, and what is not satisfiable.
import { expect, test } from "vitest";
import { parseByteRange, partOf } from "../../src/worker/offline/byte-range.ts";

test.each([
  ["bytes=0-499", { start: 0, end: 499 }],
  ["bytes=500-999", { start: 500, end: 999 }],
  ["bytes=-500", { start: 9500, end: 9999 }],
  ["bytes=9500-", { start: 9500, end: 9999 }],
  ["bytes=9990-20000", { start: 9990, end: 9999 }],
  ["bytes=10000-", null],
  ["bytes=5-2", null],
  ["bytes=-", null],
  ["items=0-1", null],
])("%s", (header, wanted) => {
  expect(parseByteRange(header, 10_000)).toEqual(wanted);
});

test("a part is answered as a server would", async () => {
  const part = await partOf(new Response(new Uint8Array([1, 2, 3, 4, 5])), "bytes=1-3");
  expect(part.status).toBe(206);
  expect(part.headers.get("Content-Range")).toBe("bytes 1-3/5");
  expect([...new Uint8Array(await part.arrayBuffer())]).toEqual([2, 3, 4]);
  expect((await partOf(new Response("abc"), "bytes=7-")).status).toBe(416);
});
