// pathotune tune that was interrupted: the same command goes on from its checkpoint, to the bytes of a run nobody stopped. And what --stain
// leaves in files.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { writeTextures, writeTinyModel } from "../support/texture-folder.ts";
import { sha256 } from "../support/tiny-model.ts";

const root = join(import.meta.dirname, "..", "..");
let folder = "";
let model = "";
let data = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pathotune-goes-on-"));
  data = join(folder, "textures");
  model = await writeTinyModel(join(folder, "tiny"));
  await writeTextures(data, 8, 1);
});
afterAll(() => rm(folder, { recursive: true }));

type Ended = Readonly<{ code: number | null; out: string; err: string }>;

/** `until`: a press of Ctrl+C as soon as this is true of the output so far. */
function tool(args: readonly string[], until: (out: string) => boolean = () => false): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", "tsx", join(root, "src", "cli", "pathotune.ts"), ...args], {
      cwd: root,
    });
    let [out, err, stopped] = ["", "", false];
    child.stdout.on("data", (part) => {
      out += part;
      if (stopped || !until(out)) return;
      stopped = true;
      child.kill("SIGINT");
    });
    child.stderr.on("data", (part) => {
      err += part;
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

const tune = (out: string, ...more: readonly string[]): readonly string[] => [
  ...[
    "tune",
    "--model",
    model,
    "--data",
    data,
    "--out",
    join(folder, out),
    "--blocks",
    "1",
    "--tokens",
    "2",
    "--seed",
    "3",
  ],
  ...["--mpp", "0.5", "--json", ...more],
];
const notes = (out: string): string =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; text?: string })
    .filter(({ type }) => type === "note")
    .map(({ text }) => text)
    .join("\n");
const digest = async (name: string): Promise<string> => sha256(new Uint8Array(await readFile(join(folder, name))));

describe("a tuning on the command line", () => {
  test("that was stopped goes on where it stood, to the same bytes, and leaves no checkpoint behind", async () => {
    const half = (out: string): boolean =>
      out.split("\n").some((line) => /"folds"/.test(line) && Number(/"done":(\d+)/.exec(line)?.[1] ?? 0) > 250);
    const stopped = await tool(tune("set.safetensors", "--epochs", "4"), half);
    expect(stopped.code, stopped.err).toBe(130);
    expect(existsSync(join(folder, "set.safetensors"))).toBe(false);
    const kept = join(folder, "set.safetensors.checkpoint");
    expect(JSON.parse(await readFile(kept, "utf8")).format).toBe("pathotune-checkpoint/1");
    expect(notes(stopped.out)).toMatch(/The same command goes on from .*set\.safetensors\.checkpoint/);
    const copy = await readFile(kept);

    const [on, whole] = [
      await tool(tune("set.safetensors", "--epochs", "4")),
      await tool(tune("whole.safetensors", "--epochs", "4")),
    ];
    expect(on.code, on.err).toBe(0);
    expect(notes(on.out)).toMatch(/Going on from .*, \d+ steps made/);
    expect(notes(whole.out)).not.toMatch(/Going on/);
    expect(await digest("set.safetensors")).toBe(await digest("whole.safetensors"));
    expect(existsSync(kept)).toBe(false);

    // The checkpoint of another tuning is no start of this one.
    await writeFile(join(folder, "other.safetensors.checkpoint"), copy);
    const other = await tool(tune("other.safetensors", "--epochs", "2"));
    expect(other.code, other.err).toBe(0);
    expect(notes(other.out)).toMatch(/is of another tuning/);
    expect(existsSync(join(folder, "other.safetensors.checkpoint"))).toBe(false);
  }, 600_000);

  test("refuses a file that is no checkpoint instead of tuning over it, and says what to do", async () => {
    await writeFile(join(folder, "bad.safetensors.checkpoint"), "not one");
    const refused = await tool(tune("bad.safetensors", "--epochs", "1"));
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.out.trim().split("\n").at(-1) ?? "")).toMatchObject({
      type: "error",
      kind: "damaged",
      message: expect.stringMatching(/bad\.safetensors\.checkpoint is no checkpoint.*Remove it/),
    });
  });

  test("with --stain says so in the set and in its results, and the set is refused where pictures are taken as they are", async () => {
    const results = join(folder, "stained.json");
    const stained = await tool(tune("stained.safetensors", "--epochs", "1", "--stain", "--results", results));
    expect(stained.code, stained.err).toBe(0);
    const { metadata } = parsePromptSet(new Uint8Array(await readFile(join(folder, "stained.safetensors"))));
    expect(metadata.preprocessing.stain).toBe("standardised");
    expect(JSON.parse(await readFile(results, "utf8")).config.stain).toBe(true);
    const ask = (...more: readonly string[]) =>
      tool([
        ...["evaluate", "--model", model, "--prompts", join(folder, "stained.safetensors"), "--data", data],
        ...["--views", "1", "--json", ...more],
      ]);
    const [plain, alike] = [await ask(), await ask("--stain", "--out", join(folder, "evaluated.json"))];
    expect(plain.code).toBe(1);
    expect(plain.out).toMatch(/stain standardised/);
    expect(alike.code, alike.err).toBe(0);
    // A reader that knows eva's documented shape and nothing else.
    const file: unknown = JSON.parse(await readFile(join(folder, "evaluated.json"), "utf8"));
    const { metrics, config } = file as {
      metrics: { val: object[]; test: Record<string, { mean: number; stdev: number; values: number[] }>[] };
      config: Record<string, unknown>;
    };
    expect(metrics.val).toEqual([]);
    expect(metrics.test).toHaveLength(1);
    for (const { mean, stdev, values } of Object.values(metrics.test[0] ?? {})) {
      expect(mean).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 12);
      expect([values.length, stdev]).toEqual([1, 0]);
    }
    expect(config).toMatchObject({ command: "evaluate", stain: true, views: 1, seeds: [0] });
  }, 300_000);
});
