// One file of a download, from the byte where it was left to the last, hashed as it comes: resumed, begun anew where it changed on the
// server, checked. Knows no list of files.
import { type Fault, isFault } from "../../base/fault.ts";
import { type Checksum, createGitId, createSha256 } from "../../domain/checksum.ts";
import type { CheckedAgainst, DownloadFile } from "../../domain/kept-download.ts";
import type { PartStore } from "../../protocol/hub-api.ts";
import { askHub, type HubNet, hubFault, secondsBefore } from "./hub-request.ts";

/** `listed`: its server has just listed it. */
export type FileJob = Readonly<{ id: string; url: string; repo: string; token: string | null; listed: boolean }>;

export type FileEvents = Readonly<{
  /** Bytes of this file that are here now. */
  onBytes(bytes: number): void;
  /** Why nothing comes now; null: it goes on. */
  onWaiting(why: string | null): void;
  onNote(note: string): void;
  /** What became known of the file; durable before a byte that depends on it is kept. */
  onFile(file: DownloadFile): Promise<void>;
}>;

export type FileDeps = Readonly<{ net: HubNet; parts: PartStore; now: () => number; pieceBytes: number }>;

const largestFile = 2 ** 40;
/** Milliseconds: of a slow download little is lost when the tab is closed. */
const longestUnkept = 5000;
/** A file that is another one at every answer never ends. */
const mostRestarts = 3;
const unfit = (name: string): Fault =>
  hubFault("changed", `The server's answers for "${name}" do not fit each other. Try again later.`);

/** Resolves to the file, whole and checked. Faults: network, storage, limit. */
export async function downloadFile(
  file: DownloadFile,
  job: FileJob,
  deps: FileDeps,
  events: FileEvents,
  signal: AbortSignal,
): Promise<DownloadFile> {
  let now = await begin(file, job, deps, events);
  for (let [failures, restarts] = [0, 0]; now.have !== now.file.bytes; ) {
    const before = now.have;
    try {
      now = await readOn(now, job, deps, events, signal);
      if (now.have < before && ++restarts > mostRestarts) throw unfit(file.path);
    } catch (error) {
      signal.throwIfAborted();
      if (!isFault(error, "network")) throw error;
      // What has come counts as getting on: only failures in a row end it.
      const kept = (await deps.parts.sizes(job.id)).get(file.path) ?? 0;
      failures = kept > before ? 1 : failures + 1;
      const seconds = secondsBefore(error, failures, deps.net, deps.now());
      events.onWaiting(`${shortly(error)} Trying again in ${Math.max(1, Math.round(seconds))} s.`);
      await deps.net.wait(1000 * seconds, signal);
      events.onWaiting(null);
      now = await begin(now.file, job, deps, events);
    }
  }
  return finish(now, job, deps, events);
}

/** A file as far as it is here: what is known, how much of it is kept, and the digests of that. */
type Now = Readonly<{ file: DownloadFile; have: number; sha256: Checksum; gitId: Checksum | null }>;

const fresh = (file: DownloadFile): Now => ({
  file,
  have: 0,
  sha256: createSha256(),
  gitId: file.gitId !== null && file.bytes !== null ? createGitId(file.bytes) : null,
});

const shortly = (fault: Fault): string => /^[^.]*\.(?=\s|$)/.exec(fault.message)?.[0] ?? fault.message;

/** What is kept is read and hashed again: what the disk lost or changed is found at the end, not believed. */
async function begin(file: DownloadFile, job: FileJob, { parts }: FileDeps, events: FileEvents): Promise<Now> {
  const now = fresh(file);
  let have = 0;
  await parts.read(job.id, file.path, (piece) => {
    now.sha256.update(piece);
    now.gitId?.update(piece);
    have += piece.length;
  });
  if (file.bytes !== null && have > file.bytes) return anew(file, job, parts, events, null);
  events.onBytes(have);
  return { ...now, have };
}

async function anew(
  file: DownloadFile,
  job: FileJob,
  parts: PartStore,
  events: FileEvents,
  note: string | null,
): Promise<Now> {
  await parts.clear(job.id, file.path);
  const forgotten = { ...file, etag: null };
  await events.onFile(forgotten);
  if (note !== null) events.onNote(note);
  events.onBytes(0);
  return fresh(forgotten);
}

/** One answer, read to its end or to where it breaks. */
async function readOn(now: Now, job: FileJob, deps: FileDeps, events: FileEvents, signal: AbortSignal): Promise<Now> {
  const { file, have } = now;
  const stalled = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), deps.net.stallMilliseconds);
  };
  alive();
  try {
    const asked = { url: job.url, name: file.path, repo: job.repo, from: have, token: job.token, answers: job.listed };
    const response = await askHub(deps.net, asked, AbortSignal.any([signal, stalled.signal]));
    const judged = await judge(response, now, job, deps, events);
    return judged.kind === "again"
      ? judged.now
      : await readBody(response, judged.now, job, deps, events, signal, alive);
  } catch (error) {
    signal.throwIfAborted();
    if (!stalled.signal.aborted) throw error;
    const seconds = Math.round(deps.net.stallMilliseconds / 1000);
    const message = `The server of "${file.path}" has sent nothing for ${seconds} seconds. Go on later: what has come is kept.`;
    throw hubFault("slow", message, { again: true }, error);
  } finally {
    clearTimeout(timer);
  }
}

type Judged = Readonly<{ kind: "read" | "again"; now: Now }>;

/** Whether the answer continues what is kept. One that does not is the file from its beginning, or is asked for again from there. */
async function judge(response: Response, now: Now, job: FileJob, deps: FileDeps, events: FileEvents): Promise<Judged> {
  const { file, have } = now;
  const { status, headers } = response;
  const etag = headers.get("etag");
  const restart = async (note: string): Promise<Now> => anew(file, job, deps.parts, events, note);
  if (status === 200) {
    const from = have > 0 ? await restart(`The server does not continue "${file.path}": it began anew.`) : now;
    return { kind: "read", now: await learn(from, lengthOf(headers), etag, events) };
  }
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  const otherEtag = file.etag !== null && etag !== null && file.etag !== etag;
  const otherLength = total !== undefined && total !== "*" && file.bytes !== null && Number(total) !== file.bytes;
  const otherStart = start !== undefined && Number(start) !== have;
  // Without a digest nothing would tell at the end that two files were joined.
  const unknown = start === undefined && file.sha256 === null && file.gitId === null;
  if (status === 206 && !otherEtag && !otherLength && !otherStart && !unknown) {
    const bytes = total === undefined || total === "*" ? null : Number(total);
    return { kind: "read", now: await learn(now, bytes, etag, events) };
  }
  await response.body?.cancel();
  // The whole was asked for.
  if (have === 0) throw unfit(file.path);
  const why = unknown
    ? `The server does not say which part of "${file.path}" it sends`
    : `"${file.path}" changed on the server`;
  return { kind: "again", now: await restart(`${why}: it began anew.`) };
}

/** A compressed answer states its length before unpacking. */
function lengthOf(headers: Headers): number | null {
  const stated = headers.get("content-length");
  return stated === null || headers.has("content-encoding") || !/^\d+$/.test(stated) ? null : Number(stated);
}

async function learn(now: Now, bytes: number | null, etag: string | null, events: FileEvents): Promise<Now> {
  const { file } = now;
  const known: DownloadFile = { ...file, bytes: file.bytes ?? bytes, etag: etag?.slice(0, 500) ?? file.etag };
  if (known.bytes !== file.bytes || known.etag !== file.etag) await events.onFile(known);
  return { ...now, file: known };
}

async function readBody(
  response: Response,
  from: Now,
  job: FileJob,
  { parts, pieceBytes, now }: FileDeps,
  events: FileEvents,
  signal: AbortSignal,
  alive: () => void,
): Promise<Now> {
  const { file, sha256, gitId } = from;
  const most = file.bytes ?? largestFile;
  const reader = response.body?.getReader();
  const held: Uint8Array[] = [];
  let [have, waiting, kept] = [from.have, 0, now()];
  const keep = async (): Promise<void> => {
    if (waiting === 0) return;
    const piece = joined(held.splice(0), waiting);
    waiting = 0;
    kept = now();
    await parts.append(job.id, file.path, piece);
  };
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      signal.throwIfAborted();
      alive();
      have += next.value.length;
      if (have > most) break;
      sha256.update(next.value);
      gitId?.update(next.value);
      held.push(next.value);
      waiting += next.value.length;
      if (waiting >= pieceBytes || now() - kept > longestUnkept) await keep();
      events.onBytes(have);
    }
  } catch (error) {
    // A full disk is no broken connection.
    if (isFault(error)) throw error;
    await keep();
    signal.throwIfAborted();
    throw cutOff(file.path, have, file.bytes, error);
  } finally {
    void reader?.cancel().catch(() => {});
  }
  await keep();
  if (have > most) {
    await parts.clear(job.id, file.path);
    throw hubFault(
      "too-long",
      `The server sends more than the ${most} bytes "${file.path}" has. Nothing of it is kept; try again later.`,
    );
  }
  // A file whose length nobody stated ends where the answer ends.
  const bytes = file.bytes ?? have;
  if (have < bytes) throw cutOff(file.path, have, bytes);
  if (file.bytes === null) await events.onFile({ ...file, bytes });
  return { ...from, file: { ...file, bytes }, have };
}

const cutOff = (name: string, got: number, wanted: number | null, cause?: unknown): Fault =>
  hubFault(
    "cut-off",
    `The connection broke while "${name}" was coming: ${got} ${wanted === null ? "bytes" : `of ${wanted} bytes`} are here and kept. Go on to continue there.`,
    { again: true },
    cause,
  );

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** Held against the best digest there is; what does not fit is thrown away. */
async function finish(
  { file, sha256, gitId }: Now,
  job: FileJob,
  { parts }: FileDeps,
  events: FileEvents,
): Promise<DownloadFile> {
  const got = sha256.hex();
  const inEtag = /^(?:W\/)?"?([0-9a-f]{64})"?$/.exec(file.etag ?? "")?.[1] ?? null;
  const against: CheckedAgainst =
    file.sha256 !== null ? "hub-sha256" : file.gitId !== null ? "hub-git-id" : inEtag !== null ? "etag" : "length";
  const fits =
    against === "hub-sha256"
      ? got === file.sha256
      : against === "hub-git-id"
        ? gitId?.hex() === file.gitId
        : against === "length" || got === inEtag;
  if (!fits) {
    await parts.clear(job.id, file.path);
    events.onBytes(0);
    throw hubFault(
      "digest",
      `"${file.path}" is not what the server says it is: its digest is ${got.slice(0, 12)}…. Nothing of it is kept. Download it again; if it ` +
        "stays so, something between you and the server changes it.",
      { sha256: got },
    );
  }
  const done: DownloadFile = { ...file, done: { sha256: got, against } };
  await events.onFile(done);
  return done;
}
