// A download of a backbone as it is kept while it lasts: which files, at which commit, what is known of each. Knows no bytes; they lie
// beside it (protocol/hub-api.ts).
import { Fault } from "../base/fault.ts";
import {
  type At,
  field,
  hex64,
  readList,
  readNullable,
  readNumber,
  readObject,
  readOneOf,
  readString,
  rootAt,
} from "./json-reader.ts";

export const keptDownloadFormat = "pathotune-download/1";

/**
 * What a finished file was held against. `hub-sha256`, `hub-git-id`: the digest the server lists for this commit. `etag`: a sha256 the
 * server sent with the file itself. `length`: its length only, since the server states no digest.
 */
export type CheckedAgainst = "hub-sha256" | "hub-git-id" | "etag" | "length";

/** `etag`: of the bytes kept so far, where the server shows it. `done`: null until its last byte was checked. */
export type DownloadFile = Readonly<{
  path: string;
  bytes: number | null;
  sha256: string | null;
  gitId: string | null;
  etag: string | null;
  done: Readonly<{ sha256: string; against: CheckedAgainst }> | null;
}>;

/** `id`: of the list's entry. `commit` null: the server does not say which it gives. */
export type KeptDownload = Readonly<{
  id: string;
  repo: string;
  /** The server it comes from: domain/hub-place.ts. */
  base: string;
  commit: string | null;
  files: readonly DownloadFile[];
}>;

export const isWhole = ({ files }: KeptDownload): boolean => files.every(({ done }) => done !== null);

/** null while a server has not said. */
export function totalOf({ files }: KeptDownload): number | null {
  return files.reduce<number | null>((sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes), 0);
}

/** Plain data, for `parseKeptDownload`. */
export const storedKeptDownload = (download: KeptDownload): unknown => ({ format: keptDownloadFormat, ...download });

const hex40 = /^[0-9a-f]{40}$/;

/** Throws Fault `damaged` naming every problem. */
export function parseKeptDownload(value: unknown): KeptDownload {
  const root = rootAt(value, "download");
  readObject(root);
  readOneOf(field(root, "format"), [keptDownloadFormat]);
  const download: KeptDownload = {
    id: readString(field(root, "id"), { max: 100 }),
    repo: readString(field(root, "repo"), { max: 200 }),
    base: readString(field(root, "base"), { max: 2000 }),
    commit: readNullable(field(root, "commit"), (at) => readString(at, { max: 40, pattern: hex40 })),
    files: readList(field(root, "files"), { min: 1, max: 1000 }).map(readFile),
  };
  if (root.problems.length > 0) {
    throw new Fault("damaged", `A kept download cannot be read: ${root.problems.slice(0, 5).join("; ")}.`, {
      problems: root.problems,
    });
  }
  return download;
}

export const checkedAgainst = ["hub-sha256", "hub-git-id", "etag", "length"] as const;

function readFile(at: At): DownloadFile {
  const digest = (key: "sha256" | "gitId", pattern: RegExp): string | null =>
    readNullable(field(at, key), (one) => readString(one, { max: 64, pattern }));
  return {
    path: readString(field(at, "path"), { max: 1000 }),
    bytes: readNullable(field(at, "bytes"), (one) => readNumber(one, { min: 0, max: 2 ** 40, integer: true })),
    sha256: digest("sha256", hex64),
    gitId: digest("gitId", hex40),
    etag: readNullable(field(at, "etag"), (one) => readString(one, { max: 500 })),
    done: readNullable(field(at, "done"), (one) => ({
      sha256: readString(field(one, "sha256"), { max: 64, pattern: hex64 }),
      against: readOneOf(field(one, "against"), checkedAgainst),
    })),
  };
}
