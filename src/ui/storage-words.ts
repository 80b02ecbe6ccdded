// What the browser keeps, in words. Pure.
import type { KeptPart } from "../platform/page/kept-storage.ts";
import type { StorageState } from "../state/session-store.ts";
import { type Plain, say } from "../words/say.ts";
import { bytesWords } from "./words.ts";

export const partNames: Readonly<Record<KeptPart["id"], Plain>> = {
  project: "Your project: labels, regions, prompt sets, audit log",
  maps: "Computed maps",
  models: "Backbones you brought",
  files: "Which files your slides are (no pixels)",
  gates: "Self-tests this device passed",
  app: "The app for use without its server, the demo slide and model",
  texts: "Files of the text encoder",
  other: "Other data of this address",
};

/** What clearing costs; null: not cleared by itself. */
export const clearingCosts: Readonly<Record<KeptPart["id"], Plain | null>> = {
  project: null,
  maps: "They have to be computed again.",
  models: "They have to be given again; sets made for them stay.",
  files: "You are asked for your slides by name after a reload.",
  gates: "The next start checks this device once more.",
  app: "The next start needs the server.",
  texts: "They are loaded again when asked for.",
  other: null,
};

export function keptWords({ persisted, usage, quota }: StorageState): string {
  const used =
    usage === null
      ? ""
      : quota === null
        ? `${say("{used} used.", { used: bytesWords(usage) })} `
        : `${say("{used} of {quota} used.", { used: bytesWords(usage), quota: bytesWords(quota) })} `;
  if (persisted === null) return used + say("This browser does not say whether it keeps it when disk runs low.");
  return (
    used +
    (persisted
      ? say("The browser promised to keep it until you clear it yourself.")
      : say("The browser may clear it when disk runs low, some after a week without a visit."))
  );
}

/** Said where work would be lost with the browser's storage; null where it would not. */
export function nagWords(storage: StorageState, safeElsewhere: boolean): string | null {
  if (storage.persisted === true || safeElsewhere) return null;
  return say("This browser may clear your work: keep it");
}

/** `measuring`: browsers that tell take some seconds. */
export function memoryWords(bytes: number | null | "measuring"): string {
  if (bytes === "measuring") return say("Memory of this tab: being measured…");
  if (bytes === null) return say("Memory of this tab: this browser does not tell. Chrome and Edge do.");
  return say("Memory of this tab and its workers: {bytes}, without the graphics card's.", { bytes: bytesWords(bytes) });
}
