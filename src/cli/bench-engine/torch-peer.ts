// PyTorch eager as a peer: starts torch_step.py, hands it weights and inputs in files, has it make one step at a time. Knows no figures.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Fault } from "../../base/fault.ts";
import { serializeSafetensors, type TensorToWrite } from "../../domain/safetensors.ts";
import { isResident } from "../../engine/runtime.ts";
import type { VitShape } from "../../graph/vit/vit-shape.ts";
import { fullShape } from "../../graph/vit/vit-shape.ts";
import { firstBlockOf, partsOf, type StepWork, temperature, type Variant } from "./workload.ts";

export type TorchPeer = Readonly<{
  /** Version of PyTorch. */
  version: string;
  threads(count: number): Promise<void>;
  step(): Promise<Readonly<{ ms: number; loss: number }>>;
  close(): void;
}>;

/** Fault `unsupported` where Python or PyTorch is missing, or torch_step.py does not know such a ViT. */
export async function openTorch(
  python: string,
  shape: VitShape,
  weights: Uint8Array,
  variant: Variant,
  work: StepWork,
): Promise<TorchPeer> {
  assertPlain(shape);
  const folder = mkdtempSync(join(tmpdir(), "pathotune-torch-"));
  const path = (name: string): string => join(folder, name);
  const { depth, heads, layerNormEps } = shape;
  const config = { depth, heads, layerNormEps, firstBlock: firstBlockOf(variant, depth), temperature };
  writeFileSync(path("weights.safetensors"), weights);
  writeFileSync(path("feeds.safetensors"), serializeSafetensors(feedTensors(work), {}));
  writeFileSync(path("config.json"), JSON.stringify(config));
  const files = ["weights.safetensors", "feeds.safetensors", "config.json"].map(path);
  const child = spawn(python, [join(import.meta.dirname, "torch_step.py"), ...files]);
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeFolder);
  const ask = conversation(child);
  const close = (): void => {
    child.stdin.end();
    child.kill();
    removeFolder();
  };
  try {
    const { torch } = await ask(null);
    return {
      version: String(torch),
      threads: async (count) => void (await ask(`threads ${count}`)),
      step: async () => {
        const { ms, loss } = await ask("step");
        return { ms: Number(ms), loss: Number(loss) };
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function assertPlain(plain: VitShape): void {
  const { readout, registers, layerScale, ffn, activation, qkvBias, finalNorm } = fullShape(plain);
  const isPlain = readout === "cls" && registers === 0 && !layerScale && ffn === "mlp" && activation === "gelu";
  if (!isPlain || !qkvBias || finalNorm !== "norm") {
    throw new Fault("unsupported", "the PyTorch step is written for a plain ViT with a class token only");
  }
}

function feedTensors({ feeds, layout }: StepWork): readonly TensorToWrite[] {
  const { theta, tokens, targets, centre } = feeds;
  if (!theta || isResident(theta)) throw new Error("assertion failed: theta is fed as numbers");
  const given = { ...partsOf(theta, layout), tokens, targets, centre };
  return Object.entries(given).map(([name, feed]) => {
    if (!feed || isResident(feed)) throw new Error(`assertion failed: ${name} is fed as numbers`);
    return { name, dtype: "F32", shape: feed.dims, data: feed.data };
  });
}

type Answer = Readonly<Record<string, unknown>>;

/** One line out, one line back; `null` waits for the greeting. Rejects with what Python wrote last when it ends instead. */
function conversation(child: ChildProcess): (line: string | null) => Promise<Answer> {
  let complaint = "";
  let ended: string | null = null;
  const lines: string[] = [];
  let wake = (): void => {};
  const finish = (why: string): void => {
    ended ??= why;
    wake();
  };
  child.stderr?.on("data", (data) => {
    complaint = (complaint + String(data)).slice(-2000);
  });
  child.stdin?.on("error", () => {});
  child.on("error", (error) => finish(error.message));
  child.on("close", () => finish(complaint.trim().split("\n").at(-1) || "Python ended without a word"));
  if (child.stdout) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      wake();
    });
  }
  return async (line) => {
    if (line !== null) child.stdin?.write(`${line}\n`);
    for (;;) {
      const answer = lines.shift();
      if (answer !== undefined) return JSON.parse(answer) as Answer;
      if (ended !== null) throw new Fault("unsupported", ended);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
}
