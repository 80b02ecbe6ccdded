// Where an interrupted tuning stands, as a file beside its output: written whole or not at all, gone when the set is there. Knows files; what
// a checkpoint means and whether it belongs to a request is the engine's.
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { Fault, toFault } from "../../base/fault.ts";
import { parseTuningCheckpoint, type TrainingState, type TuningCheckpoint } from "../../domain/tuning-checkpoint.ts";

const format = "pathotune-checkpoint/1";
const vectors = ["theta", "m", "v", "lastGood"] as const;

export type KeptCheckpoint = Readonly<{
  path: string;
  /** null: there is none. Fault `damaged` where the file is something else. */
  read(): Promise<TuningCheckpoint | null>;
  /** In the order they are given; the newest survives. */
  write(checkpoint: TuningCheckpoint): void;
  /** Resolves when what was given is on disk. Fault `storage`. */
  settled(): Promise<void>;
  remove(): Promise<void>;
}>;

/** `out`: the file the tuning is to write. */
export function keepCheckpoint(out: string): KeptCheckpoint {
  const path = `${out}.checkpoint`;
  let writing: Promise<void> = Promise.resolve();
  let failed: Fault | null = null;
  return {
    path,
    async read() {
      const text = await readFile(path, "utf8").catch((error: unknown) => {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
        throw toFault(error, "read", `${path} cannot be read`);
      });
      return text === null ? null : parse(text, path);
    },
    write(checkpoint) {
      const text = serialize(checkpoint);
      writing = writing
        .then(async () => {
          // Renaming puts one whole file in the place of another: a process that dies in between leaves the older one.
          await writeFile(`${path}.new`, text);
          await rename(`${path}.new`, path);
        })
        .catch((error: unknown) => {
          failed ??= toFault(error, "storage", `${path} cannot be written`);
        });
    },
    async settled() {
      await writing;
      if (failed) throw failed;
    },
    async remove() {
      await writing;
      await rm(path, { force: true });
      await rm(`${path}.new`, { force: true });
    },
  };
}

const toText = (values: Float32Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");

function serialize(checkpoint: TuningCheckpoint): string {
  const { training } = checkpoint;
  const plain = training && {
    ...training,
    // JSON has no infinities, and a training that is about to diverge goes on to diverge.
    lossSum: String(training.lossSum),
    ...Object.fromEntries(vectors.map((name) => [name, toText(training[name])])),
  };
  return JSON.stringify({ format, checkpoint: { ...checkpoint, training: plain } });
}

function parse(text: string, path: string): TuningCheckpoint {
  const damaged = (cause?: unknown): Fault =>
    new Fault(
      "damaged",
      `${path} is no checkpoint of a tuning. Remove it, and the tuning starts anew.`,
      { path },
      cause,
    );
  let file: { format?: unknown; checkpoint?: { training?: Record<string, unknown> | null } };
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw damaged(error);
  }
  if (file?.format !== format || typeof file.checkpoint !== "object" || file.checkpoint === null) throw damaged();
  const { training } = file.checkpoint;
  try {
    return parseTuningCheckpoint({ ...file.checkpoint, training: training ? fromText(training) : training });
  } catch (error) {
    throw damaged(error);
  }
}

function fromText(training: Record<string, unknown>): unknown {
  const floats = (value: unknown): unknown => {
    if (typeof value !== "string") return value;
    const bytes = Buffer.from(value, "base64");
    return bytes.length % 4 === 0 ? new Float32Array(Uint8Array.from(bytes).buffer) : value;
  };
  const read: Record<keyof TrainingState, unknown> = {
    epoch: training.epoch,
    step: training.step,
    lossSum: Number(training.lossSum),
    theta: floats(training.theta),
    m: floats(training.m),
    v: floats(training.v),
    lastGood: floats(training.lastGood),
  };
  return read;
}
