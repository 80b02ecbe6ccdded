// The gates before the first tuning of a depth on a device. Knows a session's programs, the processor as a second opinion, and what is
// kept; throws where the device must not tune.
import { lanePriority } from "../../base/lane.ts";
import { field, readList, rootAt } from "../../domain/json-reader.ts";
import type { GateResult } from "../../protocol/engine-api.ts";
import { writtenDigest } from "../graph-digest.ts";
import { preprocess } from "../preprocess.ts";
import { outputOf } from "../runtime.ts";
import { selfTestPatch } from "../self-test-patch.ts";
import type { Session } from "../session.ts";
import type { Runtimes } from "../start-runtime.ts";
import { gateFault, mirrored } from "./forward-gates.ts";
import {
  differencesGate,
  type GradientCase,
  gradientGate,
  gradientGraphs,
  gradientStart,
  openGradientProbe,
  type StepShape,
} from "./gradient-gates.ts";
import { type GateStore, keepRefusal, readGate } from "./kept-gates.ts";

/**
 * Passes, or throws Fault `self-test`. Each run waits for its turn in the lane, so that clicks go first. The result is kept
 * for these very graphs on this device: another depth, another number of prompts, another derivative is checked anew.
 */
export async function checkGradient(
  session: Session,
  settings: StepShape,
  deps: Readonly<{ runtimes: Runtimes; gates: GateStore }>,
  signal: AbortSignal,
): Promise<readonly GateResult[]> {
  const { firstBlock } = settings;
  const { graphs } = gradientGraphs(session.programs.backbone, settings);
  const key = `${session.gateKey}|gradient ${graphs.map(writtenDigest).join(" ")}`;
  const kept = keptGradientGates(await deps.gates.get(key));
  if (kept) return kept;
  const inLane = <T>(task: () => Promise<T>): Promise<T> => session.lane.run(lanePriority.step, task, signal);
  const { programs, runtime } = session;
  const onGpu = runtime.provider.kind === "webgpu";
  const where = onGpu ? "This device's graphics processor" : "This device's processor";
  const given = await inLane(() => caseOf(session, settings));
  const probe = await inLane(() => openGradientProbe(programs.backbone, given, runtime));
  const gates: GateResult[] = [];
  try {
    const theta = gradientStart(probe.layout, firstBlock);
    const gradient = await inLane(() => probe.gradient(theta));
    const lossAt = (at: Float32Array): Promise<number> =>
      inLane(() => probe.loss(at, (shape) => programs.upper(firstBlock, shape)));
    gates.push(await differencesGate(lossAt, theta, gradient, probe.layout, signal));
    if (onGpu) {
      const processor = await inLane(() => deps.runtimes.wasm(null));
      try {
        const slow = await inLane(() => openGradientProbe(programs.backbone, given, processor));
        try {
          gates.push(gradientGate(gradient, await inLane(() => slow.gradient(theta))));
        } finally {
          // Without the signal: what was cancelled must be given back all the same.
          await session.lane.run(lanePriority.click, () => slow.release());
        }
      } finally {
        await processor.release();
      }
    }
  } finally {
    await session.lane.run(lanePriority.click, () => probe.release());
  }
  const failed = gates.find((gate) => !gate.passed);
  if (failed && onGpu) await keepRefusal(deps.gates, session.gateKey, failed);
  if (failed) throw gateFault(failed, where);
  await deps.gates.put(key, { version: 1, gates });
  return gates;
}

async function caseOf({ model, programs }: Session, settings: StepShape): Promise<GradientCase> {
  const patch = selfTestPatch(model.patchPixels);
  const both = [patch, mirrored(patch, model.patchPixels)];
  const base = await programs.base(settings.firstBlock);
  const outputs = await base.run({ pixels: preprocess(both, model.patchPixels, model.normalisation) });
  const halves = ({ data }: { data: Float32Array }): readonly [Float32Array, Float32Array] => [
    data.slice(0, data.length / 2),
    data.slice(data.length / 2),
  ];
  return {
    ...settings,
    tokens: halves(outputOf(outputs, "tokens")),
    features: halves(outputOf(outputs, "features")),
  };
}

function keptGradientGates(value: unknown): readonly GateResult[] | null {
  const root = rootAt(value, "gradient gates");
  if (field(root, "version").value !== 1) return null;
  const gates = readList(field(root, "gates"), { min: 1, max: 16 }).map(readGate);
  return root.problems.length === 0 ? gates : null;
}
