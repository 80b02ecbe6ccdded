// What went wrong, in the person's language: what kind of thing it is, and in English, as it was found, which one. Pure.
import type { FaultData, FaultKind } from "../base/fault.ts";
import { heard } from "../words/heard.ts";
import { type Plain, say, spokenTable } from "../words/say.ts";

const kinds: Readonly<Record<FaultKind, Plain>> = {
  "not-a-slide": "This is no slide that can be read here.",
  unsupported: "This is not supported.",
  damaged: "The file is damaged, or not what it says it is.",
  limit: "This is beyond what can be handled here.",
  network: "A server did not answer as it must.",
  read: "The file could not be read.",
  "missing-calibration": "How large a pixel is (µm/px) is not known.",
  "bad-model": "This backbone cannot be used.",
  "bad-prompt-set": "This prompt set cannot be used.",
  "unsupported-op": "This backbone computes with operations that are not supported.",
  runtime: "Computing failed.",
  "self-test": "A self-test was not passed.",
  "device-lost": "The graphics device was lost.",
  "out-of-memory": "Memory ran out.",
  diverged: "The loss stopped being a number.",
  "too-few-labels": "There are too few labels.",
  storage: "It could not be kept in this browser.",
  "read-only": "Another tab writes to this project.",
  "worker-died": "What computes in the background stopped.",
  invalid: "This cannot be accepted.",
};

/** The message alone where it is English anyway, or known in the language. */
export function faultWords({ kind, message }: Pick<FaultData, "kind" | "message">): string {
  const known = heard(message);
  return spokenTable() === null || known !== message ? known : `${say(kinds[kind])} (${message})`;
}
