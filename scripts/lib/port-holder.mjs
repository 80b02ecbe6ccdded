// Names the program that listens on a TCP port, as well as the system lets us. Linux reads /proc; elsewhere lsof.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

function fromProc(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = new Set();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    let text = "";
    try {
      text = readFileSync(table, "utf8");
    } catch {
      continue; // no IPv6
    }
    for (const line of text.split("\n").slice(1)) {
      const columns = line.trim().split(/\s+/);
      // 0A is TCP_LISTEN (include/net/tcp_states.h); column 9 is the socket's inode.
      if (columns[1]?.endsWith(`:${hex}`) && columns[3] === "0A") inodes.add(`socket:[${columns[9]}]`);
    }
  }
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        if (!inodes.has(readlinkSync(`/proc/${pid}/fd/${fd}`))) continue;
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return `process ${pid}: ${command.slice(0, 160)}`;
      }
    } catch {
      // Another user's process, or one that just ended.
    }
  }
  return null;
}

export function portHolder(port) {
  try {
    const found = fromProc(port);
    if (found) return found;
  } catch {
    // No /proc: macOS, Windows.
  }
  const out = spawnSync("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"], { encoding: "utf8" });
  const pid = /^p(\d+)/m.exec(out.stdout ?? "")?.[1];
  const name = /^c(.+)/m.exec(out.stdout ?? "")?.[1];
  return pid ? `process ${pid}: ${name}` : "another program (it belongs to another user, so its name is hidden)";
}
