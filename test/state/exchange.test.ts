// Labels, regions and maps between two projects by files; imports with their report; regions and tissue as commands.
import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { cellCentre } from "../../src/domain/map-grid.ts";
import { setLayer } from "../../src/domain/map-sheet.ts";
import { addClass } from "../../src/state/actions/classes.ts";
import {
  exportEmbeddings,
  exportLabels,
  exportMapCsv,
  exportMapOutlines,
  exportMapPicture,
  exportMapTiles,
} from "../../src/state/actions/exchange.ts";
import { undo } from "../../src/state/actions/history.ts";
import { importGeoJson } from "../../src/state/actions/import-geojson.ts";
import { labelPatch } from "../../src/state/actions/labels.ts";
import { changeSweepOptions, startSweep } from "../../src/state/actions/maps.ts";
import { importPromptSet } from "../../src/state/actions/prompt-sets.ts";
import { addZone, changeTissue, editTissue, removeZone, resetTissue } from "../../src/state/actions/zones.ts";
import { placeMeant, shownMap } from "../../src/state/map-looks.ts";
import { shownSheet } from "../../src/state/map-selectors.ts";
import { setFile, setFileId } from "../support/fake-apis.ts";
import { createStateWorld, type StateWorld } from "../support/state-world.ts";

const square = (x: number, y: number, side: number) => [
  [
    { x, y },
    { x: x + side, y },
    { x: x + side, y: y + side },
    { x, y: y + side },
  ],
];
const opened = async (): Promise<StateWorld> => {
  const world = await createStateWorld();
  await world.open("1");
  return world;
};
const file = (world: StateWorld, name: string): Uint8Array => {
  const bytes = world.saved.get(name);
  if (!bytes) throw new Error(`no ${name} among ${[...world.saved.keys()].join(", ")}`);
  return bytes;
};
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const project = (world: StateWorld) => world.state().project.project;
const patience = async (until: () => boolean): Promise<void> => {
  for (let i = 0; i < 3000 && !until(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(until()).toBe(true);
};

describe("labels and regions", () => {
  test("go to another project by a file, classes and colours with them, and back again changes nothing", async () => {
    const world = await opened();
    for (const name of ["Tumour", "Stroma"]) await world.do(addClass, { name });
    await world.labelAt(500, 600, "Tumour");
    await world.labelAt(3000, 600, "Stroma");
    await world.do(addZone, { rings: square(1000, 1000, 2000), name: "Front" });
    await world.do(exportLabels);
    const bytes = file(world, "pathotune-labels.geojson");
    expect(text(bytes)).not.toMatch(/\.svs/);

    const other = await opened();
    expect(await other.do(importGeoJson, { name: "labels.geojson", bytes })).toBe(true);
    expect(project(other).classes.map(({ name, color }) => [name, color])).toEqual(
      project(world).classes.map(({ name, color }) => [name, color]),
    );
    const regions = (w: StateWorld) => [...project(w).labels.values()].map(({ region }) => region);
    expect(regions(other)).toEqual(regions(world));
    expect([...project(other).labels.values()].map(({ origin }) => origin)).toEqual(["imported", "imported"]);
    expect(new Set([...project(other).labels.values()].map(({ group }) => group)).size).toBe(1);
    expect([...project(other).zones.values()].map(({ name }) => name)).toEqual(["Front"]);
    expect(other.said()).toContain("2 labels, 1 regions taken");

    await other.do(importGeoJson, { name: "again.geojson", bytes });
    expect(other.said()).toContain("2: the place is labelled already");
    await other.do(undo);
    await other.do(undo);
    expect([project(other).labels.size, project(other).classes.length, project(other).zones.size]).toEqual([0, 1, 0]);
  });

  test("that cannot be taken are counted by their reasons", async () => {
    const world = await opened();
    const feature = (geometry: unknown, properties: unknown = {}) => ({ type: "Feature", geometry, properties });
    const point = (x: number, y: number) => ({ type: "Point", coordinates: [x, y] });
    const features = [
      feature(point(500, 500), { classification: { name: "A" } }),
      feature(point(50_000, 500), { classification: { name: "A" } }),
      feature(point(700, 500)),
      feature({
        type: "LineString",
        coordinates: [
          [1, 1],
          [2, 2],
        ],
      }),
    ];
    const bytes = new TextEncoder().encode(JSON.stringify({ type: "FeatureCollection", features }));
    await world.do(importGeoJson, { name: "x.geojson", bytes });
    expect(project(world).labels.size).toBe(1);
    expect(world.said()).toContain("1 labels taken, 3 left out");
    for (const why of ["outside the slide", "a point without a class", "LineString marks no area"]) {
      expect(world.said()).toContain(why);
    }
    expect(await world.do(importGeoJson, { name: "y.geojson", bytes: new TextEncoder().encode("no") })).toBe(false);
    expect(world.said()).toContain("no GeoJSON");
  });

  test("are drawn, removed and taken back, and a map of the regions asks for them alone", async () => {
    const world = await opened();
    await world.do(importPromptSet, { name: "a", bytes: setFile("a") });
    await world.do(changeSweepOptions, { area: "regions" });
    expect(await world.do(startSweep)).toBe(false);
    expect(world.said()).toContain("Draw a region");
    await world.do(addZone, { rings: square(0, 0, 224 * 3) });
    await world.do(addZone, { rings: square(224 * 10, 224 * 10, 224 * 2) });
    expect([...project(world).zones.values()].map(({ name }) => name)).toEqual(["Region 1", "Region 2"]);
    await world.do(startSweep);
    expect(world.engine.sweeps.asked.map(({ length }) => length)).toEqual([9 + 4]);
    const [first] = [...project(world).zones.keys()];
    await world.do(removeZone, { id: first! });
    expect(project(world).zones.size).toBe(1);
    await world.do(undo);
    expect(project(world).zones.size).toBe(2);
    const again = await world.reload();
    expect(project(again).zones.size).toBe(2);
  });
});

describe("tissue", () => {
  test("is corrected and adjusted in steps that undo takes back, and whoever reads slides is told each time", async () => {
    const world = await opened();
    const told: unknown[] = [];
    const { slides } = world.context;
    const before = slides.setTissue;
    Object.assign(slides, {
      setTissue: (params: Parameters<typeof before>[0]) => {
        told.push(params.settings);
        return before(params);
      },
    });
    await world.do(editTissue, { mode: "remove", rings: square(0, 0, 500) });
    await world.do(changeTissue, { threshold: 15 });
    await world.do(undo);
    await world.do(resetTissue);
    await patience(() => told.length === 4);
    expect(told).toMatchObject([
      { edits: [{ mode: "remove" }], threshold: null },
      { threshold: 15 },
      { threshold: null, edits: [{ mode: "remove" }] },
      null,
    ]);
    expect(await world.do(editTissue, { mode: "add", rings: [] })).toBe(false);
  });
});

describe("a map", () => {
  const mapped = async (): Promise<StateWorld> => {
    const world = await opened();
    await world.do(importPromptSet, { name: "a", bytes: setFile("a") });
    await world.do(startSweep);
    return world;
  };

  test("goes out as tiles, outlines, table, picture and embeddings", async () => {
    const world = await mapped();
    await world.do(addClass, { name: "A" });
    await world.do(labelPatch, { at: cellCentre(shownSheet(world.state())!.grid, 7), classId: world.classId("A") });
    for (const action of [exportMapTiles, exportMapOutlines, exportMapCsv, exportMapPicture, exportEmbeddings]) {
      expect(await world.do(action)).toBe(true);
    }
    expect(JSON.parse(text(file(world, "pathotune-map.geojson"))).features).toHaveLength(44 * 35);
    const outlines = JSON.parse(text(file(world, "pathotune-map-outlines.geojson"))).features;
    expect(outlines.map((f: { properties: { measurements: unknown } }) => f.properties.measurements)).toEqual([
      { patches: 22 * 35 },
      { patches: 22 * 35 },
    ]);
    const table = unzipSync(file(world, "pathotune-map-table.zip"));
    expect(text(table["pathotune-map.csv"]!).split("\n")).toHaveLength(44 * 35 + 2);
    expect(Object.keys(unzipSync(file(world, "pathotune-map-picture.zip")))).toEqual([
      "pathotune-map.png",
      "pathotune-map.json",
    ]);
    const embeddings = unzipSync(file(world, "pathotune-embeddings.zip"));
    expect(text(embeddings["manifest.csv"]!).trim().split("\n")).toHaveLength(2);
    expect(text(embeddings["places.csv"]!).split("\n")[8]).toBe("7,1568,0,224,224,0,A");
    for (const [name, bytes] of world.saved) expect(text(bytes), name).not.toContain("1.svs");
  });

  test("comes in from its tiles as a layer of its own, kept over a reload; tiles of another lattice are counted", async () => {
    const world = await mapped();
    await world.do(exportMapTiles);
    const json = JSON.parse(text(file(world, "pathotune-map.geojson")));
    json.features.push({
      ...json.features[0],
      geometry: {
        type: "Polygon",
        coordinates: [
          [
            [40, 40],
            [264, 40],
            [264, 264],
            [40, 264],
            [40, 40],
          ],
        ],
      },
    });
    const bytes = new TextEncoder().encode(JSON.stringify(json));
    const other = await opened();
    await other.do(importGeoJson, { name: "their map.geojson", bytes });
    expect(other.said()).toContain("a map of 1540 places taken, 1 left out");
    const map = shownMap(other.state(), other.context.maps);
    expect(map?.layer?.name).toBe("From file: their map");
    const original = world.context.maps.numbers(shownSheet(world.state())!.id, setLayer(setFileId("a")))!;
    expect([...(map?.numbers.scores ?? [])]).toEqual([...original.scores!]);
    const again = await other.reload();
    await again.open("1");
    await patience(() => shownMap(again.state(), again.context.maps)?.layer?.name === "From file: their map");
    expect(again.engine.sweeps.asked).toEqual([]);
  });

  test("from a file of the same name replaces the earlier one for good, and tiles with a score missing are left out", async () => {
    const world = await mapped();
    const { grid } = shownSheet(world.state())!;
    const tile = (cell: number, measurements: Readonly<Record<string, number>>) => {
      const { x, y } = cellCentre(grid, cell);
      const ring = square(x - 100, y - 100, 200)[0]!.map((point) => [point.x, point.y]);
      return { type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: { measurements } };
    };
    const bring = (...features: readonly unknown[]) =>
      world.do(importGeoJson, {
        name: "theirs.geojson",
        bytes: new TextEncoder().encode(JSON.stringify({ type: "FeatureCollection", features })),
      });
    const layerWith = ({ state }: StateWorld, className: string) =>
      shownSheet(state())!.layers.find(({ key, classes }) => {
        return key.startsWith("file/") && classes.some(({ name }) => name === className);
      });
    const kept = (of: StateWorld, className: string, cell: number) => {
      const layer = layerWith(of, className)!;
      const { scores, classes } = of.context.maps.numbers(shownSheet(of.state())!.id, layer.key)!;
      return layer.classes.map(({ name }, c) => [name, scores![cell * classes + c]]);
    };
    await bring(
      tile(50, { prob_A: 0.25, prob_B: 0.75 }),
      tile(51, { prob_A: 1, prob_B: 0 }),
      tile(52, { prob_A: 0.5 }),
    );
    expect(world.said()).toContain("a map of 2 places taken, 1 left out (1: the tile has no score of a class");
    await bring(tile(50, { prob_A: 0.5, prob_B: 0.5 }));
    const again = await world.reload();
    await again.open("1");
    await patience(() => layerWith(again, "A") !== undefined);
    expect(kept(again, "A", 50)).toEqual([
      ["A", 0.5],
      ["B", 0.5],
    ]);
    expect(kept(again, "A", 51)).toEqual([
      ["A", Number.NaN],
      ["B", Number.NaN],
    ]);
    await again.do(importGeoJson, {
      name: "theirs.geojson",
      bytes: new TextEncoder().encode(JSON.stringify({ features: [tile(60, { prob_B: 0.75, prob_C: 0.25 })] })),
    });
    const last = await again.reload();
    await last.open("1");
    await patience(() => layerWith(last, "C") !== undefined);
    expect(kept(last, "C", 60)).toEqual([
      ["B", 0.75],
      ["C", 0.25],
    ]);
    expect(kept(last, "C", 50)).toEqual([
      ["B", Number.NaN],
      ["C", Number.NaN],
    ]);
    expect(kept(last, "A", 50)[0]).toEqual(["A", 0.5]);
  });

  test("means the patch it has answered: a key beside a cell's middle labels the cell's own patch", async () => {
    const world = await mapped();
    const { grid } = shownSheet(world.state())!;
    const centre = cellCentre(grid, 50);
    expect(placeMeant(world.state(), world.context.maps, { x: centre.x + 90, y: centre.y - 70 })).toEqual(centre);
    const beyond = { x: 9_990, y: 7_990 };
    expect(placeMeant(world.state(), world.context.maps, beyond)).toEqual(beyond);
  });
});
