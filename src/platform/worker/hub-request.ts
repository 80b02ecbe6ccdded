// One GET to the hub, its mirror or where they lead: an answer to read, or what went wrong, told apart, with the next step for the person.
// Repeats nothing. Knows statuses and headers of the hub; knows no download.
import { Fault } from "../../base/fault.ts";
import { ledToHeader } from "../../domain/traffic.ts";
import type { Http } from "./http-request.ts";

/** `online` false: the browser knows that there is no network. */
export type HubNet = Http & Readonly<{ online: () => boolean }>;

/** Why a download stopped; `detail.reason` of its Fault. `again`: a later try may succeed by itself. */
export type HubReason =
  | "offline"
  | "cors"
  | "unreachable"
  | "led-nowhere"
  | "host" // led to a server nobody approved
  | "gated"
  | "refused"
  | "missing"
  | "busy"
  | "status"
  | "cut-off"
  | "slow"
  | "changed"
  | "digest"
  | "too-long";

export function hubFault(
  reason: HubReason,
  message: string,
  detail: Readonly<Record<string, string | number | boolean>> = {},
  cause?: unknown,
): Fault {
  return new Fault("network", message, { again: false, ...detail, reason }, cause);
}

/** `answers`: this server has answered just now, so that what fails is likely where it leads. */
export type HubAsked = Readonly<{
  url: string;
  name: string;
  repo: string;
  from: number;
  token: string | null;
  answers: boolean;
}>;

/** An answer of status 200, 206 or 416, its body not read yet. Faults: network. */
export async function askHub(net: HubNet, asked: HubAsked, signal: AbortSignal): Promise<Response> {
  const { url, from, token } = asked;
  const headers: Record<string, string> = {};
  // By itself this header needs no permission asked beforehand; If-Range would, and the ETag of the answer says the same.
  if (from > 0) headers.Range = `bytes=${from}-`;
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  if (!net.online()) throw offline();
  const init: RequestInit = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", signal };
  let response: Response;
  try {
    response = await net.fetch(url, { ...init, headers });
  } catch (error) {
    signal.throwIfAborted();
    throw await whyNot(net, asked, init, error);
  }
  if ([200, 206, 416].includes(response.status)) return response;
  await response.body?.cancel();
  throw refusal(response, asked);
}

const offline = (): Fault =>
  hubFault("offline", "This computer is offline. Connect it, then go on: what has come is kept.", { again: false });

/** A page is not told why a request failed. One whose answer nobody may read succeeds where only the permission is missing. */
async function whyNot(
  net: HubNet,
  { url, name, answers: answered }: HubAsked,
  init: RequestInit,
  cause: unknown,
): Promise<Fault> {
  if (!net.online()) return offline();
  const host = hostOf(url);
  const answers = await net.fetch(url, { ...init, method: "HEAD", mode: "no-cors" }).then(
    () => true,
    () => false,
  );
  init.signal?.throwIfAborted();
  if (answers) {
    return hubFault(
      "cors",
      `${host} answers, but it, or the server it leads to, does not let this page read "${name}". A mirror must send ` +
        "Access-Control-Allow-Origin there too; or download the file in a tab of its own and load it by hand.",
      { again: true },
      cause,
    );
  }
  // An isolated page cannot tell these two apart: it is refused the second request as well.
  if (answered) {
    return hubFault(
      "led-nowhere",
      `${host} answers, but where it sends "${name}" on to does not, or does not let this page read it. Behind a firewall that host must ` +
        "be let through; a mirror must send Access-Control-Allow-Origin there too. Or download the file in a tab of its own and load it by hand.",
      { again: true },
      cause,
    );
  }
  return hubFault(
    "unreachable",
    `${host} does not answer, or does not let this page read its answers. Check the connection; where a firewall closes it, give the address ` +
      "of a mirror below the list, or download the file elsewhere and load it by hand.",
    { again: true },
    cause,
  );
}

const hostOf = (url: string): string => /^https?:\/\/([^/]+)/.exec(url)?.[1] ?? url;

function refusal(response: Response, { url, name, repo, token }: HubAsked): Fault {
  const { status, headers } = response;
  const ledTo = headers.get(ledToHeader);
  if (ledTo !== null) {
    const words =
      `${hostOf(url)} sends "${name}" on to ${hostOf(`${ledTo}/`)}, which you have not agreed to. ` +
      "If it belongs to it, add it to the mirror's other hosts below the list and go on.";
    return hubFault("host", words, { host: ledTo });
  }
  const code = headers.get("x-error-code");
  const answered = `${hostOf(url)} answered ${status} for "${name}" of ${repo}.`;
  const byHand = "accept its terms on its page there, download the file and load it by hand.";
  if (code === "GatedRepo" || (status === 403 && code === null)) {
    const words = token === null ? "It is gated" : "This token has not been given access to it";
    return hubFault("gated", `${answered} ${words}: ${byHand}`, { status });
  }
  if (status === 401) {
    const words =
      token === null
        ? `It wants to know who asks: it is gated, private or not there. Look at its page; where it is gated, ${byHand}`
        : "It does not accept this token. Check it, or load the file by hand.";
    return hubFault(token === null ? "gated" : "refused", `${answered} ${words}`, { status });
  }
  if (status === 404 || status === 410) {
    const words = "It is not there, or not any more. Look at its page, and load what you find there by hand.";
    return hubFault("missing", `${answered} ${words}`, { status });
  }
  if (status === 403 || status === 451) {
    return hubFault("refused", `${answered} Access is refused. Look at its page for why.`, { status });
  }
  if (status === 429 || status >= 500) {
    const after = headers.get("retry-after");
    return hubFault("busy", `${answered} It is busy. Go on later: what has come is kept.`, {
      again: true,
      status,
      ...(after !== null && { retryAfter: after.slice(0, 100) }),
    });
  }
  return hubFault("status", `${answered} This app does not know what to do with that.`, { status });
}

/** Seconds a server asks to be left alone: a number, or until a date (RFC 9110, section 10.2.3). 0 where it says neither. */
export function retryAfterSeconds(header: unknown, now: number): number {
  if (typeof header !== "string") return 0;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

/** A server that asks to be left alone for longer is not waited for; the person goes on when they like. */
const longestWaitSeconds = 120;

/** Seconds to wait after the n-th failure in a row; throws the failure where another try is of no use. */
export function secondsBefore(fault: Fault, failures: number, net: HubNet, now: number): number {
  if (fault.detail.again !== true) throw fault;
  const asked = retryAfterSeconds(fault.detail.retryAfter, now);
  if (asked > longestWaitSeconds) {
    const minutes = Math.ceil(asked / 60);
    const words = `The server asks to be left alone for ${minutes} minutes. Go on then: what has come is kept.`;
    throw hubFault("busy", words, { retryAfterSeconds: Math.ceil(asked) });
  }
  if (failures >= net.attempts) throw fault;
  return Math.max(asked, Math.min(30, 0.5 * 2 ** (failures - 1)));
}
