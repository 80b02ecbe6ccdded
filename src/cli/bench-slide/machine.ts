// What the suite runs on, in words, and how busy that is already. Knows the host only.
import { cpus, loadavg } from "node:os";

/** "2 x AMD EPYC, Node v20.20.2" */
export const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.version}`;

/** Null where a processor is free. Windows tells no load. */
export function busyWords(): string | null {
  const [load = 0] = loadavg();
  if (load < cpus().length / 2) return null;
  return `The load is ${load.toFixed(1)} on ${cpus().length} processors: these are figures of a busy machine.`;
}
