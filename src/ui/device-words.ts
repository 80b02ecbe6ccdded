// This device in three sentences: what computes, what was checked, what is kept. Pure.
import type { StorageRoom } from "../platform/page/storage-room.ts";
import type { CapabilityReport } from "../state/capability-report.ts";
import type { EngineState } from "../state/session-store.ts";
import { bytesWords } from "./words.ts";

export type DeviceWords = Readonly<{ computes: string; checked: string; kept: string }>;

export function deviceWords(engine: EngineState, report: CapabilityReport, room: StorageRoom | null): DeviceWords {
  return { computes: computes(engine, report), checked: checked(engine), kept: kept(report, room) };
}

const lacks = (report: CapabilityReport, id: string): boolean => report.some((c) => c.id === id && c.missing !== null);

function computes(engine: EngineState, report: CapabilityReport): string {
  if (engine.kind !== "ready") {
    return lacks(report, "webgpu")
      ? "No graphics card can be used here: the processor will compute."
      : "The graphics card will compute, once it is checked.";
  }
  const { kind, threads } = engine.status.provider;
  if (kind === "webgpu")
    return "The graphics card computes: clicks are instant, tuning takes seconds to a few minutes.";
  const by =
    threads > 1 ? `The processor computes, with ${threads} threads` : "The processor computes, with one thread";
  return `${by}: clicks take a moment, tuning takes minutes.`;
}

function checked(engine: EngineState): string {
  if (engine.kind === "failed") return "The self-test was not passed; nothing is answered here.";
  if (engine.kind === "loading") return "The self-test has not run yet; slides can be looked at meanwhile.";
  const { gates } = engine.status;
  const failed = gates.filter(({ passed }) => !passed).length;
  if (gates.length === 0) return "No self-test belongs to this backbone.";
  if (failed > 0) return `${failed} of ${gates.length} self-tests were not passed: see below.`;
  return `It was checked against reference answers: ${gates.length === 1 ? "the self-test was" : `all ${gates.length} self-tests were`} passed.`;
}

function kept(report: CapabilityReport, room: StorageRoom | null): string {
  if (lacks(report, "storage")) return "Nothing can be kept in this browser: save your work as a file.";
  const used = room?.used == null ? "" : ` (${bytesWords(room.used)} so far)`;
  const stays =
    room?.lasting === true
      ? "and stays until you clear it"
      : "but the browser may clear it when the disk runs short: save a project file now and then";
  return `Your work is kept in this browser${used} ${stays}.`;
}
