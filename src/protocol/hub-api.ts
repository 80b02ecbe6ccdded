// Calls to whoever downloads backbones, and the port for keeping the bytes that have come. Knows no network and no storage.
import type { HubPlace } from "../domain/hub-place.ts";
import type { KeptDownload } from "../domain/kept-download.ts";
import type { CallOptions, Method } from "./call.ts";
import type { GivenFile } from "./engine-api.ts";

/**
 * `weights`: where they are expected (domain/hub-models.ts). `agreedBytes`: what the person was told they are; far more is not fetched.
 * `token`: typed by the person for this once; never stored.
 */
export type HubJob = Readonly<{
  id: string;
  repo: string;
  revision: string;
  weights: string;
  agreedBytes: number;
  place: HubPlace;
  token: string | null;
}>;

/** `total` null: no server has said yet. `waiting`: why nothing comes now. `notes`: what the person should know, each once. */
export type HubProgress = Readonly<{
  bytes: number;
  total: number | null;
  file: string | null;
  waiting: string | null;
  notes: readonly string[];
}>;

/**
 * Goes on where bytes are kept of it. Resolves when every file is whole and checked. Faults: network (with `detail.reason`), bad-model,
 * storage, damaged, limit. Aborted, it keeps what has come.
 */
export type HubApi = Readonly<{ download: Method<HubJob, KeptDownload, HubProgress> }>;
export const hubMethods = { download: true } as const;

/**
 * The bytes that have come, piece by piece, apart from finished backbones: a piece is never offered as a model. One writer of a download
 * at a time. Every method rejects with Fault `storage` where the browser refuses.
 */
export type PartStore = Readonly<{
  /** In the order of their ids. `warnings`: records that cannot be read; `remove` removes them all the same. */
  list(): Promise<Readonly<{ downloads: readonly KeptDownload[]; warnings: readonly string[] }>>;
  get(id: string): Promise<KeptDownload | null>;
  put(download: KeptDownload): Promise<void>;
  /** Bytes kept of each file, by path; one of which nothing is kept is not named. */
  sizes(id: string): Promise<ReadonlyMap<string, number>>;
  append(id: string, path: string, piece: Uint8Array): Promise<void>;
  /** Hands over the pieces in order. */
  read(id: string, path: string, take: (piece: Uint8Array) => void): Promise<void>;
  clear(id: string, path: string): Promise<void>;
  /** Of a whole download, in its order; Fault `storage` where bytes are not there any more. */
  files(download: KeptDownload): Promise<readonly GivenFile[]>;
  remove(id: string): Promise<void>;
}>;

export type HubListed = Readonly<{
  downloads: readonly Readonly<{ download: KeptDownload; bytes: number }>[];
  warnings: readonly string[];
}>;

/** What the state floor asks: downloads and where they come from. */
export type Hub = Readonly<{
  list(): Promise<HubListed>;
  place(): Promise<HubPlace>;
  setPlace(place: HubPlace): Promise<void>;
  /** The person has agreed to every server of `job.place`. */
  download(job: HubJob, options: CallOptions<HubProgress>): Promise<KeptDownload>;
  files(download: KeptDownload): Promise<readonly GivenFile[]>;
  remove(id: string): Promise<void>;
}>;
