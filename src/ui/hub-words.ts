// Open models and their downloads in words: sizes, hosts, what was checked against what. Pure.
import type { HubModel } from "../domain/hub-models.ts";
import { type HubPlace, hostWords, isHub, originsOf } from "../domain/hub-place.ts";
import type { CheckedAgainst } from "../domain/kept-download.ts";
import type { DownloadOrigin } from "../domain/kept-model.ts";
import { normalisationWords } from "../state/normalisations.ts";
import { type Plain, say } from "../words/say.ts";
import { bytesWords } from "./words.ts";

export const notStated: Plain = "not stated";

export const sizeWords = ({ size }: HubModel): string =>
  `${size.reckoned ? say("about ") : ""}${bytesWords(size.bytes)}`;

export const normalisationOf = ({ normalisation }: HubModel): string =>
  normalisation ? normalisationWords(normalisation) : say(notStated);

/** "huggingface.co, and *.hf.co where it sends downloads on to". */
export function hostsWords(place: HubPlace): Readonly<{ own: string; others: string }> {
  const [own = "", ...others] = originsOf(place).map(hostWords);
  return { own, others: others.join(", ") };
}

const against: Readonly<Record<CheckedAgainst, Plain>> = {
  "hub-sha256": "sha256 as the server lists it for this commit",
  "hub-git-id": "git's digest as the server lists it for this commit",
  etag: "sha256 as the server sent it with the file; it lists no other",
  length: "length only: the server states no digest",
};

/** "model.safetensors: sha256 as the server lists it for this commit (1f2e…)". */
export const checkWords = ({ path, sha256, against: by }: DownloadOrigin["files"][number]): string =>
  `${path}: ${say(against[by])} (${sha256.slice(0, 12)}…)`;

export function originWords({ repo, base, commit, files }: DownloadOrigin): string {
  const at =
    commit === null
      ? say("at a commit the server does not name")
      : say("at commit {commit}", { commit: commit.slice(0, 12) });
  return say("Downloaded from {repo} on {host}, {at}. Checked: {files}.", {
    repo,
    host: hostWords(base),
    at,
    files: files.map(checkWords).join("; "),
  });
}

/** How far a download is; both sizes in one unit where they are known. */
export function comeWords(bytes: number, total: number | null): string {
  return total === null
    ? say("{bytes} of an unknown size", { bytes: bytesWords(bytes) })
    : say("{done} of {total}", { done: bytesWords(bytes), total: bytesWords(total) });
}

/** What the person agreed to: this entry from these servers. */
export const agreementOf = (id: string, place: HubPlace): string => `${id} ${originsOf(place).join(" ")}`;

export const placeWords = (place: HubPlace): string =>
  isHub(place) ? say("the Hugging Face hub") : say("the mirror {host}", { host: hostWords(place.base) });
