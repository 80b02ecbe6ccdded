// Memory high water of tuning on WASM, measured in a fresh process per case: heaps never shrink. Knows no clock.
import { join } from "node:path";
import { figure, type Measured } from "../figure.ts";
import { inOwnProcess } from "../own-process.ts";
import { sizesOf } from "./on-processor.ts";
import type { Subject } from "./subjects.ts";
import { versioned } from "./versions.ts";
import type { Variant } from "./workload.ts";

const mib = 2 ** 20;

/** Forward and step compiled side by side, as while tuning. `model`: a manifest's path, or "vit-s16". */
export async function measureMemory(
  subject: Subject,
  model: string,
  batch: number,
  variant: Variant,
): Promise<Measured> {
  const { heapBytes, processBytes } = await inOwnProcess<Peak>(child, [variant, String(batch), model]);
  const on = `forward and step on ${versioned("onnxruntime-web")} WASM, one run each, Node ${process.version}; ${sizesOf(subject, batch)}`;
  const figures = [
    figure(`engine.peak_mib.${variant}.${subject.id}.wasm_heap`, [heapBytes / mib], "MiB", on),
    figure(`engine.peak_mib.${variant}.${subject.id}.process`, [processBytes / mib], "MiB", on),
  ];
  return { figures, leftOut: [] };
}

const child = join(import.meta.dirname, "memory-child.ts");
type Peak = Readonly<{ heapBytes: number; processBytes: number }>;
