// Slides of parts from servers: real ones (Orthanc, IIPImage) where installed, drawn ones always; the same pixels as from files, and
// every failure in words.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Level } from "../../src/domain/slide.ts";
import type { RawImage } from "../../src/platform/node/slide-service.ts";
import { memorySource } from "../../src/slide/byte-source.ts";
import { openFrames } from "../../src/slide/dicom/frames.ts";
import { parseInstance } from "../../src/slide/dicom/instance.ts";
import { readDicomFile } from "../../src/slide/dicom/part10.ts";
import { corsFetch } from "../support/cors-fetch.ts";
import { hasIip, type IipServer, startIipServer } from "../support/iip-server.ts";
import { createNetService, hastyHttp } from "../support/net-service.ts";
import { hasOrthanc, type Orthanc, startOrthanc } from "../support/orthanc.ts";
import { type PartServer, serveDicomWeb, servePartsOf, type WebManner, type WebSlide } from "../support/part-server.ts";
import { partFixtures, patchMismatches, sharedSlides } from "../support/reference-patches.ts";
import { faultOf } from "../support/slide-service.ts";

const signal = new AbortController().signal;
const service = createNetService();
const open = (url: string) => service.open({ source: { kind: "url", url } });
const twins = join(partFixtures, "twins");

const servers: PartServer[] = [];
async function started(server: Promise<PartServer>): Promise<PartServer> {
  const there = await server;
  servers.push(there);
  return there;
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

describe("pieces beside an address", () => {
  test.each([
    ["twins/deep-zoom-jpg/slide.dzi", "/deep-zoom-jpg/slide.dzi"],
    ["twins/deep-zoom-png/slide.dzi", "/deep-zoom-png/slide.dzi"],
    ["twins/iiif-2", "/iiif-2/info.json"],
    ["twins/iiif-3", "/iiif-3/info.json"],
    ["twins/blosc.zarr", "/blosc.zarr"],
    ["twins/zlib.zarr", "/zlib.zarr/.zattrs"],
    ["twins/zstd.zarr", "/zstd.zarr/"],
    ["twins/sharded.zarr", "/sharded.zarr/zarr.json"],
    ["twins/dicom-jpeg-extended.dcm", "/dicom-jpeg-extended.dcm"],
    ["twins/dicom-jpeg-lies.dcm", "/dicom-jpeg-lies.dcm"],
  ])("give the pixels of the files: %s", async (name, path) => {
    const { url } = await started(servePartsOf(twins));
    const { id } = await open(url + path);
    expect(await patchMismatches(service, id, name)).toEqual([]);
    const local = createNetService();
    const files = await local.open({ source: { kind: "url", url: join(partFixtures, name) } });
    expect(id).toBe(files.id);
    await local.close({ slideId: id });
  });

  test("are asked again where a server is busy, and a query goes with each: it may be the key", async () => {
    const failed = new Set<string>();
    const { url } = await started(
      servePartsOf(twins, (path, response) => {
        if (failed.has(path)) return false;
        failed.add(path);
        response.writeHead(503, { "retry-after": "0" }).end();
        return true;
      }),
    );
    const { id } = await open(`${url}/deep-zoom-jpg/slide.dzi?token=abc`);
    expect(await patchMismatches(service, id, "twins/deep-zoom-jpg/slide.dzi")).toEqual([]);
    expect(failed.size).toBeGreaterThan(5);
  });

  test.each<readonly [string, number, string, RegExp]>([
    ["expired", 403, "?X-Amz-Signature=abc", /network: .*expired.*fresh address/],
    ["not public", 403, "", /network: .*not public/],
    ["broken", 500, "", /network: .*500.*Try again later/],
    ["not there", 404, "", /not-a-slide: .*Check the address/],
  ])("that are %s end in words", async (_, status, query, expected) => {
    const { url } = await started(
      servePartsOf(twins, (__, response) => {
        response.writeHead(status).end();
        return true;
      }),
    );
    for (const path of [
      "/deep-zoom-jpg/slide.dzi",
      "/iiif-2/info.json",
      "/zstd.zarr",
      "/dicom-web/studies/1.2/series/3",
    ]) {
      const fault = await faultOf(open(url + path + query));
      expect(fault, path).toMatch(expected);
      expect(fault).not.toContain("abc");
    }
  });

  test("may be compressed on the way, which a page of another origin is not shown", async () => {
    const { url } = await started(
      servePartsOf(twins, (path, response) => {
        if (!path.endsWith(".json")) return false;
        const bytes = gzipSync(readFileSync(join(twins, path)));
        const headers = {
          "content-type": "application/json",
          "content-encoding": "gzip",
          "content-length": bytes.length,
        };
        response.writeHead(200, { ...headers, "access-control-allow-origin": "*" }).end(bytes);
        return true;
      }),
    );
    const hiding = {
      ...hastyHttp,
      fetch: async (address: string, init: RequestInit) => {
        const response = await fetch(address, init);
        const headers = new Headers(response.headers);
        headers.delete("content-encoding");
        // As a tiny text has it: longer compressed than not.
        if (address.endsWith(".json")) headers.set("content-length", "100000");
        return new Response(response.body, { status: response.status, headers });
      },
    };
    const info = await createNetService(hiding).open({ source: { kind: "url", url: `${url}/iiif-3/info.json` } });
    expect(info.width).toBe(200);
  });

  test("that are broken later name the tile's failure, and the slide stays open", async () => {
    let broken = false;
    const { url } = await started(
      servePartsOf(twins, (path, response) => {
        if (!broken || !/\.jpg$/.test(path)) return false;
        response.writeHead(200, { "content-type": "image/jpeg", "content-length": 4000 });
        response.write(Buffer.alloc(100), () => response.destroy());
        return true;
      }),
    );
    const { id } = await open(`${url}/deep-zoom-jpg/slide.dzi`);
    broken = true;
    const tile = () => service.tile({ slideId: id, level: 0, column: 1, row: 1 });
    expect(await faultOf(tile())).toMatch(/network: .*connection broke.*"1_1.jpg"/);
    broken = false;
    expect(await tile()).not.toBeNull();
  });

  test("of a server that does not let pages read are told from missing ones", async () => {
    const { url } = await started(servePartsOf(twins));
    const page = createNetService({ ...hastyHttp, fetch: corsFetch });
    const fault = await faultOf(page.open({ source: { kind: "url", url: `${url}/iiif-2/info.json` } }));
    expect(fault).toMatch(/network: .*does not allow this page.*Access-Control-Allow-Origin/);
  });
});

/** The drawn series as a server has it. */
async function drawnSeries(): Promise<WebSlide> {
  const folder = join(twins, "dicom-series");
  const frames = new Map<string, readonly Uint8Array[]>();
  for (const name of readdirSync(folder)) {
    const file = await readDicomFile(memorySource(new Uint8Array(readFileSync(join(folder, name))), name), signal);
    const instance = parseInstance(file.attributes, file.transferSyntax, name);
    if (!instance) throw new Error(`${name} is no slide`);
    const source = await openFrames(file, instance.frames, 4800, signal);
    const all = Array.from({ length: instance.frames }, (_, i) => source.read(i, signal));
    frames.set(instance.sop, await Promise.all(all));
  }
  const metadata: unknown = JSON.parse(readFileSync(join(twins, "dicom-series.json"), "utf8"));
  return { metadata, frames, type: "image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50" };
}

describe("a DICOMweb server", () => {
  const serve = async (manner: WebManner = {}): Promise<PartServer> =>
    started(serveDicomWeb(await drawnSeries(), manner));
  const series = "/studies/1.2.826.0.1.3680043.8.498.1/series/1.2.826.0.1.3680043.8.498.120";

  test.each<[string, WebManner]>([
    ["well-behaved", {}],
    ["that states no lengths", { lengths: false }],
    ["that knows JPEG only", { refuses: /octet-stream/ }],
  ])("%s gives the pixels of the files, and the same slide", async (_, manner) => {
    const { url } = await serve(manner);
    const info = await open(url + series);
    expect(info.warnings).toEqual([]);
    expect(await patchMismatches(service, info.id, "twins/dicom-series")).toEqual([]);
    const files = await createNetService().open({ source: { kind: "url", url: join(twins, "dicom-series") } });
    expect(info.id).toBe(files.id);
  });

  test("is asked for many frames at once, and for none twice", async () => {
    const { url, requests } = await serve();
    const { id } = await open(url + series);
    const all = Array.from({ length: 20 }, (_, i) => ({
      slideId: id,
      level: 0,
      column: i % 5,
      row: Math.floor(i / 5),
    }));
    await Promise.all(all.map((tile) => service.tile(tile)));
    await Promise.all(all.map((tile) => service.tile(tile)));
    const asked = requests.flatMap((path) => {
      const [, sop, list = ""] = /instances\/([\d.]+)\/frames\/([\d,]+)$/.exec(path) ?? [];
      return list === "" ? [] : [list.split(",").map((frame) => `${sop}/${frame}`)];
    });
    const frames = asked.flat();
    expect(new Set(frames).size).toBe(20);
    expect(frames).toHaveLength(20);
    // The first when opening, then one request to each of the two instances the level is cut into.
    expect(asked).toHaveLength(3);
    // Of the label nothing is asked.
    expect(frames.join()).not.toContain("498.120.20/");
  });

  test.each<[string, WebManner, RegExp]>([
    ["that sends fewer frames than asked", { loses: true }, /damaged: .*0 frames where 1/],
    ["whose answer is cut off", { cutsOff: true }, /damaged: .*cut off/],
    ["that knows no way of asking", { refuses: /multipart/ }, /network: .*406/],
  ])("%s ends in words", async (_, manner, expected) => {
    expect(await faultOf(open((await serve(manner)).url + series))).toMatch(expected);
  });
});

describe.skipIf(!hasOrthanc)("Orthanc with its DICOMweb plug-in (Debian: orthanc, orthanc-dicomweb)", () => {
  let orthanc: Orthanc;
  const root = "1.2.826.0.1.3680043.8.498";
  const address = (series: number): string => `${orthanc.root}/studies/${root}.1/series/${root}.${series}`;
  beforeAll(async () => {
    orthanc = await startOrthanc();
    for (const name of readdirSync(twins).filter((one) => one.endsWith(".dcm"))) {
      await orthanc.store(readFileSync(join(twins, name)));
    }
    for (const name of readdirSync(join(twins, "dicom-series"))) {
      await orthanc.store(readFileSync(join(twins, "dicom-series", name)));
    }
  });
  afterAll(() => orthanc?.close());

  test.each([
    ["twins/dicom-raw.dcm", 101],
    ["twins/dicom-implicit.dcm", 102],
    ["twins/dicom-planar.dcm", 103],
    ["twins/dicom-rle.dcm", 104],
    ["twins/dicom-jpeg-lies.dcm", 105],
    ["twins/dicom-jpeg-table.dcm", 106],
    ["twins/dicom-jpeg-extended.dcm", 108],
    ["twins/dicom-jpeg-rgb.dcm", 109],
    ["twins/dicom-jpeg-ls.dcm", 110],
    ["twins/dicom-jpeg-2000.dcm", 111],
    ["twins/dicom-sparse.dcm", 112],
    ["twins/dicom-series", 120],
  ])("gives the pixels of %s", async (name, series) => {
    const { id } = await open(address(series));
    expect(await patchMismatches(service, id, name)).toEqual([]);
  });

  test("unpacks what it cannot send as stored, and says no more in which colours: that is refused", async () => {
    expect(await faultOf(open(address(107)))).toMatch(/unsupported: .*uncompressed YBR_FULL_422/);
  });

  test("names the slides of a study instead of choosing one, and says of an unknown one that it is unknown", async () => {
    expect(await faultOf(open(`${orthanc.root}/studies/${root}.1`))).toMatch(/invalid: .*13 slides.*\/series\/1\.2/);
    expect(await faultOf(open(`${orthanc.root}/studies/1.2.3/series/4`))).toMatch(/not-a-slide: .*no such series/);
  });

  const shared = ["dicom/ez-wsi-multiframe_camelyon_challenge_image.dcm", "dicom/highdicom-sm_image_jpegls.dcm"];
  for (const name of shared) {
    test.skipIf(!existsSync(join(sharedSlides, name)))(`gives the pixels of shared/${name}`, async () => {
      const bytes = new Uint8Array(readFileSync(join(sharedSlides, name)));
      await orthanc.store(bytes);
      const { attributes } = await readDicomFile(memorySource(bytes), signal);
      const [study, series] = [attributes.texts("0020000D")[0], attributes.texts("0020000E")[0]];
      const { id } = await open(`${orthanc.root}/studies/${study}/series/${series}`);
      expect(await patchMismatches(service, id, `shared/${name}`)).toEqual([]);
    });
  }
});

describe.skipIf(!hasIip)("IIPImage (Debian: iipimage-server)", () => {
  let iip: IipServer;
  const folder = join(import.meta.dirname, "../../public/slides");
  beforeAll(async () => {
    iip = await startIipServer(folder, 2);
  });
  afterAll(() => iip?.close());

  test("serves a pyramid whose every level shows what its file shows there", async () => {
    const served = await open(`${iip.root}/synthetic-he.tif/info.json`);
    const file = await open(join(folder, "synthetic-he.tif"));
    expect(served).toMatchObject({ format: "IIIF 2", width: file.width, height: file.height });
    const sizes = (levels: readonly Level[]) => levels.map(({ width, height }) => [width, height]);
    expect(sizes(served.levels)).toEqual(sizes(file.levels));
    for (const { index, columns, rows } of served.levels) {
      const at = { level: index, column: columns >> 1, row: rows >> 1 };
      const [a, b] = await Promise.all(
        [served.id, file.id].map((slideId) => service.tile({ slideId, ...at }) as Promise<RawImage | null>),
      );
      // The file's tiles are padded at the edge; the server compresses what it sends once more.
      const width = Math.min(a?.width ?? 0, b?.width ?? 0);
      const height = Math.min(a?.height ?? 0, b?.height ?? 0);
      let off = 0;
      for (let y = 0; y < height; y++) {
        for (let i = 0; i < width * 3; i++) {
          off += Math.abs((a?.rgb[y * (a?.width ?? 0) * 3 + i] ?? 0) - (b?.rgb[y * (b?.width ?? 0) * 3 + i] ?? 0));
        }
      }
      expect(width * height).toBeGreaterThan(1000);
      expect(off / (width * height * 3), `level ${index}`).toBeLessThan(6);
    }
  });
});
