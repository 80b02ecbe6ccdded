// The few-label benchmark and the command line from the outside: real processes on a generated folder and a tiny random model.
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseFewShotOptions } from "../../src/cli/bench-fewshot/options.ts";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { parseResults } from "../../src/engine/evaluation/results-file.ts";
import { textureClasses, writeTextures, writeTinyModel } from "../support/texture-folder.ts";

const src = join(import.meta.dirname, "..", "..", "src", "cli");
let root = "";
let model = "";
let data = "";

type Ended = Readonly<{ code: number; out: string; err: string }>;
function run(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["--import", "tsx", join(src, program), ...args],
      { cwd: join(src, "..", ".."), maxBuffer: 2 ** 26 },
      (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}
const linesOf = (out: string): readonly Record<string, unknown>[] =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "pathotune-fewshot-"));
  data = join(root, "textures");
  model = await writeTinyModel(join(root, "tiny"));
  await writeTextures(data, 24, 1);
});
afterAll(() => rm(root, { recursive: true }));

describe("npm run bench -- fewshot", () => {
  const bench = (out: string, more: readonly string[] = []): Promise<Ended> =>
    run("bench-fewshot.ts", [
      ...["--data", data, "--model", model, "--shots", "2,4,9", "--draws", "2", "--epochs", "1", "--tuned-views", "1"],
      ...["--limit", "9", "--cache", join(root, "cache"), "--json", "--out", join(root, out), ...more],
    ]);

  test("prints the figures of its table, and the same bytes when it runs again from scratch or goes on", async () => {
    const first = await bench("first.json");
    expect(first.err).toContain("9 is above a third");
    expect(first.code).toBe(0);
    const figures = new Map(linesOf(first.out).map(({ name, value }) => [name, value as number]));
    const methods = [
      "centroid",
      "logreg",
      "knn",
      "cache",
      "frozen_blend",
      "whitened",
      "colour",
      "majority",
      "raw",
      "tuned",
    ];
    const others = ["delta", "delta_lo", "delta_hi", "raw_delta", "delta_chosen", "fallback", "ece_tuned", "ece_base"];
    for (const k of [2, 4]) {
      for (const name of [...methods, ...others]) expect(figures.has(`fewshot.tiny.textures.k${k}.${name}`)).toBe(true);
    }
    expect(figures.has("fewshot.tiny.textures.full")).toBe(true);
    expect(figures.get("fewshot.tiny.textures.k4.majority")).toBeCloseTo(1 / 3, 12);
    // Textures of three colours: even a random network, and colour alone, tell them apart.
    expect(figures.get("fewshot.tiny.textures.k4.logreg")).toBeGreaterThan(0.8);
    expect(figures.get("fewshot.tiny.textures.k4.colour")).toBeGreaterThan(0.8);

    const written = await readFile(join(root, "first.json"), "utf8");
    const { test: stage } = parseResults(written, "first.json");
    expect(stage[0]?.["k2/logreg/balanced_accuracy"]?.values).toHaveLength(2);
    expect(JSON.parse(written).config.seeds).toEqual({ k2: [0, 1], k4: [0, 1] });

    // One draw lost, one cut short: made again, to the same numbers.
    const folders = await readdir(join(root, "cache", "draws"));
    for (const folder of folders) {
      await rm(join(root, "cache", "draws", folder, "k2-seed1.json"));
      await writeFile(join(root, "cache", "draws", folder, "k4-seed0.json"), '{"k":4,"see');
    }
    const second = await bench("second.json");
    expect(second.code).toBe(0);
    expect(await readFile(join(root, "second.json"), "utf8")).toBe(written);
    expect(second.out).toBe(first.out);
  }, 300_000);

  test("shows which kinds of prompts pay at k = 8, with both controls where the texts are at hand", async () => {
    const more = join(root, "more textures");
    await writeTextures(more, 60, 2);
    const only = ["--data", more, "--shots", "8", "--draws", "1", "--limit", "6", "--ablation", "1", "--blocks", "1"];
    const named = await bench("ablation.json", [...only, "--class-names", "tumour,stroma,necrosis"]);
    expect(named.code, named.err).toBe(0);
    const kinds = (out: string): readonly unknown[] =>
      linesOf(out).flatMap(({ name }) => (String(name).includes(".ablation.") ? [String(name).split(".").at(-1)] : []));
    const all = ["none", "t", "x", "i", "tx", "ti", "xi", "txi", "random_text", "permuted_text"];
    expect(kinds(named.out)).toEqual(all);
  }, 300_000);

  test("names every problem of its options at once", () => {
    expect(() => parseFewShotOptions(["--shots", "0", "--methods", "magic", "--seed", "x"])).toThrow(
      /--data.*--model.*--shots.*magic.*--seed/s,
    );
  });
});

describe("pathotune", () => {
  const tool = (...args: readonly string[]): Promise<Ended> => run("pathotune.ts", args);
  const set = (): string => join(root, "set.safetensors");

  test("tunes on a folder, classifies pictures and evaluates on others, with one prompt set file in between", async () => {
    const other = join(root, "others");
    await writeTextures(other, 6, 500);
    const tuned = await tool(
      ...["tune", "--model", model, "--data", data, "--out", set(), "--epochs", "2", "--blocks", "1", "--tokens", "2"],
      ...["--seed", "3", "--mpp", "0.5", "--results", join(root, "tuned.json"), "--json"],
    );
    expect(tuned.code, tuned.err).toBe(0);
    const parsed = parsePromptSet(new Uint8Array(await readFile(set())));
    expect(parsed.metadata.classes.map(({ name }) => name)).toEqual(textureClasses);
    expect(parsed.metadata.labels.perClass).toEqual([24, 24, 24]);
    const kinds = new Set(linesOf(tuned.out).map(({ type }) => type));
    expect([...kinds].toSorted()).toEqual(["progress", "tuned"]);
    const { val } = parseResults(await readFile(join(root, "tuned.json"), "utf8"), "tuned.json");
    expect(val[0]?.["heldout/tuned/balanced_accuracy"]?.mean).toBeGreaterThan(0.5);

    const [classified, evaluated] = [
      await tool("classify", "--model", model, "--prompts", set(), "--pictures", join(other, "stripes"), "--json"),
      await tool(
        ...["evaluate", "--model", model, "--prompts", set(), "--data", other, "--views", "2", "--retrieval"],
        ...["--cache", join(root, "cache"), "--out", join(root, "evaluated.json"), "--json"],
      ),
    ];
    const answers = linesOf(classified.out).filter(({ type }) => type === "answer");
    expect(answers).toHaveLength(6);
    for (const { scores } of answers) {
      const sum = Object.values(scores as Record<string, number>).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 6);
    }
    expect(evaluated.code, evaluated.err).toBe(0);
    const report = parseResults(await readFile(join(root, "evaluated.json"), "utf8"), "evaluated.json").test[0];
    expect(report?.["test/balanced_accuracy"]?.mean).toBeGreaterThan(0.5);
    expect(Object.keys(report ?? {})).toHaveLength(11);
  });

  test("says what is wrong and what to do, with an exit status of its own", async () => {
    const [help, unknown, missing, coarse, wrongModel] = await Promise.all([
      tool("tune", "--help"),
      tool("paint"),
      tool("tune", "--json"),
      tool("classify", "--model", model, "--prompts", set(), "--pictures", data, "--mpp", "2"),
      tool("classify", "--model", set(), "--prompts", set(), "--pictures", data),
    ]);
    expect(help).toMatchObject({ code: 0 });
    expect(help.out).toContain("--results");
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.err).toContain('no command "paint"');
    expect(missing.code).toBe(2);
    expect(linesOf(missing.out)[0]).toMatchObject({ type: "error", kind: "invalid" });
    expect(coarse.code).toBe(2);
    expect(coarse.err).toContain("2.00 um/px");
    expect(wrongModel.code).toBe(1);
    expect(wrongModel.err).not.toContain("at ");
  });

  test("asks for what a checkpoint does not say instead of guessing it", async () => {
    // Weights alone, under another name: nothing beside them says how they are used.
    const path = join(root, "bare.safetensors");
    await copyFile(join(root, "tiny", "weights.safetensors"), path);
    const asked = await tool("classify", "--model", path, "--prompts", set(), "--pictures", data);
    expect(asked.code).toBe(1);
    for (const fact of ["heads", "layerNormEps", "normalisation", "--facts"]) expect(asked.err).toContain(fact);
    const facts = join(root, "facts.json");
    const normalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
    await writeFile(
      facts,
      JSON.stringify({ heads: 3, layerNormEps: 1e-6, readout: "cls", activation: "gelu", normalisation }),
    );
    const bench = await run("bench-fewshot.ts", [
      ...["--data", data, "--model", path, "--facts", facts, "--shots", "2", "--draws", "1", "--fast", "--json"],
      ...["--methods", "logreg,majority"],
      ...["--cache", join(root, "cache")],
    ]);
    expect(bench.code, bench.err).toBe(0);
    expect(linesOf(bench.out).map(({ name }) => name)).toContain("fewshot.bare.textures.k2.logreg");
  });
});
