// Requests that left this app, by host: how many and how many bytes they carried. Knows no network.

/** One request. `host` null: the server this app came from. `bytes`: of its body, 0 for what only reads. */
export type Sent = Readonly<{ host: string | null; bytes: number }>;

export type HostTraffic = Readonly<{ host: string | null; requests: number; bytes: number }>;

/** `counting` false: nothing counts here, and silence says nothing. Hosts in the order of their first request. */
export type Traffic = Readonly<{ counting: boolean; hosts: readonly HostTraffic[] }>;

export const noTraffic: Traffic = { counting: false, hosts: [] };

export function withSent(traffic: Traffic, { host, bytes }: Sent): Traffic {
  const known = traffic.hosts.find((entry) => entry.host === host) ?? { host, requests: 0, bytes: 0 };
  const next = { host, requests: known.requests + 1, bytes: known.bytes + bytes };
  const hosts = traffic.hosts.includes(known)
    ? traffic.hosts.map((entry) => (entry === known ? next : entry))
    : [...traffic.hosts, next];
  return { ...traffic, hosts };
}

/** A message of the service worker; null when it is another one. */
export function parseSent(message: unknown): Sent | null {
  if (typeof message !== "object" || message === null || !("kind" in message) || message.kind !== "sent") return null;
  const { host, bytes } = message as { host?: unknown; bytes?: unknown };
  if (host !== null && typeof host !== "string") return null;
  return typeof bytes === "number" && bytes >= 0 ? { host, bytes } : null;
}

/**
 * Set on the answer the service worker gives in the place of one that another server sent, to which the asked one led and which nobody
 * approved: that server's origin.
 */
export const ledToHeader = "x-pathotune-led-to";
