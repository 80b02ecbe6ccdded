// What the slide benchmark claims with: that its command line is understood, that its slides are what their names say, that a server
// is as late as stated, and that a peer who reads other pixels is no peer.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import { present } from "../../src/base/fault.ts";
import { everySecondLevel } from "../../src/cli/bench-slide/finer-slide.ts";
import { writeHugeSlide } from "../../src/cli/bench-slide/huge-slide.ts";
import { serveLate } from "../../src/cli/bench-slide/latency-server.ts";
import { parseOptions } from "../../src/cli/bench-slide/options.ts";
import { measurePatchRates, readsTheSame, statedScale } from "../../src/cli/bench-slide/patch-rate.ts";
import { embeddedPath } from "../../src/cli/bench-slide/slides-at-hand.ts";
import { sweptSlide } from "../../src/cli/bench-slide/swept-slide.ts";
import type { PatchSpec } from "../../src/domain/patch.ts";
import { createNodeSlideService, type RawImage } from "../../src/platform/node/slide-service.ts";
import { sha256 } from "../support/reference-slides.ts";
import { openBytes } from "../support/slide-service.ts";

const folder = mkdtempSync(join(tmpdir(), "bench-slide-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const spec: PatchSpec = { pixels: 224, mpp: mpp(0.5), filter: "bicubic", edge: "white", snap: 0.02 };
const embedded = { format: "tiff_jpeg", path: embeddedPath, words: "embedded", finer: false };

describe("the command line", () => {
  test("takes all parts unless some are named, and few patches in a smoke run", () => {
    const all = parseOptions([]);
    expect([...all.parts]).toEqual(["first", "patches", "feed", "sweep", "mask", "memory"]);
    expect(all).toMatchObject({ json: false, fast: false, python: "python3", model: null });
    const some = parseOptions(["--fast", "--json", "--only", "mask,first", "--rounds", "7", "--python", "py"]);
    expect([...some.parts]).toEqual(["first", "mask"]);
    expect(some).toMatchObject({ json: true, fast: true, rounds: 7, python: "py" });
    expect(some.patches).toBeLessThan(all.patches);
    expect(some.seconds).toBeLessThan(all.seconds);
  });

  test("refuses in words what it does not know", () => {
    expect(() => parseOptions(["--only", "mask,masks"])).toThrow('not "masks"');
    expect(() => parseOptions(["--only", ""])).toThrow("--only takes some of");
    expect(() => parseOptions(["--rounds", "0"])).toThrow("--rounds takes");
    expect(() => parseOptions(["--quick"])).toThrow("--quick");
  });
});

describe("the slides", () => {
  test("a huge slide repeats its tiles: far more pixels than bytes, and the same tile one square further", async () => {
    const path = join(folder, "huge.tif");
    const bytes = await writeHugeSlide(path, 2048, new AbortController().signal);
    expect(readFileSync(path)).toHaveLength(bytes);
    expect(bytes).toBeLessThan(2048 * 2048 * 0.1);
    const slides = createNodeSlideService();
    const info = await slides.open({ source: { kind: "url", url: path } });
    expect(info).toMatchObject({ width: 2048, height: 2048, origin: "generated", warnings: [] });
    const tile = async (column: number, row: number): Promise<string> => {
      const image = (await slides.tile({ slideId: info.id, level: 0, column, row })) as RawImage | null;
      return sha256(present(image, "a tile").rgb);
    };
    expect(await tile(3, 6)).toBe(await tile(1, 2));
    expect(await tile(3, 6)).not.toBe(await tile(2, 2));
    await slides.close({ slideId: info.id });
  });

  test("the finer slide lacks every second level, so that a patch is shrunk from 448 px", async () => {
    const whole = new Uint8Array(readFileSync(embeddedPath));
    const [given, finer] = [await openBytes(whole), await openBytes(everySecondLevel(whole))];
    const widths = given.levels.map(({ width }) => width);
    expect(finer.levels.map(({ width }) => width)).toEqual(widths.filter((_, i) => i % 2 === 0));
    expect(statedScale(spec, true)).toMatchObject({ mppX: 0.25, mppY: 0.25 });
  });

  test("are swept at as many places as asked, all on tissue, close together", async () => {
    const slides = createNodeSlideService();
    const { params, caches } = await sweptSlide(slides, embedded, spec, 12);
    expect(params.cells).toHaveLength(12);
    const rows = [...params.cells].map((cell) => Math.floor(cell / params.grid.columns));
    expect(Math.max(...rows) - Math.min(...rows)).toBeLessThan(8);
    expect(caches).toBe("tissue known, empty caches");
    await slides.close({ slideId: params.slideId });
  });
});

test("a server 50 ms away answers no sooner, twice as late where the connection is new, and the bytes asked for", async () => {
  const path = join(folder, "bytes");
  writeFileSync(
    path,
    Uint8Array.from({ length: 100 }, (_, i) => i),
  );
  const server = await serveLate(path, 50);
  try {
    const ask = async (): Promise<Readonly<{ bytes: Uint8Array; ms: number }>> => {
      const before = performance.now();
      const response = await fetch(server.url, { headers: { Range: "bytes=90-199" } });
      expect(response.headers.get("content-range")).toBe("bytes 90-99/100");
      return { bytes: new Uint8Array(await response.arrayBuffer()), ms: performance.now() - before };
    };
    const first = await ask();
    expect([...first.bytes]).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
    // No upper bound: only what the server itself promises. Timers may fire a millisecond early.
    expect(first.ms).toBeGreaterThan(98);
    expect((await ask()).ms).toBeGreaterThan(48);
    expect(server.requests()).toBe(2);
  } finally {
    await server.close();
  }
});

test("a peer that reads other pixels is none, one black tile aside", () => {
  expect(readsTheSame([100, 200, 300], [100, 200.1, 0.1])).toBe(true);
  expect(readsTheSame([100, 200, 300], [110, 190, 300])).toBe(false);
  expect(readsTheSame([1], [Number.NaN])).toBe(false);
});

test("without OpenSlide our rate is told beside geotiff.js's, and why OpenSlide's is not", async () => {
  const twin = join(import.meta.dirname, "..", "fixtures", "slides", "twins", "philips.tif");
  const small: PatchSpec = { ...spec, pixels: 64 };
  const slide = { format: "philips", path: twin, words: "a twin", finer: false };
  const options = { spec: small, rounds: 2, seconds: 0.001, python: join(folder, "no-python"), log: () => {} };
  const { figures, leftOut } = await measurePatchRates([slide], options);
  expect(figures.map(({ name, unit, n }) => [name, unit, n])).toEqual([
    ["slide.patches_per_s.philips", "1/s", 2],
    ["slide.patches_per_s.philips.geotiff", "1/s", 2],
    ["slide.vs_geotiff.philips", "1", 2],
  ]);
  for (const { value } of figures) expect(value).toBeGreaterThan(0);
  expect(figures[1]?.on).toMatch(/geotiff 3\.0\.5/);
  expect(leftOut).toEqual([{ name: "slide.patches_per_s.philips.openslide", why: expect.stringContaining("ENOENT") }]);
  const none = await measurePatchRates([slide], { ...options, spec });
  expect(none.figures).toEqual([]);
  expect(none.leftOut[0]?.why).toContain("smaller than a patch of 224 px");
});

test("a codec that geotiff.js lacks leaves out its figures only, with its own words", async () => {
  const twin = join(import.meta.dirname, "..", "fixtures", "slides", "twins", "jpeg2000-rgb.svs");
  const slide = { format: "svs_jp2k", path: twin, words: "a twin", finer: false };
  const options = {
    spec: { ...spec, pixels: 64 },
    rounds: 1,
    seconds: 0.001,
    python: join(folder, "no"),
    log: () => {},
  };
  const { figures, leftOut } = await measurePatchRates([slide], options);
  expect(figures.map(({ name }) => name)).toEqual(["slide.patches_per_s.svs_jp2k"]);
  expect(leftOut[1]).toEqual({
    name: "slide.patches_per_s.svs_jp2k.geotiff",
    why: expect.stringMatching(/compression.*33005/),
  });
});
