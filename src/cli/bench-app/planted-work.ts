// A project of very many labels and a map of very many places, for measuring the viewer under them. Pure: knows the app's own files and
// records, no browser. Places and scores are drawn from a seed: nobody looked at them.
import { type ClassId, type LabelId, type Mpp, mpp, type ProjectId, type SlideId } from "../../base/brand.ts";
import type { Label, TissueClass } from "../../domain/label.ts";
import { cellCount, type MapGrid } from "../../domain/map-grid.ts";
import {
  fileLayerKey,
  placeState,
  type SheetChunk,
  type SheetLayer,
  type SheetRecord,
} from "../../domain/map-sheet.ts";
import { withOther } from "../../domain/other-class.ts";
import { emptyProject, type Project } from "../../domain/project.ts";
import { createRandom, integer, uniform } from "../../math/random.ts";

const classes: readonly TissueClass[] = ["#b91c1c", "#1d4ed8", "#15803d", "#a16207"].map((color, i) => ({
  id: `planted-${i}` as ClassId,
  name: `Planted ${i + 1}`,
  color,
  key: i + 1,
}));

/** `count` labels of four classes all over a slide, `pixels` level-0 px wide. */
export function plantedProject(
  slide: Readonly<{ id: SlideId; side: number; mpp: Mpp }>,
  count: number,
  pixels: number,
): Project {
  const random = createRandom(41);
  const place = (): number => integer(random, slide.side - pixels);
  const labels = Array.from({ length: count }, (_, i): readonly [LabelId, Label] => {
    const id = `planted-${i}` as LabelId;
    const region = { x: place(), y: place(), width: pixels, height: pixels };
    const classId = classes[integer(random, classes.length)]?.id as ClassId;
    return [id, { id, slideId: slide.id, classId, region, slideMpp: mpp(slide.mpp), origin: "imported", group: id }];
  });
  return { ...emptyProject("default" as ProjectId), classes: withOther(classes), labels: new Map(labels) };
}

/** A record with one layer more, and its answers at every place: most of them called, some uncertain, some not there. */
export function plantedMap(record: SheetRecord): Readonly<{ record: SheetRecord; chunk: SheetChunk }> {
  const names = classes.map(({ name }) => name);
  const layer: SheetLayer = { key: fileLayerKey("planted", names), name: "Planted", classes };
  const random = createRandom(42);
  const { grid } = record;
  const cells = Uint32Array.from({ length: cellCount(grid) }, (_, cell) => cell);
  const scores = new Float32Array(cells.length * classes.length);
  for (const cell of cells) scores.set(scoresAt(grid, cell, uniform(random)), cell * classes.length);
  const states = new Uint8Array(cells.length).fill(placeState.none);
  return {
    record: { ...record, layers: [...record.layers, layer] },
    chunk: { cells, states, features: new Float32Array(0), layer: layer.key, scores },
  };
}

/** In patches of one class, as tissue is. */
function scoresAt({ columns }: MapGrid, cell: number, dice: number): readonly number[] {
  if (dice < 0.05) return classes.map(() => Number.NaN);
  const [column, row] = [cell % columns, Math.floor(cell / columns)];
  const called = (Math.floor(column / 23) + Math.floor(row / 17)) % classes.length;
  const highest = dice < 0.2 ? 0.4 : 0.85;
  return classes.map((_, i) => (i === called ? highest : (1 - highest) / (classes.length - 1)));
}
