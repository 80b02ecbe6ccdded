// Forward and steps on a real graphics adapter, one run a call. Refuses an adapter in software: its times say nothing.
import { Fault, present } from "../../../base/fault.ts";
import type { Runtime } from "../../../engine/runtime.ts";
import { createRuntimes } from "../../../platform/worker/ort-runtime.ts";
import { backboneOf, randomTensors, vitSmall, vitTiny } from "../backbones.ts";
import { type Feeds, forwardWork, stepWork, variants, type Work } from "../workload.ts";
import { offer } from "./page-call.ts";

const runs = new Map<string, () => Promise<number>>();

/** `software: "accept"` is for trying this page out. Returns the adapter in words. */
async function open(
  argument: Readonly<{ model: "vit-tiny" | "vit-s16"; batch: number; software: "refuse" | "accept" }>,
): Promise<string> {
  const { model, batch, software } = argument;
  const opened = await createRuntimes().webgpu(software);
  if ("why" in opened) throw new Fault("unsupported", opened.why);
  const { runtime } = opened;
  const shape = model === "vit-tiny" ? vitTiny : vitSmall;
  const backbone = backboneOf(shape, randomTensors(shape, 16), model);
  const add = async (name: string, work: Work, resident: readonly string[]): Promise<void> => {
    const program = await runtime.compile(work.graph, backbone.weights, { name, resident });
    runs.set(name, () => timed(program, work.feeds));
  };
  await add("forward", forwardWork(backbone, batch), ["tokens"]);
  for (const variant of variants) {
    await add(variant, stepWork(backbone, variant, batch), ["thetaNext", "mNext", "vNext"]);
  }
  return runtime.provider.words;
}

async function timed(program: Awaited<ReturnType<Runtime["compile"]>>, feeds: Feeds): Promise<number> {
  const before = performance.now();
  // Only what is small is read back (features, the loss), and ends the run: nothing is still queued. The rest stays on the device.
  const { residents } = await program.run(feeds);
  const took = performance.now() - before;
  for (const resident of Object.values(residents)) resident.release();
  return took;
}

offer({ open, run: (name: string) => present(runs.get(name), name)() });
