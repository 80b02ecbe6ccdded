// Memory high water of a full sweep, in a fresh process: heaps never shrink. Knows no clock.
import { join } from "node:path";
import { figure, type Measured } from "../figure.ts";
import { inOwnProcess } from "../own-process.ts";
import { machine } from "./machine.ts";
import type { SlideAtHand } from "./slides-at-hand.ts";

const mib = 2 ** 20;

/** Model, slide reader and caches in one process. `most`: null sweeps all of the slide's tissue. */
export async function measureMemory(manifest: string, slide: SlideAtHand, most: number | null): Promise<Measured> {
  const { before, during, after, places } = await inOwnProcess<Peak>(child, [manifest, slide.path, String(most ?? 0)]);
  const on = `whole process: model on WASM, slide reader and caches, ${places} places of ${slide.words}; ${machine}`;
  const figures = [
    figure("slide.peak_mib", [after / mib], "MiB", on),
    figure("slide.peak_mib.during", [during / mib], "MiB", `${on}; the highest after any batch of the sweep`),
    figure("slide.peak_mib.before", [before / mib], "MiB", `${on}; the model loaded and tested, no slide open`),
  ];
  return { figures, leftOut: [] };
}

const child = join(import.meta.dirname, "memory-child.ts");
type Peak = Readonly<{ before: number; during: number; after: number; places: number }>;
