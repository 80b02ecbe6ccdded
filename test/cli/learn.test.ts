// pathotune learn, then tune --learned: prompts of pictures nobody labelled, heads of those somebody did. Real processes on textures.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { writeTextures, writeTinyModel } from "../support/texture-folder.ts";

const root = join(import.meta.dirname, "..", "..");
let folder = "";
let model = "";
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pathotune-learn-"));
  model = await writeTinyModel(at("tiny"));
  await writeTextures(at("unlabelled"), 16, 500);
  await writeTextures(at("labelled"), 8, 1);
});
afterAll(() => rm(folder, { recursive: true }));

type Ended = Readonly<{ code: number; out: string; err: string }>;
function tool(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [
        "--import",
        "tsx",
        join(root, "src", "cli", "pathotune.ts"),
        ...args,
        "--model",
        model,
        "--mpp",
        "0.5",
        "--json",
      ],
      { cwd: root },
      (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}
const setAt = async (name: string) => parsePromptSet(new Uint8Array(await readFile(at(name))));
const tuneOn = (data: string, out: string): Promise<Ended> =>
  tool("tune", "--data", at(data), "--out", at(out), "--learned", at("learned.safetensors"));

describe("learning on the command line", () => {
  test("gives prompts that a tuning keeps, with an estimate of pictures that were not learned from", async () => {
    const learned = await tool("learn", "--pictures", at("unlabelled"), "--out", at("learned.safetensors"));
    expect(learned.code, learned.out + learned.err).toBe(0);
    const base = await setAt("learned.safetensors");
    expect(base.metadata).toMatchObject({ head: { kind: "none" }, learned: { patches: 48 } });

    const tuned = await tuneOn("labelled", "set.safetensors");
    expect(tuned.code, tuned.out + tuned.err).toBe(0);
    const set = await setAt("set.safetensors");
    expect(set.metadata).toMatchObject({ parent: base.id, head: { kind: "whitened" }, estimate: { kind: "figure" } });

    const answered = await tool("classify", "--prompts", at("set.safetensors"), "--pictures", at("labelled/stripes"));
    expect(answered.code, answered.err).toBe(0);
    expect(answered.out.match(/"class":"stripes"/g)?.length).toBeGreaterThanOrEqual(6);
  });

  test("labels on what was learned from get no estimate, and a file of another kind is refused", async () => {
    const own = await tuneOn("unlabelled", "own.safetensors");
    expect(own.code, own.out + own.err).toBe(0);
    expect((await setAt("own.safetensors")).metadata.estimate).toMatchObject({
      kind: "none",
      reason: expect.stringContaining("48 of 48 labels lie where the prompts were learned"),
    });
    const wrong = await tool(
      ...["tune", "--data", at("labelled"), "--out", at("x.safetensors"), "--learned", at("set.safetensors")],
    );
    expect(wrong.code).toBe(1);
    expect(wrong.out).toContain("holds no prompts that were learned without labels");
    const trained = await tool(
      ...["tune", "--data", at("labelled"), "--out", at("z.safetensors"), "--epochs", "2"],
      ...["--learned", at("learned.safetensors")],
    );
    expect(trained.code).toBe(2);
    expect(trained.out).toContain("prompts stay as they are");
    const both = await tool("learn", "--out", at("y.safetensors"));
    expect(both.code).toBe(2);
    expect(both.out).toContain("--pictures or --slide");
  });
});
