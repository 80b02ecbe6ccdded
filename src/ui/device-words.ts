// This device in three sentences: what computes, what was checked, what is kept. Pure.
import type { StorageRoom } from "../platform/page/storage-room.ts";
import type { CapabilityReport } from "../state/capability-report.ts";
import type { EngineState } from "../state/session-store.ts";
import { many, say } from "../words/say.ts";
import { bytesWords } from "./words.ts";

export type DeviceWords = Readonly<{ computes: string; checked: string; kept: string }>;

export function deviceWords(engine: EngineState, report: CapabilityReport, room: StorageRoom | null): DeviceWords {
  return { computes: computes(engine, report), checked: checked(engine), kept: kept(report, room) };
}

const lacks = (report: CapabilityReport, id: string): boolean => report.some((c) => c.id === id && c.missing !== null);

function computes(engine: EngineState, report: CapabilityReport): string {
  if (engine.kind !== "ready") {
    return lacks(report, "webgpu")
      ? say("No graphics card can be used here: the processor will compute.")
      : say("The graphics card will compute, once it is checked.");
  }
  const { kind, threads } = engine.status.provider;
  if (kind === "webgpu")
    return say("The graphics card computes: clicks are instant, tuning takes seconds to a few minutes.");
  return many(
    threads,
    "The processor computes, with one thread: clicks take a moment, tuning takes minutes.",
    "The processor computes, with {n} threads: clicks take a moment, tuning takes minutes.",
  );
}

function checked(engine: EngineState): string {
  if (engine.kind === "failed") return say("The self-test was not passed; nothing is answered here.");
  if (engine.kind === "loading") return say("The self-test has not run yet; slides can be looked at meanwhile.");
  const { gates } = engine.status;
  const failed = gates.filter(({ passed }) => !passed).length;
  if (gates.length === 0) return say("No self-test belongs to this backbone.");
  if (failed > 0)
    return say("{failed} of {gates} self-tests were not passed: see below.", { failed, gates: gates.length });
  return many(
    gates.length,
    "It was checked against reference answers: the self-test was passed.",
    "It was checked against reference answers: all {n} self-tests were passed.",
  );
}

function kept(report: CapabilityReport, room: StorageRoom | null): string {
  if (lacks(report, "storage")) return say("Nothing can be kept in this browser: save your work as a file.");
  const used = room?.used == null ? "" : say(" ({bytes} so far)", { bytes: bytesWords(room.used) });
  const stays =
    room?.lasting === true
      ? say("and stays until you clear it")
      : say("but the browser may clear it when the disk runs short: save a project file now and then");
  return say("Your work is kept in this browser{used} {stays}.", { used, stays });
}
