// 18 places of the embedded slide whose tissue the program that drew it knows: each well inside one tissue, each in another spot. They
// are for trying the app out; nobody looked at them. A slide of another identity has none.
import type { SlideId } from "../base/brand.ts";
import type { Point } from "./geometry.ts";

/** Of the file public/slides/synthetic-he.tif. */
export const readySlide = "17fdcd630e83a6a265844e5ea0e97b984fa226493105a1c68aa1a52421856b3d" as SlideId;

/** `tissue`: of the drawing (synth/tissue.ts). `className` null: the class Other. `at`: centre, level-0 px. */
export type ReadyLabel = Readonly<{ tissue: string; className: string | null; at: Point<"slide"> }>;

const high = { tissue: "high-grade", className: "High-grade glands" } as const;
const low = { tissue: "low-grade", className: "Low-grade glands" } as const;
const other = (tissue: string) => ({ tissue, className: null });

export const readyLabels: readonly ReadyLabel[] = [
  { ...high, at: { x: 6560, y: 480 } },
  { ...high, at: { x: 6720, y: 2880 } },
  { ...high, at: { x: 5760, y: 1280 } },
  { ...high, at: { x: 6560, y: 4000 } },
  { ...high, at: { x: 5760, y: 2240 } },
  { ...high, at: { x: 5760, y: 4480 } },
  { ...low, at: { x: 5920, y: 3040 } },
  { ...low, at: { x: 6400, y: 4640 } },
  { ...low, at: { x: 6560, y: 2240 } },
  { ...low, at: { x: 5920, y: 3840 } },
  { ...low, at: { x: 5760, y: 480 } },
  { ...low, at: { x: 6400, y: 1280 } },
  { ...other("stroma"), at: { x: 1600, y: 2880 } },
  { ...other("stroma"), at: { x: 4800, y: 2080 } },
  { ...other("lymphocytes"), at: { x: 1280, y: 1760 } },
  { ...other("lymphocytes"), at: { x: 2720, y: 3680 } },
  { ...other("fat"), at: { x: 2560, y: 4480 } },
  { ...other("mucus"), at: { x: 3840, y: 2560 } },
];
