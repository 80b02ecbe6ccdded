// A backbone from the hub, file by file: which files at which commit, room for them, and what is kept of an earlier try. Knows no bytes
// (hub-file.ts) and no screen.
import { Fault, isFault } from "../../base/fault.ts";
import { besideNames, filesNeeded, type HubListing, parseHubListing } from "../../domain/hub-listing.ts";
import { fileUrl, isHub, listingUrl } from "../../domain/hub-place.ts";
import { type DownloadFile, isWhole, type KeptDownload, totalOf } from "../../domain/kept-download.ts";
import type { HubApi, HubJob, HubProgress } from "../../protocol/hub-api.ts";
import { downloadFile, type FileDeps } from "./hub-file.ts";
import { askHub, hubFault, secondsBefore } from "./hub-request.ts";

export type HubDownloadDeps = FileDeps &
  Readonly<{
    /** Bytes this page may still store; null where the browser does not say. */
    room: () => Promise<number | null>;
    /** Milliseconds between two progress values. */
    progressEvery: number;
  }>;

const mostListingBytes = 2 ** 24;

export function createHubDownloads(deps: HubDownloadDeps): HubApi {
  return {
    download: (job, options = {}) =>
      download(job, deps, options.signal ?? new AbortController().signal, options.onProgress ?? (() => {})),
  };
}

async function download(
  job: HubJob,
  deps: HubDownloadDeps,
  signal: AbortSignal,
  onProgress: (progress: HubProgress) => void,
): Promise<KeptDownload> {
  const say = createTeller(deps, onProgress);
  say.now({ waiting: "Asking which files there are." });
  let plan = await planned(job, deps, say, signal);
  const sizes = new Map(await deps.parts.sizes(job.id));
  const tell = (): void => {
    const bytes = plan.files.reduce((sum, { path }) => sum + (sizes.get(path) ?? 0), 0);
    say.sometimes({ bytes, total: totalOf(plan) });
  };
  say.now({ waiting: null });
  tell();
  asAgreed(plan, job, say);
  await enoughRoom(plan, sizes, deps);
  for (const { path } of plan.files) {
    const file = plan.files.find((one) => one.path === path);
    if (!file || file.done !== null) continue;
    signal.throwIfAborted();
    say.now({ file: path });
    const replace = async (next: DownloadFile): Promise<void> => {
      plan = { ...plan, files: plan.files.map((one) => (one.path === path ? next : one)) };
      await deps.parts.put(plan);
    };
    const url = fileUrl(job.place, plan.repo, plan.commit ?? job.revision, path);
    try {
      await downloadFile(
        file,
        { id: job.id, url, repo: plan.repo, token: job.token, listed: plan.commit !== null },
        deps,
        {
          onBytes: (bytes) => {
            sizes.set(path, bytes);
            tell();
          },
          onWaiting: (waiting) => say.now({ waiting }),
          onNote: say.note,
          onFile: replace,
        },
        signal,
      );
    } catch (error) {
      if (plan.commit !== null || !isMissing(error) || !besideNames.some((name) => name === path)) throw error;
      // A mirror without lists: what may be there was asked for, and is not.
      plan = { ...plan, files: plan.files.filter((one) => one.path !== path) };
      await deps.parts.put(plan);
    }
  }
  return plan;
}

const isMissing = (error: unknown): boolean => isFault(error, "network") && error.detail.reason === "missing";

type Teller = Readonly<{
  now(change: Partial<HubProgress>): void;
  /** Not more often than anybody can see. */
  sometimes(change: Partial<HubProgress>): void;
  note(note: string): void;
}>;

function createTeller({ now, progressEvery }: HubDownloadDeps, onProgress: (progress: HubProgress) => void): Teller {
  let told: HubProgress = { bytes: 0, total: null, file: null, waiting: null, notes: [] };
  let last = Number.NEGATIVE_INFINITY;
  const tell = (change: Partial<HubProgress>, always: boolean): void => {
    told = { ...told, ...change };
    if (!always && now() - last < progressEvery && told.bytes !== told.total) return;
    last = now();
    onProgress(told);
  };
  return {
    now: (change) => tell(change, true),
    sometimes: (change) => tell(change, false),
    note: (note) => {
      if (!told.notes.includes(note)) tell({ notes: [...told.notes, note].slice(-5) }, true);
    },
  };
}

/** What is kept of an earlier try where it still holds, else what the server lists now. */
async function planned(job: HubJob, deps: HubDownloadDeps, say: Teller, signal: AbortSignal): Promise<KeptDownload> {
  const kept = await stillThere(job.id, deps);
  const { base } = job.place;
  if (kept && isWhole(kept)) return kept;
  if (kept && kept.repo === job.repo && kept.base === base) {
    if (kept.commit === null) return kept;
    const listed = await listing(job, kept.commit, deps, signal).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (listed && holds(kept, listed)) return kept;
    say.note("The files on the server are others than when this was begun: it began anew.");
  } else if (kept) {
    say.note("This was begun from another server: it began anew.");
  }
  // Whatever is left, also of a record that cannot be read.
  await deps.parts.remove(job.id);
  const listed = await listing(job, job.revision, deps, signal).catch((error: unknown) => {
    if (!isHub(job.place) && isMissing(error)) return null;
    throw error;
  });
  const plan = listed ? planOf(job, listed) : unlisted(job);
  if (!listed)
    say.note(
      "This mirror lists no files: they are asked for where they usually lie, and checked as far as it states digests.",
    );
  await deps.parts.put(plan);
  return plan;
}

/** A browser short of room may have thrown away what a record calls done. One that cannot be read counts as none. */
async function stillThere(id: string, { parts }: HubDownloadDeps): Promise<KeptDownload | null> {
  const kept = await parts.get(id).catch(() => null);
  if (!kept) return null;
  const sizes = await parts.sizes(id);
  const files = kept.files.map((file) => ((sizes.get(file.path) ?? 0) === file.bytes ? file : { ...file, done: null }));
  return { ...kept, files };
}

function planOf(job: HubJob, { commit, files }: HubListing): KeptDownload {
  const needed = filesNeeded(files, job.weights, job.repo);
  return {
    id: job.id,
    repo: job.repo,
    base: job.place.base,
    commit,
    files: needed.map((file) => ({ ...file, etag: null, done: null })),
  };
}

function unlisted(job: HubJob): KeptDownload {
  const unknown = (path: string): DownloadFile => ({
    path,
    bytes: null,
    sha256: null,
    gitId: null,
    etag: null,
    done: null,
  });
  const files = [...besideNames, job.weights].map(unknown);
  return { id: job.id, repo: job.repo, base: job.place.base, commit: null, files };
}

/** Of one commit nothing changes, but a server may say so all the same. */
function holds(kept: KeptDownload, listed: HubListing): boolean {
  return kept.files.every((file) => {
    const now = listed.files.find(({ path }) => path === file.path);
    return now?.bytes === file.bytes && now?.sha256 === file.sha256 && now?.gitId === file.gitId;
  });
}

/** Tried again as a file is: by the same rules, a few times. */
async function listing(
  { place, repo, token }: HubJob,
  revision: string,
  { net, now }: HubDownloadDeps,
  signal: AbortSignal,
): Promise<HubListing> {
  const asked = { url: listingUrl(place, repo, revision), name: "list of files", repo, from: 0, token, answers: false };
  for (let tries = 1; ; tries++) {
    try {
      const response = await askHub(net, asked, signal);
      const text = await response.text();
      if (text.length > mostListingBytes)
        throw new Fault("limit", `The server's list of the files of ${repo} is too long.`);
      return parseHubListing(text, repo);
    } catch (error) {
      signal.throwIfAborted();
      const fault = isFault(error)
        ? error
        : hubFault("cut-off", "The connection broke. Go on to try again.", { again: true }, error);
      await net.wait(1000 * secondsBefore(fault, tries, net, now()), signal);
    }
  }
}

/** A size the person was told may be reckoned; one that is far from it is said, and far more than it was not agreed to. */
function asAgreed(plan: KeptDownload, { agreedBytes, repo }: HubJob, say: Teller): void {
  const total = totalOf(plan);
  if (total === null) return;
  const words = `The server lists ${megabytes(total)} for ${repo}, where ${megabytes(agreedBytes)} were expected`;
  if (total > 2 * agreedBytes) {
    throw new Fault(
      "limit",
      `${words}: that is not what you agreed to. Look at its page, and load it by hand if you want it.`,
    );
  }
  if (total > 1.25 * agreedBytes || total < 0.75 * agreedBytes) say.note(`${words}.`);
}

/** Once for the bytes that come, once more for the copy that is kept of them as a backbone. */
async function enoughRoom(
  plan: KeptDownload,
  sizes: ReadonlyMap<string, number>,
  { room }: HubDownloadDeps,
): Promise<void> {
  const total = totalOf(plan);
  const free = await room();
  if (total === null || free === null) return;
  const here = plan.files.reduce((sum, { path }) => sum + (sizes.get(path) ?? 0), 0);
  const needed = 2 * total - here;
  if (needed <= free) return;
  throw new Fault(
    "storage",
    `There is no room: this backbone needs ${megabytes(needed)} here for a while (half of that once it is loaded), and the browser gives ` +
      `this page ${megabytes(free)}. Remove backbones you do not need or free disk space, then go on.`,
    { needed, free, reason: "room" },
  );
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
