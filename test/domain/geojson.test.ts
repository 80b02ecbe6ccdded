// GeoJSON out and in: QuPath's shapes, its several ways of writing, and files that are none. The shapes that QuPath accepts are from its
// own readers (QuPathTypeAdapters, GsonTools): a UUID as id, objectType, a classification with a colour, flat measurements.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mpp, type SlideId } from "../../src/base/brand.ts";
import { gridOf } from "../../src/domain/map-grid.ts";
import { type ReadFeature, readGeoJson } from "../../src/domain/parse-geojson.ts";
import { labelObject, placeObject, writeGeoJson, zoneObject } from "../../src/domain/qupath-geojson.ts";
import type { ZoneId } from "../../src/domain/zone.ts";
import { ringArea } from "../../src/math/polygon.ts";
import { traceMask } from "../../src/math/trace-mask.ts";
import { label, tissueClass } from "../support/sample-project.ts";

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const read = (value: unknown): readonly ReadFeature[] => [...readGeoJson(bytes(value))];
const shapes = (value: unknown) => read(value).flatMap((one) => (one.kind === "shape" ? [one.shape] : []));
const square = (x: number, y: number, side: number) => ({
  type: "Polygon",
  coordinates: [
    [
      [x, y],
      [x + side, y],
      [x + side, y + side],
      [x, y + side],
      [x, y],
    ],
  ],
});
const feature = (geometry: unknown, properties: unknown) => ({ type: "Feature", geometry, properties });

describe("GeoJSON for QuPath", () => {
  const one = label(1);
  const zone = {
    id: "z1" as ZoneId,
    slideId: "a".repeat(64) as SlideId,
    name: "Front",
    rings: [
      [
        { x: 10, y: 20.123456 },
        { x: 10, y: 90 },
        { x: 70, y: 50 },
      ],
    ],
  };
  const spec = { pixels: 224, mpp: mpp(0.5) };
  const grid = gridOf(
    { width: 900, height: 900 },
    { kind: "declared", mppX: mpp(0.5), mppY: mpp(0.5), how: "stated" },
    spec,
    1,
  )!;
  const scores = Float32Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 0.75 : 0.25));
  const classes = [tissueClass(1), tissueClass(2)];
  const objects = () => [
    labelObject(one, one.region, tissueClass(1)),
    zoneObject(zone),
    placeObject(grid, 5, "my set", classes, scores),
  ];
  const written = JSON.parse([...writeGeoJson(objects())].join(""));

  test("has ids that are UUIDs, closed rings that turn clockwise, colours as numbers, and the notice", () => {
    expect(written.type).toBe("FeatureCollection");
    expect(written.notice).toContain("Research use only");
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;
    for (const { type, id, geometry, properties } of written.features) {
      expect(type).toBe("Feature");
      expect(id).toMatch(uuid);
      expect(["annotation", "tile"]).toContain(properties.objectType);
      for (const ring of geometry.coordinates) {
        expect(ring[0]).toEqual(ring.at(-1));
        expect(ringArea(ring.map(([x, y]: readonly [number, number]) => ({ x, y })))).toBeGreaterThan(0);
        for (const value of ring.flat()) expect(Math.abs(value * 100 - Math.round(value * 100))).toBeLessThan(1e-6);
      }
      if (properties.classification) expect(properties.classification.color).toEqual([230, 159, 0]);
    }
    expect(written.features[2].properties.measurements).toEqual({ "prob_Class 1": 0.75, "prob_Class 2": 0.25 });
    expect(written.features[2].properties.classification).toBeUndefined();
    expect(new Set(written.features.map(({ id }: { id: string }) => id)).size).toBe(3);
  });

  test("comes back as it was written", () => {
    const [first, second, third] = shapes(written);
    expect(first).toMatchObject({
      className: "Class 1",
      color: "#e69f00",
      bounds: one.region,
      objectType: "annotation",
    });
    expect(second).toMatchObject({ name: "Front", className: null, metadata: { PathoTune: "region" } });
    expect(third?.measurements.get("prob_Class 1")).toBe(0.75);
    expect(third?.bounds).toEqual({ x: 224, y: 224, width: 224, height: 224 });
  });
});

describe("GeoJSON from elsewhere", () => {
  test("is read in QuPath's several ways of writing", () => {
    const variants = [
      feature(square(0, 0, 10), { objectType: "annotation", classification: { name: "Tumor", color: [200, 0, 0] } }),
      feature(square(0, 0, 10), { object_type: "tile", classification: { name: "Tumor", colorRGB: -3670016 } }),
      feature(square(0, 0, 10), { classification: "Tumor" }),
      feature(square(0, 0, 10), { classification: { names: ["Tumor", "Positive"] } }),
      feature(square(0, 0, 10), {
        measurements: [
          { name: "prob_Tumor", value: 0.5 },
          { name: "x", value: "NaN" },
        ],
      }),
      feature(square(0, 0, 10), { measurements: { prob_Tumor: 0.5 } }),
      feature({ type: "MultiPolygon", coordinates: [square(0, 0, 4).coordinates, square(6, 6, 4).coordinates] }, {}),
      feature({ type: "Point", coordinates: [5, 5] }, { classification: { name: "Tumor" } }),
    ];
    const found = shapes({ type: "FeatureCollection", features: variants });
    expect(found.map(({ className }) => className)).toEqual([
      "Tumor",
      "Tumor",
      "Tumor",
      "Tumor: Positive",
      null,
      null,
      null,
      "Tumor",
    ]);
    expect(found.slice(0, 2).map(({ color }) => color)).toEqual(["#c80000", "#c80000"]);
    expect(found[4]?.measurements).toEqual(found[5]?.measurements);
    expect(found[6]?.rings).toHaveLength(2);
    expect(found[7]?.bounds).toEqual({ x: 5, y: 5, width: 0, height: 0 });
    expect(shapes(variants)).toEqual(found);
    expect(shapes(variants[0])).toEqual(found.slice(0, 1));
  });

  test("says why a feature is left out, and reads the others", () => {
    const found = read({
      features: [
        feature(
          {
            type: "LineString",
            coordinates: [
              [0, 0],
              [1, 1],
            ],
          },
          {},
        ),
        feature(null, {}),
        feature(
          {
            type: "Polygon",
            coordinates: [
              [
                [0, 0],
                [1, 1],
              ],
            ],
          },
          {},
        ),
        feature(
          {
            type: "Polygon",
            coordinates: [
              [
                [0, 0],
                [1, "1"],
                [2, 2],
              ],
            ],
          },
          {},
        ),
        feature({ type: "Polygon", coordinates: "x" }, {}),
        feature(square(0, 0, 3), {}),
      ],
      type: "FeatureCollection",
    });
    expect(found.map((one) => (one.kind === "rejected" ? one.why : "shape"))).toEqual([
      "a LineString marks no area",
      "it has no geometry",
      "a ring of it has fewer than 3 corners",
      "a corner of it is no pair of numbers",
      "its coordinates are no list of rings",
      "shape",
    ]);
  });

  test("that is cut gives what came before the cut, then a Fault", () => {
    const text = JSON.stringify({
      type: "FeatureCollection",
      features: [0, 1, 2].map((x) => feature(square(x, 0, 2), {})),
    });
    const reader = readGeoJson(bytes(text.slice(0, text.length - 80)));
    expect(reader.next().value).toMatchObject({ kind: "shape" });
    expect(() => [...reader]).toThrow(/cut/);
  });

  test("that is something else is refused in words; hostile text never ends in anything but a Fault", () => {
    expect(() => read("hello")).toThrow(/no GeoJSON/);
    expect(() => [...readGeoJson(Uint8Array.of(0xff, 0xfe, 0x00))]).toThrow(/UTF-8/);
    const valid = JSON.stringify({ type: "FeatureCollection", features: [feature(square(0, 0, 3), { name: 'a"]}' })] });
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.constantFrom("{", "}", "[", "]", '"', ",", "\\", "0", "x"), (at, c) => {
        try {
          read(valid.slice(0, at) + c + valid.slice(at + 1));
        } catch (error) {
          expect(error).toMatchObject({ name: "Fault" });
        }
      }),
      { seed: 6, numRuns: 400 },
    );
  });

  test("of 100,000 features is read one by one, and braces in names are no braces", () => {
    const part = JSON.stringify(feature(square(0, 0, 3), { name: '}]\\"{[' }));
    const text = `{"features":[${Array.from({ length: 100_000 }, () => part).join(",")}]}`;
    let count = 0;
    for (const one of readGeoJson(bytes(text))) if (one.kind === "shape" && one.shape.name === '}]\\"{[') count++;
    expect(count).toBe(100_000);
  });
});

describe("outlines of a mask", () => {
  test("go out with each hole in the shape it is a hole of, also where another shape bends round it", () => {
    // A bar with a hole at its end, and a smaller bracket round that end.
    const [width, height] = [10, 9];
    const drawn = [
      "..........",
      ".....#####",
      ".........#",
      "########.#",
      "######.#.#",
      "########.#",
      ".........#",
      ".....#####",
      "..........",
    ];
    const data = Uint8Array.from(drawn.join(""), (c) => Number(c === "#"));
    const object = {
      id: "outline",
      objectType: "annotation" as const,
      rings: traceMask({ data, width, height }),
      classification: null,
      name: null,
      measurements: {},
      metadata: {},
    };
    const { geometry } = JSON.parse([...writeGeoJson([object])].join("")).features[0];
    expect(geometry.type).toBe("MultiPolygon");
    const areas = geometry.coordinates.map((rings: number[][][]) =>
      rings.map((ring) => ringArea(ring.map(([x = 0, y = 0]) => ({ x, y })))),
    );
    expect(areas).toEqual([[15], [24, -1]]);
  });

  test("enclose exactly the mask's area, holes turning the other way", () => {
    const sides = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(
        sides.chain((width) =>
          sides.chain((height) =>
            fc
              .array(fc.boolean(), { minLength: width * height, maxLength: width * height })
              .map((bits) => ({ width, height, data: Uint8Array.from(bits, Number) })),
          ),
        ),
        (mask) => {
          const rings = traceMask(mask);
          const area = rings.reduce((sum, ring) => sum + ringArea(ring), 0);
          expect(area).toBe(mask.data.reduce((sum, value) => sum + value, 0));
          for (const ring of rings) expect(ring.length).toBeGreaterThanOrEqual(4);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
    const ringed = { width: 3, height: 3, data: Uint8Array.of(1, 1, 1, 1, 0, 1, 1, 1, 1) };
    expect(traceMask(ringed).map(ringArea)).toEqual([9, -1]);
    expect(traceMask(ringed)[0]).toHaveLength(4);
  });
});
