// A measurement in a process of its own, whose memory is nobody else's: the last line it prints is its result. Knows no measurement.
import { fork } from "node:child_process";
import { Fault } from "../base/fault.ts";

/** Fault `runtime` with the end of what the process complained of, where it failed. */
export function inOwnProcess<T>(script: string, args: readonly string[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = fork(script, args, { silent: true });
    let [out, complaint] = ["", ""];
    child.stdout?.on("data", (data) => {
      out += String(data);
    });
    child.stderr?.on("data", (data) => {
      complaint = (complaint + String(data)).slice(-2000);
    });
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(out.trim().split("\n").at(-1) ?? "") as T);
      else reject(new Fault("runtime", `the measuring process ended with ${code}: ${complaint.trim()}`));
    });
  });
}
