// Memory high water of a full sweep, in a fresh process: heaps never shrink. Knows no clock.
import { fork } from "node:child_process";
import { join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { figure, type Measured } from "../figure.ts";
import { machine } from "./machine.ts";
import type { SlideAtHand } from "./slides-at-hand.ts";

const mib = 2 ** 20;

/** Model, slide reader and caches in one process. `most`: null sweeps all of the slide's tissue. */
export async function measureMemory(manifest: string, slide: SlideAtHand, most: number | null): Promise<Measured> {
  const { before, during, after, places } = await inOwnProcess([manifest, slide.path, String(most ?? 0)]);
  const on = `whole process: model on WASM, slide reader and caches, ${places} places of ${slide.words}; ${machine}`;
  const figures = [
    figure("slide.peak_mib", [after / mib], "MiB", on),
    figure("slide.peak_mib.during", [during / mib], "MiB", `${on}; the highest after any batch of the sweep`),
    figure("slide.peak_mib.before", [before / mib], "MiB", `${on}; the model loaded and tested, no slide open`),
  ];
  return { figures, leftOut: [] };
}

type Peak = Readonly<{ before: number; during: number; after: number; places: number }>;

function inOwnProcess(args: readonly string[]): Promise<Peak> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "memory-child.ts"), args, { silent: true });
    let [out, complaint] = ["", ""];
    child.stdout?.on("data", (data) => {
      out += String(data);
    });
    child.stderr?.on("data", (data) => {
      complaint = (complaint + String(data)).slice(-2000);
    });
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(out.trim().split("\n").at(-1) ?? "") as Peak);
      else reject(new Fault("runtime", `the measuring process ended with ${code}: ${complaint.trim()}`));
    });
  });
}
