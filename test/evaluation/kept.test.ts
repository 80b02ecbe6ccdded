import { appendFile, mkdtemp, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openKeptDraws } from "../../src/cli/bench-fewshot/kept-draws.ts";
import { openRowStore } from "../../src/platform/node/row-store.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "pathotune-kept-"));
});
afterAll(() => rm(root, { recursive: true }));

test("rows come back as they were put, and an interruption in the middle of one loses that one only", async () => {
  const folder = join(root, "rows");
  const store = await openRowStore(folder, 3);
  await store.put("a", Float32Array.of(1, 2, 3));
  await store.put("b", Float32Array.of(4, 5, 6));
  await store.close();
  // Half a row more, and a row whose name was not written to its end.
  await appendFile(join(folder, "rows.f32"), new Uint8Array(12 + 5));
  await appendFile(join(folder, "keys.txt"), "c");
  const again = await openRowStore(folder, 3);
  expect(["a", "b", "c"].map((key) => again.has(key))).toEqual([true, true, false]);
  await again.put("c", Float32Array.of(7, 8, 9));
  await again.close();
  const last = await openRowStore(folder, 3);
  expect(["a", "b", "c"].map((key) => [...last.row(key)])).toEqual([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ]);
  await last.close();
  expect((await stat(join(folder, "rows.f32"))).size).toBe(36);
  // Rows lost, their names still there: the names go too.
  await truncate(join(folder, "rows.f32"), 20);
  const short = await openRowStore(folder, 3);
  expect(["a", "b", "c"].map((key) => short.has(key))).toEqual([true, false, false]);
  await short.close();
});

test("two writers at once are refused; what a process that is gone has left is taken over", async () => {
  const folder = join(root, "shared");
  const first = await openRowStore(folder, 2);
  await expect(openRowStore(folder, 2)).rejects.toThrow(`process ${process.pid}`);
  await first.close();
  // No process has this number: it is above what Linux, macOS and Windows give out.
  await writeFile(join(folder, "writer"), "2147483646");
  await (await openRowStore(folder, 2)).close();
});

test("a draw is made once, again where its file is cut short, and anew where anything it depends on differs", async () => {
  let made = 0;
  const keep = async (dependsOn: unknown): Promise<number> => {
    const draws = await openKeptDraws(root, dependsOn);
    const isWhole = (value: unknown): value is { made: number } =>
      typeof (value as { made?: unknown })?.made === "number";
    return (await draws.keep("k1-seed0", isWhole, () => ({ made: ++made }))).made;
  };
  expect([await keep({ seed: 1 }), await keep({ seed: 1 }), await keep({ seed: 2 })]).toEqual([1, 1, 2]);
});
