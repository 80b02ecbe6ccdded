// GeoJSON of 100,000 features as a command: all are taken or counted, and the page can answer in between. Computing is counted, not
// waiting, so that a busy machine changes nothing.
import { expect, test } from "vitest";
import { cellCentre } from "../../src/domain/map-grid.ts";
import { importGeoJson } from "../../src/state/actions/import-geojson.ts";
import { shownSheet } from "../../src/state/map-selectors.ts";
import { createStateWorld } from "../support/state-world.ts";

const many = 100_000;
// 10,000 x 8,000 px at 0.5 um/px: 44 x 35 patches of 224 px.
const places = 44 * 35;

/** The longest computing between two turns of the event loop while `work` goes on, ms. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let most = 0;
  let going = true;
  let last = process.cpuUsage();
  const turn = (): void => {
    const { user, system } = process.cpuUsage(last);
    most = Math.max(most, (user + system) / 1000);
    last = process.cpuUsage();
    if (going) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  going = false;
  return most;
}

type Place = Readonly<{ x: number; y: number }>;
function fileOf(placeOf: (i: number) => Place, properties: object): Uint8Array {
  const parts = Array.from({ length: many }, (_, i) => {
    const { x, y } = placeOf(i);
    const [left, right, top, bottom] = [x - 100, x + 100, y - 100, y + 100];
    const ring = [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
      [left, top],
    ];
    return JSON.stringify({ type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties });
  });
  return new TextEncoder().encode(`{"type":"FeatureCollection","features":[${parts.join(",")}]}`);
}

test("100,000 tiles become a map of their places, each counted once, without a pause of half a second", async () => {
  const world = await createStateWorld();
  await world.open("1");
  const { grid } = shownSheet(world.state())!;
  const bytes = fileOf((i) => cellCentre(grid, i % places), { measurements: { prob_A: 0.25, prob_B: 0.75 } });
  expect(await longestTurn(() => world.do(importGeoJson, { name: "x.geojson", bytes }))).toBeLessThan(500);
  expect(world.said()).toContain(`a map of ${places} places taken, ${many - places} left out`);
  expect(world.said()).toContain("came again later in the file");
});

test("100,000 annotations become as many labels as a person can have made; the rest is counted, without such a pause", async () => {
  const world = await createStateWorld();
  await world.open("1");
  const place = (i: number): Place => ({ x: 200 + (i % 300) * 32, y: 200 + Math.floor(i / 300) * 22 });
  const bytes = fileOf(place, { classification: { name: "T", color: [200, 0, 0] } });
  expect(await longestTurn(() => world.do(importGeoJson, { name: "x.geojson", bytes }))).toBeLessThan(500);
  expect(world.said()).toBe('"x.geojson": 20000 labels taken, 80000 left out (80000: more than 20,000 labels).');
  expect(world.state().project.project.labels.size).toBe(20_000);
});
