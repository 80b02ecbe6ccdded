// The arrangement of the shipped slide: a piece of gut wall with a tumour, and three fragments that hold the fine-grained
// distinction. Knows where, not how it looks.

import { subSeed } from "./hash.ts";
import { createDisplacement, type Layout, layoutOfShapes, type Shape } from "./layout.ts";

/** Size of one specimen in level-0 px; larger slides repeat it. Both are multiples of 1024. */
export const specimenSize = { width: 7168, height: 5120 } as const;

const wall: readonly Shape[] = [
  { tissue: "mucus", x: 1450, y: 330, rx: 640, ry: 210 },
  { tissue: "mucus", x: 4250, y: 380, rx: 520, ry: 190 },
  // The whole section is mucosa, of which everything deeper is taken away again.
  { tissue: "mucosa", x: 2700, y: 2620, rx: 2400, ry: 2200, power: 3 },
  { tissue: "stroma", x: 2700, y: 3640, rx: 2900, ry: 2330, power: 2.6, within: 2 },
  { tissue: "fat", x: 2700, y: 5050, rx: 2700, ry: 1020, power: 2.6, within: 2 },
  { tissue: "fat", x: 1020, y: 2640, rx: 430, ry: 300, angle: 0.4, within: 2 },
  { tissue: "fat", x: 1750, y: 3370, rx: 470, ry: 300, angle: -0.3, within: 2 },
  { tissue: "tumour", x: 3470, y: 1960, rx: 1000, ry: 1560, angle: 0.12, within: 2 },
  { tissue: "tumour", x: 2180, y: 2640, rx: 400, ry: 330, angle: 0.5, within: 2 },
  { tissue: "tumour", x: 4560, y: 3420, rx: 330, ry: 420, within: 2 },
  { tissue: "tumour", x: 900, y: 3500, rx: 340, ry: 300, within: 2 },
  { tissue: "mucus", x: 3130, y: 1450, rx: 430, ry: 330, angle: 0.3, within: 2 },
  { tissue: "mucus", x: 3760, y: 2520, rx: 380, ry: 460, angle: 0.2, within: 2 },
  { tissue: "mucus", x: 3950, y: 1250, rx: 300, ry: 360, within: 2 },
  { tissue: "lymphocytes", x: 2290, y: 1890, rx: 290, ry: 330, within: 2 },
  { tissue: "lymphocytes", x: 1330, y: 1740, rx: 390, ry: 290, angle: 0.2, within: 2 },
  { tissue: "lymphocytes", x: 2640, y: 3740, rx: 420, ry: 300, angle: -0.2, within: 2 },
  { tissue: "lymphocytes", x: 3650, y: 3760, rx: 330, ry: 270, within: 2 },
  { tissue: "lymphocytes", x: 4690, y: 2560, rx: 300, ry: 360, within: 2 },
  { tissue: "lymphocytes", x: 640, y: 2060, rx: 260, ry: 260, within: 2 },
];

/** A fragment with four islands of glands, grades alternating; the next fragment starts with the other grade. */
function fragment(x: number, y: number, first: "low-grade" | "high-grade", angle: number): readonly Shape[] {
  const second = first === "low-grade" ? "high-grade" : "low-grade";
  const island = (dx: number, dy: number, tissue: "low-grade" | "high-grade"): Shape => ({
    tissue,
    x: x + dx * Math.cos(angle) - dy * Math.sin(angle),
    y: y + dx * Math.sin(angle) + dy * Math.cos(angle),
    rx: 345,
    ry: 330,
    power: 3,
  });
  return [
    { tissue: "stroma", x, y, rx: 830, ry: 770, power: 2.6, angle },
    island(-385, -365, first),
    island(385, -365, second),
    island(-385, 365, second),
    island(385, 365, first),
  ];
}

export const specimenShapes: readonly Shape[] = [
  ...wall,
  ...fragment(6130, 920, "low-grade", 0.1),
  ...fragment(6190, 2580, "high-grade", -0.15),
  ...fragment(6120, 4210, "low-grade", 0.2),
];

export function createSpecimenLayout(seed: number): Layout {
  return layoutOfShapes(specimenShapes, createDisplacement(subSeed(seed, "outline"), 95, 420), specimenSize);
}
