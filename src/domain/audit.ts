// What was done and when, as a chain: each entry carries the hash of the one before, so that none can be changed or taken out unseen.
// Knows no storage and no clock. It proves order and completeness to whoever kept the last hash, not who did it.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson } from "./canonical-json.ts";
import { field, readNumber, readString, rootAt } from "./json-reader.ts";
import type { ProjectChange } from "./project.ts";
import { researchUseNotice } from "./prompt-set.ts";

/** `at`: milliseconds since 1970. `change`: sha256 of the change. `previous`: hash of the entry before, "" of the first. */
export type AuditEntry = Readonly<{
  at: number;
  title: string;
  change: string;
  previous: string;
  /** sha256 of the four above. */
  hash: string;
}>;

const hashOf = (value: unknown): string => bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));

export function nextAuditEntry(previous: AuditEntry | null, { title, events }: ProjectChange, at: number): AuditEntry {
  const entry = { at, title, change: hashOf(events), previous: previous?.hash ?? "" };
  return { ...entry, hash: hashOf(entry) };
}

/** The first entry of a log that begins anew: it names the hash the erased one ended with. */
export function firstAfterErasing(last: AuditEntry | null, title: string, at: number): AuditEntry {
  const before = last ? `; the log before it was erased and ended with ${last.hash}` : "";
  return nextAuditEntry(null, { title: `${title}${before}`, events: [], undoable: false }, at);
}

/** Index of the first entry that does not fit; null where the chain is whole. */
export function brokenAt(entries: readonly AuditEntry[]): number | null {
  const found = entries.findIndex(({ hash, ...entry }, i) => {
    return hashOf(entry) !== hash || entry.previous !== (entries[i - 1]?.hash ?? "");
  });
  return found === -1 ? null : found;
}

/** An entry as it was stored; null where it is none. */
export function parseAuditEntry(value: unknown): AuditEntry | null {
  const at = rootAt(value, "audit entry");
  const sha = { max: 64, pattern: /^[0-9a-f]{64}$/ };
  const entry: AuditEntry = {
    at: readNumber(field(at, "at"), { min: 0, max: Number.MAX_SAFE_INTEGER }),
    title: readString(field(at, "title"), { max: 1000 }),
    change: readString(field(at, "change"), sha),
    previous: readString(field(at, "previous"), { min: 0, max: 64 }),
    hash: readString(field(at, "hash"), sha),
  };
  return at.problems.length === 0 ? entry : null;
}

/** Stands where an entry cannot be read back: the chain breaks there, for all to see. */
export const unreadableEntry: AuditEntry = { at: 0, title: "unreadable", change: "", previous: "", hash: "" };

/** One JSON object a line: first what this is, then the entries, oldest first, `timeOf` each in words. */
export function auditFile(entries: readonly AuditEntry[], timeOf: (at: number) => string): string {
  const broken = brokenAt(entries);
  const head = { format: "pathotune-audit/1", notice: researchUseNotice, entries: entries.length, brokenAt: broken };
  const lines = entries.map((entry) => ({ time: timeOf(entry.at), ...entry }));
  return `${[head, ...lines].map((line) => JSON.stringify(line)).join("\n")}\n`;
}
