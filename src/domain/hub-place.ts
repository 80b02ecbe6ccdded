// Where files of the hub are asked for: the hub itself, or a mirror a hospital runs. Knows how its addresses are made; asks nothing.
import { Fault } from "../base/fault.ts";
import { field, readList, readObject, readOneOf, readString, rootAt } from "./json-reader.ts";

/** `base`: without a slash at its end. `fileHosts`: origins it sends downloads on to; subdomains by a star. */
export type HubPlace = Readonly<{ base: string; fileHosts: readonly string[] }>;

export const hub: HubPlace = {
  base: "https://huggingface.co",
  fileHosts: ["https://*.huggingface.co", "https://*.hf.co"],
};

const place = /^(https?:\/\/[a-z0-9.-]+(?::\d{1,5})?)((?:\/[\w.~-]+)*)$/i;
const origin = /^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/i;

const trimmed = (text: string): string => text.trim().replace(/\/+$/, "");

/** What a person typed: an address, and other hosts, apart by spaces or commas. Fault `invalid` names what is wrong. */
export function parseHubPlace(address: string, fileHosts: string): HubPlace {
  const base = trimmed(address);
  if (!place.test(base)) {
    const words = base === "" ? "The mirror's address is empty." : `"${base.slice(0, 200)}" is no address of a mirror.`;
    throw new Fault("invalid", `${words} It should look like https://mirror.example.org/hub, without a question mark.`);
  }
  const hosts = fileHosts.split(/[\s,;]+/).flatMap((text) => (trimmed(text) === "" ? [] : [trimmed(text)]));
  const wrong = hosts.find((host) => !origin.test(host));
  if (wrong !== undefined) {
    throw new Fault(
      "invalid",
      `"${wrong.slice(0, 200)}" is no host. It should look like https://files.example.org, without a path.`,
    );
  }
  if (hosts.length > 20) throw new Fault("invalid", "These are more hosts than a mirror has: give at most 20.");
  return { base, fileHosts: [...new Set(hosts)] };
}

export const hubPlaceFormat = "pathotune-hub/1";
export const storedHubPlace = (of: HubPlace): unknown => ({ format: hubPlaceFormat, ...of });

/** What was stored; null where it is none. */
export function readHubPlace(value: unknown): HubPlace | null {
  const root = rootAt(value, "mirror");
  readObject(root);
  readOneOf(field(root, "format"), [hubPlaceFormat]);
  const read = {
    base: readString(field(root, "base"), { max: 2000, pattern: place }),
    fileHosts: readList(field(root, "fileHosts"), { min: 0, max: 20 }).map((at) =>
      readString(at, { max: 2000, pattern: origin }),
    ),
  };
  return root.problems.length === 0 ? read : null;
}

export const isHub = ({ base }: HubPlace): boolean => base === hub.base;

/** Every server a download may touch, for a policy and for the person. */
export function originsOf({ base, fileHosts }: HubPlace): readonly string[] {
  const own = place.exec(base)?.[1] ?? base;
  return [...new Set([own, ...fileHosts])];
}

/** "mirror.example.org:8080", "*.hf.co". */
export const hostWords = (of: string): string => of.replace(/^https?:\/\//, "");

const segments = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** What lies in a repository at a revision, with sizes and digests. */
export const listingUrl = ({ base }: HubPlace, repo: string, revision: string): string =>
  `${base}/api/models/${segments(repo)}/revision/${encodeURIComponent(revision)}?blobs=true`;

export const fileUrl = ({ base }: HubPlace, repo: string, revision: string, path: string): string =>
  `${base}/${segments(repo)}/resolve/${encodeURIComponent(revision)}/${segments(path)}`;
