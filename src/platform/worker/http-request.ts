// One GET that believes no server: it is repeated where that may help, left when it stalls, bounded in bytes, and what went wrong is
// told apart with the next step for the person. Knows no slide.
import { Fault, isFault } from "../../base/fault.ts";

export type Http = Readonly<{
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Resolves after so long; rejects when `signal` aborts. */
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Tries of one request, the first included. */
  attempts: number;
  /** A server that sends nothing for so long is asked again. */
  stallMilliseconds: number;
}>;

export const defaultHttp: Http = {
  fetch: (url, init) => fetch(url, init),
  wait,
  attempts: 4,
  stallMilliseconds: 30_000,
};

/** Why a server could not be read; `detail.reason` of its Fault. */
export type HttpReason =
  | "cors" // it answers, but does not let this page read the answer
  | "unreachable"
  | "slow"
  | "expired" // a signed address whose time is over
  | "refused"
  | "missing"
  | "busy" // 429, 5xx
  | "redirect"
  | "no-ranges"
  | "no-size" // Content-Range is not shown
  | "truncated"
  | "wrong-range"
  | "changed"
  | "empty"
  | "status";

/** `name` is the last part of the path only: a query may hold a signature and never enters a message. */
export type Asked = Readonly<{ url: string; name: string; headers: Readonly<Record<string, string>> }>;

export type Answer = Readonly<{ status: number; headers: Headers; bytes: Uint8Array }>;

/** Which statuses are an answer, and how many bytes of it are read; more is Fault limit. `judge` may refuse it, or make it be asked again. */
export type Wanted<T> = Readonly<{
  statuses: readonly number[];
  most: number | ((response: Response) => number);
  judge: (answer: Answer) => T;
}>;

/** Faults: network (with a reason), limit. `signal` ends it with an AbortError. */
export async function ask<T>(http: Http, asked: Asked, wanted: Wanted<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return wanted.judge(await once(http, asked, wanted, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (!isFault(error, "network") || error.detail.again !== true || attempt >= http.attempts) throw error;
      const stated = Number(error.detail.retryAfterSeconds ?? 0) * 1000;
      await http.wait(Math.min(10_000, Math.max(stated, 250 * 2 ** (attempt - 1))), signal);
    }
  }
}

async function once<T>(http: Http, asked: Asked, wanted: Wanted<T>, signal: AbortSignal): Promise<Answer> {
  const stalled = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), http.stallMilliseconds);
  };
  alive();
  try {
    const response = await send(http, asked, AbortSignal.any([signal, stalled.signal]));
    if (!wanted.statuses.includes(response.status)) {
      await response.body?.cancel();
      throw refusal(response, asked);
    }
    const most = typeof wanted.most === "number" ? wanted.most : wanted.most(response);
    const bytes = await readBody(response, most, asked.name, alive);
    const stated = Number(response.headers.get("content-length") ?? Number.NaN);
    if (bytes.length < stated && !mayBeCompressed(response)) {
      throw httpFault("truncated", truncatedWords(asked.name, bytes.length, stated), { again: true });
    }
    return { status: response.status, headers: response.headers, bytes };
  } catch (error) {
    signal.throwIfAborted();
    if (stalled.signal.aborted) {
      throw httpFault(
        "slow",
        `The server of "${asked.name}" has sent nothing for ${Math.round(http.stallMilliseconds / 1000)} seconds. ` +
          "Try again later, or download the slide and open it as a file.",
        { again: true },
        error,
      );
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A compressed answer states its length before unpacking, and another origin's page is not shown that it was compressed: by its type then. */
function mayBeCompressed({ headers }: Response): boolean {
  return headers.has("content-encoding") || /^text\/|json|xml/i.test(headers.get("content-type") ?? "");
}

async function send(http: Http, { url, name, headers }: Asked, signal: AbortSignal): Promise<Response> {
  const init: RequestInit = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", signal };
  try {
    // no-store: the browser's cache serialises parallel ranges of one URL and has returned cut-off ones.
    // The person agreed to this server; one that it points to has not been agreed to.
    return await http.fetch(url, { ...init, headers, redirect: "manual" });
  } catch (error) {
    signal.throwIfAborted();
    // A page is not told why. A request whose answer nobody may read succeeds where only the permission is missing. That it fails proves
    // nothing: a page that is isolated for threads (COEP) is refused such requests too.
    const answers = await http.fetch(url, { ...init, method: "HEAD", mode: "no-cors" }).then(
      () => true,
      () => false,
    );
    signal.throwIfAborted();
    if (answers) {
      throw httpFault(
        "cors",
        `The server of "${name}" answers, but does not allow this page to read it. Its owner must send ` +
          "Access-Control-Allow-Origin and name Content-Range and ETag in Access-Control-Expose-Headers; " +
          "or download the slide and open it as a file.",
        // A connection that broke once looks the same.
        { again: true },
        error,
      );
    }
    const insecure = url.startsWith("http:") ? " (a page served over https cannot read http:// addresses)" : "";
    throw httpFault(
      "unreachable",
      `"${name}" cannot be fetched: its server does not answer, or does not allow this page to read it. Check the address and your ` +
        `connection${insecure}. If the address opens in a tab of its own, the server's owner must send Access-Control-Allow-Origin; ` +
        "or download the slide and open it as a file.",
      { again: true },
      error,
    );
  }
}

const signature = /[?&][^=&]*(sig|token|key|expires|credential|auth|policy)[^=&]*=/i;

function refusal(response: Response, { url, name }: Asked): Fault {
  const { status } = response;
  // Browsers hide where a redirect leads ("opaqueredirect", status 0), Node shows its status.
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    return httpFault(
      "redirect",
      `The server of "${name}" points to another address, which is not followed without asking you. ` +
        "Open that address itself (your browser shows it when it downloads the slide), or download the slide and open it as a file.",
      { again: false },
    );
  }
  const answered = `The server answered ${status} for "${name}".`;
  if ([400, 401, 403, 410].includes(status) && signature.test(url)) {
    return httpFault(
      "expired",
      `${answered} The address carries a key that is no longer accepted: it has expired. Get a fresh address and open that.`,
      { again: false, status },
    );
  }
  if (status === 401 || status === 403) {
    const how =
      "Access is refused: the slide is not public. Ask for an address that needs no login, or open it as a file.";
    return httpFault("refused", `${answered} ${how}`, { again: false, status });
  }
  if (status === 404 || status === 410) {
    return httpFault("missing", `${answered} There is no such file. Check the address.`, { again: false, status });
  }
  if (status === 429 || status >= 500) {
    const after = Number(response.headers.get("retry-after") ?? 0);
    return httpFault("busy", `${answered} It is busy or broken. Try again later.`, {
      again: true,
      status,
      retryAfterSeconds: Number.isFinite(after) && after > 0 ? after : 0,
    });
  }
  return httpFault("status", `${answered} Check the address.`, { again: false, status });
}

/** The body; Fault limit beyond `most` bytes of it. */
async function readBody(response: Response, most: number, name: string, alive: () => void): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array(0);
  const parts: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const next = await reader.read().catch((error: unknown) => {
      const message = `The connection broke while "${name}" was being read (${total} bytes had come). Try again.`;
      throw httpFault("truncated", message, { again: true }, error);
    });
    if (next.done) break;
    alive();
    parts.push(next.value);
    total += next.value.length;
    if (total > most) {
      await reader.cancel();
      throw new Fault("limit", `The server of "${name}" sends more than the ${most} bytes that can be right.`);
    }
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const truncatedWords = (name: string, got: number, wanted: number): string =>
  `The server of "${name}" sent ${got} of ${wanted} bytes: the answer was cut off. Try again; if it stays so, download the slide ` +
  "and open it as a file.";

export function httpFault(
  reason: HttpReason,
  message: string,
  detail: Readonly<Record<string, string | number | boolean>>,
  cause?: unknown,
): Fault {
  return new Fault("network", message, { ...detail, reason }, cause);
}

/** The last part of the path, decoded. */
export function nameOfAddress(url: string): string {
  const path = url
    .replace(/[?#].*$/, "")
    .split("/")
    .filter((part) => part !== "");
  const last = path.at(-1) ?? "slide";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
