// Memory high water of tuning on WASM, measured in a fresh process per case: heaps never shrink. Knows no clock.
import { fork } from "node:child_process";
import { join } from "node:path";
import { Fault } from "../../base/fault.ts";
import { figure, type Measured } from "../figure.ts";
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
  const { heapBytes, processBytes } = await inOwnProcess(variant, batch, model);
  const on = `forward and step on ${versioned("onnxruntime-web")} WASM, one run each, Node ${process.version}; ${sizesOf(subject, batch)}`;
  const figures = [
    figure(`engine.peak_mib.${variant}.${subject.id}.wasm_heap`, [heapBytes / mib], "MiB", on),
    figure(`engine.peak_mib.${variant}.${subject.id}.process`, [processBytes / mib], "MiB", on),
  ];
  return { figures, leftOut: [] };
}

type Peak = Readonly<{ heapBytes: number; processBytes: number }>;

function inOwnProcess(variant: Variant, batch: number, model: string): Promise<Peak> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "memory-child.ts"), [variant, String(batch), model], { silent: true });
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
