// Maps as files for others, against what NumPy, PyTorch and zlib say of such files (fixtures/exchange/make.py).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, inflateSync } from "node:zlib";
import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { type Mpp, mpp, type SlideId, type WeightsDigest } from "../../src/base/brand.ts";
import { csvLine } from "../../src/domain/csv-file.ts";
import { embeddingsZip, mapPixels, mapSidecar, wsinferCsv } from "../../src/domain/map-files.ts";
import { gridOf } from "../../src/domain/map-grid.ts";
import { look } from "../../src/domain/map-look.ts";
import type { LayerKey, SheetId, SheetRecord } from "../../src/domain/map-sheet.ts";
import { writeNpy } from "../../src/domain/npy-file.ts";
import { writePng } from "../../src/domain/png-file.ts";
import { writeTorchVector } from "../../src/domain/torch-vector.ts";
import { tissueClass } from "../support/sample-project.ts";

const expected = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/exchange/expected.json"), "utf8"));
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const spec = { pixels: 224, mpp: mpp(0.5), filter: "bicubic", edge: "white", snap: 0.02 } as const;
const calibration = { kind: "declared", mppX: mpp(0.25), mppY: mpp(0.25), how: "stated" } as const;
const record: SheetRecord = {
  id: "1".repeat(64) as SheetId,
  slideId: "2".repeat(64) as SlideId,
  weightsDigest: "3".repeat(64) as WeightsDigest,
  model: "PathoTune Tiny",
  mppX: 0.25 as Mpp,
  mppY: 0.25 as Mpp,
  overlap: 1,
  spec,
  grid: gridOf({ width: 1000, height: 1400 }, calibration, spec, 1)!,
  layers: [],
};
const classes = [
  { ...tissueClass(1), name: "Tumour" },
  { ...tissueClass(2), name: 'Stroma, "loose"' },
];
// Two columns, three rows of 448 level-0 pixels.
const scores = Float32Array.of(0.9, 0.1, 0.25, 0.75, 0.5, 0.5, NaN, NaN, 0.6, 0.4, NaN, NaN);

describe("files of a map", () => {
  test("a table of float32 is byte by byte what numpy.save writes", () => {
    expect(base64(writeNpy(Float32Array.from(expected.values), 2, 3))).toBe(expected.npy);
  });

  test("a vector for eva holds byte by byte the pickle that torch.save writes, and its numbers", () => {
    for (const [n, pickle] of Object.entries<string>(expected.pickles)) {
      const files = unzipSync(writeTorchVector(Float32Array.from({ length: Number(n) }, (_, i) => i)));
      expect(base64(files["archive/data.pkl"]!)).toBe(pickle);
      const data = files["archive/data/0"]!;
      expect([...new Float32Array(Uint8Array.from(data).buffer)]).toEqual(
        Array.from({ length: Number(n) }, (_, i) => i),
      );
    }
  });

  test("the picture is a PNG whose checksums hold and whose pixels are those given, with the notice in it", () => {
    const [width, height] = [200, 150];
    const rgba = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i * 7919) % 256);
    const png = Buffer.from(writePng(width, height, rgba, { Disclaimer: "Research use only." }));
    expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
    const chunks = new Map<string, Buffer>();
    for (let at = 8; at < png.length; ) {
      const length = png.readUInt32BE(at);
      const body = png.subarray(at + 4, at + 8 + length);
      expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(body));
      chunks.set(body.subarray(0, 4).toString(), body.subarray(4));
      at += 12 + length;
    }
    expect([...chunks.keys()]).toEqual(["IHDR", "tEXt", "IDAT", "IEND"]);
    expect([chunks.get("IHDR")?.readUInt32BE(0), chunks.get("IHDR")?.readUInt32BE(4)]).toEqual([width, height]);
    expect(chunks.get("tEXt")?.toString()).toBe("Disclaimer\0Research use only.");
    // inflate checks the Adler-32 itself.
    const raw = inflateSync(chunks.get("IDAT")!);
    const rows = Array.from({ length: height }, (_, y) => raw.subarray(y * (width * 4 + 1), (y + 1) * (width * 4 + 1)));
    expect(rows.every((row) => row[0] === 0)).toBe(true);
    expect(Buffer.concat(rows.map((row) => row.subarray(1))).equals(Buffer.from(rgba))).toBe(true);
  });

  test("pixels tell class and score apart from background, uncertain and not computed", () => {
    const looks = Int16Array.of(0, 1, look.uncertain, look.notComputed, 0, look.background);
    const pixels = mapPixels(looks, scores, 2);
    expect([0, 1, 2, 3, 4, 5].map((cell) => [pixels[cell * 4], pixels[cell * 4 + 1]])).toEqual([
      [1, 229],
      [2, 191],
      [254, 128],
      [0, 0],
      [1, 153],
      [255, 0],
    ]);
  });

  test("the sidecar says what the pixels are, for research only, and names no slide", () => {
    const layer = { key: "set/x" as LayerKey, name: "my set", classes };
    const how = { threshold: 0.5, synthetic: false, labelledLeftOut: 3, appVersion: "0.1.0" };
    const sidecar = JSON.stringify(mapSidecar(record, layer, how));
    expect(sidecar).toContain("Research use only");
    expect(JSON.parse(sidecar)).toMatchObject({
      grid: { columns: 2, rows: 3, stepX: 448, originX: 0 },
      synthetic: false,
    });
  });

  test("the table has WSInfer's columns, whole level-0 pixels, and quotes what it must", () => {
    const csv = wsinferCsv(record.grid, [0, 1, 4], classes, scores);
    expect(csv.split("\n")).toEqual([
      'minx,miny,width,height,prob_Tumour,"prob_Stroma, ""loose""",research_use_only',
      "0,0,448,448,0.9,0.1,1",
      "448,0,448,448,0.25,0.75,1",
      "0,896,448,448,0.6,0.4,1",
      "",
    ]);
    expect(csvLine(["=HYPERLINK(1)", "@x", -1])).toBe("'=HYPERLINK(1),'@x,-1\n");
  });

  test("embeddings come as one archive: table, places, and labelled places for eva", () => {
    const embeddings = [0, 1, 4].map((cell, i) => ({
      cell,
      features: Float32Array.of(i, i + 0.5),
      target: i === 1 ? null : 0,
    }));
    const files = unzipSync(embeddingsZip(record, embeddings, classes, true));
    expect(Object.keys(files)).toEqual([
      "embeddings.npy",
      "places.csv",
      "manifest.csv",
      "embeddings/000000.pt",
      "embeddings/000002.pt",
      "README.json",
    ]);
    expect(text(files["manifest.csv"]!).split("\n").slice(0, 3)).toEqual([
      "embeddings,target,split,wsi_id,class",
      "embeddings/000000.pt,0,train,2222222222222222,Tumour",
      "embeddings/000002.pt,0,train,2222222222222222,Tumour",
    ]);
    expect(text(files["places.csv"]!)).toContain("1,448,0,448,448,,\n");
    expect(JSON.parse(text(files["README.json"]!))).toMatchObject({ synthetic: true, places: 3, features: 2 });
  });
});
