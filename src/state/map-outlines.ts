// The places of each class as outlines in level-0 pixels: hundreds of shapes where tiles would be tens of thousands. Pure.
import type { MapGrid } from "../domain/map-grid.ts";
import type { SheetLayer } from "../domain/map-sheet.ts";
import type { QupathObject } from "../domain/qupath-geojson.ts";
import { traceMask } from "../math/trace-mask.ts";

/** One annotation a class that is called anywhere. */
export function outlineObjects(grid: MapGrid, looks: Int16Array, layer: SheetLayer): readonly QupathObject[] {
  const { columns, rows } = grid;
  return layer.classes.flatMap((tissueClass, c) => {
    const data = Uint8Array.from(looks, (value) => Number(value === c));
    const rings = traceMask({ data, width: columns, height: rows }).map((ring) =>
      ring.map(({ x, y }) => ({ x: grid.originX + x * grid.stepX, y: grid.originY + y * grid.stepY })),
    );
    if (rings.length === 0) return [];
    return [
      {
        id: `outline ${layer.key} ${tissueClass.id}`,
        objectType: "annotation" as const,
        rings,
        classification: tissueClass,
        name: `Patches called ${tissueClass.name}`,
        measurements: { patches: data.reduce((sum, value) => sum + value, 0) },
        metadata: { PathoTune: "map-outline", layer: layer.name },
      },
    ];
  });
}
