// Downloading from servers that answer as the hub does, in Node: whole, cut off, resumed, changed, refused. Digests come from node:crypto.
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isFault } from "../../src/base/fault.ts";
import type { KeptDownload } from "../../src/domain/kept-download.ts";
import { createMemoryPartStore, emptyMemoryParts, type MemoryParts } from "../../src/platform/node/memory-parts.ts";
import { defaultHttp } from "../../src/platform/worker/http-request.ts";
import { createHubDownloads, type HubDownloadDeps } from "../../src/platform/worker/hub-download.ts";
import type { HubJob, HubProgress } from "../../src/protocol/hub-api.ts";
import { type HubServer, startHubServer } from "../support/hub-server.ts";

const repo = "someone/small.vit_model";
const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) % 256);
const hash = (bytes: Uint8Array | ArrayBuffer): string =>
  createHash("sha256").update(new Uint8Array(bytes)).digest("hex");
const weights = bytesOf(300_001, 1);
const config = new TextEncoder().encode('{"model_type":"vit"}');
const files = { "config.json": config, "model.safetensors": weights, "README.md": new TextEncoder().encode("hello") };

/** `fits`: bytes the disk takes. */
type Circumstances = Partial<HubDownloadDeps> & Readonly<{ fits?: number; signal?: AbortSignal }>;

describe("a download", () => {
  let server: HubServer;
  let disk: MemoryParts;
  let waits: number[];
  let seen: HubProgress[];
  beforeEach(async () => {
    server = await startHubServer(repo, files);
    disk = emptyMemoryParts();
    waits = [];
    seen = [];
  });
  afterEach(() => server.close());

  const job = (more: Partial<HubJob> = {}): HubJob => ({
    id: "small",
    repo,
    revision: "main",
    weights: "model.safetensors",
    agreedBytes: 300_021,
    place: { base: server.base, fileHosts: [server.cdn] },
    token: null,
    ...more,
  });
  const run = (
    more: Partial<HubJob> = {},
    { fits = Number.POSITIVE_INFINITY, signal, ...deps }: Circumstances = {},
  ): Promise<KeptDownload> =>
    createHubDownloads({
      net: {
        ...defaultHttp,
        attempts: 3,
        stallMilliseconds: 2000,
        online: () => true,
        wait: async (milliseconds) => void waits.push(milliseconds),
      },
      parts: createMemoryPartStore(disk, () => fits),
      now: () => Date.now(),
      pieceBytes: 50_000,
      room: async () => null,
      progressEvery: 0,
      ...deps,
    }).download(job(more), { onProgress: (progress) => seen.push(progress), ...(signal && { signal }) });
  const fails = async (task: Promise<unknown>): Promise<{ kind: string; reason: unknown; message: string }> => {
    const error = await task.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!isFault(error)) throw error ?? new Error("it did not fail");
    return { kind: error.kind, reason: error.detail.reason, message: error.message };
  };
  const kept = (path = "model.safetensors"): number =>
    (disk.pieces.get("small")?.get(path) ?? []).reduce((sum, { length }) => sum + length, 0);
  const contents = async (download: KeptDownload): Promise<Record<string, string>> => {
    const given = await createMemoryPartStore(disk).files(download);
    const read = given.map(async ({ path, file }) => [path, hash(await file.slice(0, file.size).arrayBuffer())]);
    return Object.fromEntries(await Promise.all(read));
  };
  const whole = async (download: KeptDownload): Promise<void> => {
    expect(await contents(download)).toEqual({ "config.json": hash(config), "model.safetensors": hash(weights) });
  };
  const ranges = (): string[] =>
    server.requests.filter((one) => one.startsWith("cdn GET")).map((one) => one.split(" ").at(-1) ?? "");
  const notes = (): string => seen.at(-1)?.notes.join(" ") ?? "";

  test("gives the weights and the configuration beside them, checked against what the hub lists for the commit", async () => {
    const done = await run();
    await whole(done);
    expect(done.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(done.files.map(({ path, done: checked }) => [path, checked?.against, checked?.sha256])).toEqual([
      ["config.json", "hub-git-id", hash(config)],
      ["model.safetensors", "hub-sha256", hash(weights)],
    ]);
    // Of the commit, not of the branch, which may move on meanwhile.
    expect(server.requests).toEqual([
      `hub GET /api/models/${repo}/revision/main`,
      `hub GET /${repo}/resolve/${done.commit}/config.json`,
      `hub GET /${repo}/resolve/${done.commit}/model.safetensors`,
      "cdn GET model.safetensors whole",
    ]);
    expect(seen.at(-1)).toMatchObject({ bytes: 300_021, total: 300_021, waiting: null, notes: [] });
    expect(server.lastAuthorization).toEqual({ hub: undefined, cdn: undefined });
  });

  test("that is cut off goes on by itself where it broke", async () => {
    server.faults.cuts = [120_000, 120_000];
    await whole(await run());
    expect(ranges()).toEqual(["whole", "bytes=120000-", "bytes=240000-"]);
    expect(waits).toEqual([500, 500]);
    expect(seen.some(({ waiting }) => /broke.*Trying again in 1 s/.test(waiting ?? ""))).toBe(true);
  });

  test("that keeps breaking ends with what is kept, and goes on from there another day", async () => {
    server.faults.cuts = [120_000];
    server.faults.bytes = null;
    const broken = run({}, { net: { ...defaultHttp, attempts: 1, online: () => true } });
    const fault = await fails(broken);
    expect(fault).toMatchObject({ kind: "network", reason: "cut-off" });
    expect(fault.message).toContain("120000 of 300001 bytes are here and kept");
    expect(kept()).toBe(120_000);
    await whole(await run());
    expect(ranges()).toEqual(["whole", "bytes=120000-"]);
    expect(seen.map(({ bytes }) => bytes)).toContain(120_020);
  });

  test("that is paused keeps what has come", async () => {
    server.faults.speed = 400_000;
    const controller = new AbortController();
    const paused = run({}, { signal: controller.signal });
    const stop = setInterval(() => (seen.at(-1)?.bytes ?? 0) > 60_000 && controller.abort(), 5);
    await expect(paused).rejects.toMatchObject({ name: "AbortError" });
    clearInterval(stop);
    // The last piece is written while the answer is let go of.
    await expect.poll(kept).toBeGreaterThan(50_000);
    server.faults.speed = null;
    await whole(await run());
    expect(ranges()[1]).toMatch(/^bytes=\d{5,}-$/);
  });

  test("that is slow keeps what has come every few seconds: a closed tab loses little", async () => {
    server.faults.speed = 400_000;
    let seconds = 0;
    const going = run({}, { pieceBytes: 1e9, now: () => 1000 * seconds++ });
    await going;
    expect(disk.pieces.get("small")?.get("model.safetensors")?.length).toBeGreaterThan(2);
    await whole(await run());
  });

  test("whose file changed on the server begins anew, and says so", async () => {
    server.faults.cuts = [120_000];
    await fails(run({}, { net: { ...defaultHttp, attempts: 1, online: () => true } }));
    const first = [...disk.records.values()][0] as { commit: string };
    // History was rewritten: the commit is not there any more.
    await server.close();
    const other = bytesOf(280_000, 9);
    server = await startHubServer(repo, { ...files, "model.safetensors": other });
    const record = disk.records.get("small") as Record<string, unknown>;
    disk.records.set("small", { ...record, base: server.base });
    const done = await run();
    expect(done.commit).not.toBe(first.commit);
    expect((await contents(done))["model.safetensors"]).toBe(hash(other));
    expect(ranges()).toEqual(["whole"]);
    expect(notes()).toContain("others than when this was begun: it began anew");
  });

  test("whose answer has another ETag, length or start than what is kept begins anew, and says so", async () => {
    server.faults.cuts = [120_000];
    await fails(run({}, { net: { ...defaultHttp, attempts: 1, online: () => true } }));
    const record = disk.records.get("small") as { files: { path: string; etag: string | null }[] };
    for (const file of record.files) if (file.path === "model.safetensors") file.etag = '"another"';
    await whole(await run());
    expect(ranges()).toEqual(["whole", "bytes=120000-", "whole"]);
    expect(notes()).toContain('"model.safetensors" changed on the server: it began anew.');
  });

  test("from a server without ranges begins anew, and says so", async () => {
    server.faults.ranges = false;
    server.faults.cuts = [120_000];
    await whole(await run());
    expect(ranges()).toEqual(["whole", "bytes=120000-"]);
    expect(notes()).toContain('does not continue "model.safetensors": it began anew');
  });

  test("of wrong bytes keeps nothing of them; the next try is whole", async () => {
    server.faults.wrongByte = true;
    const fault = await fails(run());
    expect(fault).toMatchObject({ kind: "network", reason: "digest" });
    expect(fault.message).toContain("is not what the server says it is");
    expect(kept()).toBe(0);
    server.faults.wrongByte = false;
    await whole(await run());
  });

  test("whose kept bytes the disk changed is found at the end", async () => {
    server.faults.cuts = [120_000];
    await fails(run({}, { net: { ...defaultHttp, attempts: 1, online: () => true } }));
    const piece = disk.pieces.get("small")?.get("model.safetensors")?.[0];
    if (piece) piece[7] = (piece[7] ?? 0) ^ 255;
    expect(await fails(run())).toMatchObject({ reason: "digest" });
    await whole(await run());
  });

  test("waits as long as a busy server asks, and not for hours", async () => {
    server.faults.bytes = { status: 429, retryAfter: "7", times: 1 };
    server.faults.listing = { status: 503, retryAfter: "3", times: 1 };
    await whole(await run());
    expect(waits).toEqual([3000, 7000]);
    disk = emptyMemoryParts();
    server.faults.bytes = { status: 429, retryAfter: "3600", times: 1 };
    const fault = await fails(run());
    expect(fault).toMatchObject({ reason: "busy" });
    expect(fault.message).toContain("60 minutes");
    server.faults.bytes = { status: 503, times: 3 };
    expect(await fails(run())).toMatchObject({ reason: "busy" });
  });

  test.each([401, 403] as const)(
    "that is gated (%i) says what to do; with a token it comes, and the token goes to the hub only",
    async (status) => {
      server.faults.gated = { status, token: "hf_secret" };
      const fault = await fails(run());
      expect(fault).toMatchObject({ kind: "network", reason: "gated" });
      expect(fault.message).toContain("accept its terms on its page there, download the file and load it by hand");
      expect((await fails(run({ token: "hf_wrong" }))).message).toContain("token");
      await whole(await run({ token: "hf_secret" }));
      expect(server.lastAuthorization).toEqual({ hub: "Bearer hf_secret", cdn: undefined });
      expect(JSON.stringify([...disk.records.values()])).not.toContain("hf_");
    },
  );

  test("of what is not there says so: no repository, no file, another kind of file", async () => {
    expect(await fails(run({ repo: "someone/else" }))).toMatchObject({ reason: "missing" });
    const absent = await fails(run({ weights: "onnx/model.onnx" }));
    expect(absent).toMatchObject({ kind: "bad-model" });
    expect(absent.message).toContain('has no "onnx/model.onnx" now, but model.safetensors');
    server.commit({ "pytorch_model.bin": weights });
    expect((await fails(run())).message).toMatch(/pytorch_model\.bin.*convert them to safetensors/);
  });

  test("is not begun where there is no room, and ends where the disk fills up, keeping what fits", async () => {
    const before = await fails(run({}, { room: async () => 500_000 }));
    expect(before).toMatchObject({ kind: "storage", reason: "room" });
    expect(before.message).toContain("needs 1 MB here for a while");
    expect(server.requests.filter((one) => one.startsWith("cdn"))).toEqual([]);
    const during = await fails(run({}, { fits: 120_000 }));
    expect(during).toMatchObject({ kind: "storage" });
    expect(kept()).toBeGreaterThan(50_000);
    await whole(await run());
  });

  test("that is offline, or of a server that is not there, says which", async () => {
    const off = { net: { ...defaultHttp, online: () => false } };
    expect(await fails(run({}, off))).toMatchObject({ reason: "offline" });
    await server.close();
    const fault = await fails(run());
    expect(fault).toMatchObject({ reason: "unreachable" });
    expect(fault.message).toMatch(/does not answer.*mirror/);
    server = await startHubServer(repo, files);
  });

  test("from a mirror that lists nothing takes what lies there, checked against the digest in its ETag or by length, and says so", async () => {
    server.faults.lists = false;
    server.commit({ "model.safetensors": weights });
    const done = await run();
    expect(done.commit).toBeNull();
    expect(done.files.map(({ path, done: checked }) => [path, checked?.against])).toEqual([
      ["model.safetensors", "etag"],
    ]);
    expect(notes()).toContain("This mirror lists no files");
  });

  test("of another size than agreed to says so; far more than that is not begun", async () => {
    const fault = await fails(run({ agreedBytes: 100_000 }));
    expect(fault).toMatchObject({ kind: "limit" });
    expect(fault.message).toContain("not what you agreed to");
    expect(ranges()).toEqual([]);
    await whole(await run({ agreedBytes: 200_000 }));
    expect(notes()).toContain("where 1 MB were expected");
  });

  test("that is whole already asks nobody", async () => {
    const done = await run();
    const asked = server.requests.length;
    expect(await run()).toEqual(done);
    expect(server.requests).toHaveLength(asked);
  });
});
