// Typed calls over anything like a MessagePort: results, progress, cancelling, typed faults, transfer, and what happens when the
// far side dies. Knows no api, no host and no retry; whoever spawned a worker decides what to do after its death.
import { assert, Fault, type FaultData, faultFromData, faultToData, isAbort, toFault } from "../base/fault.ts";
import type { CallOptions } from "./call.ts";

/** Structural: MessagePort, Worker, a worker's global scope, Node's MessagePort. */
export type PortEvent = Readonly<{ type: string; data?: unknown; message?: unknown }>;
export type PortEventName = "message" | "messageerror" | "error" | "close";
export type Port = {
  postMessage(message: unknown, transfer: readonly unknown[]): void;
  addEventListener(type: PortEventName, listener: (event: PortEvent) => void): void;
  removeEventListener(type: PortEventName, listener: (event: PortEvent) => void): void;
  start?(): void;
};

/** Widest method: every `Method<P, R, Progress>` is one. */
type AnyMethod = (params: never, options?: never) => Promise<unknown>;
export type MethodNames<Api> = Readonly<Record<keyof Api, true>>;

type CallMessage = Readonly<{ rpc: "call"; id: number; method: string; params: unknown; progress: boolean }>;
type CancelMessage = Readonly<{ rpc: "cancel"; id: number }>;
type WireError = Readonly<{ kind: "fault"; fault: FaultData }> | Readonly<{ kind: "abort"; message: string }>;
type Answer =
  | Readonly<{ rpc: "value"; id: number; value: unknown }>
  | Readonly<{ rpc: "progress"; id: number; value: unknown }>
  | Readonly<{ rpc: "error"; id: number; error: WireError }>
  | Readonly<{ rpc: "gone"; fault: FaultData }>;

const transferLists = new WeakMap<object, readonly unknown[]>();

/**
 * States that ownership of `list` (ArrayBuffers, ImageBitmaps, MessagePorts inside `value`) is given up when `value` is sent as
 * a result, a progress value or a parameter. Returns `value` itself, so an api called without a border works the same.
 */
export function transfer<T extends object>(value: T, list: readonly unknown[]): T {
  transferLists.set(value, list);
  return value;
}

function transferListOf(value: unknown): readonly unknown[] {
  return typeof value === "object" && value !== null ? (transferLists.get(value) ?? []) : [];
}

/** An image nobody will receive holds memory the garbage collector does not see. */
function discard(value: unknown): void {
  if (typeof value === "object" && value !== null && "close" in value && typeof value.close === "function")
    value.close();
}

function wireError(error: unknown, method: string): WireError {
  if (isAbort(error)) return { kind: "abort", message: error instanceof Error ? error.message : "cancelled" };
  return { kind: "fault", fault: faultToData(toFault(error, "runtime", method)) };
}

function messageOf<M extends { readonly rpc: string }>(data: unknown, kinds: readonly M["rpc"][]): M | null {
  if (typeof data !== "object" || data === null || !("rpc" in data)) return null;
  return kinds.some((kind) => kind === data.rpc) ? (data as M) : null;
}

/**
 * Answers calls that arrive on `port` with the methods of `api`; other messages on the port are left alone.
 * A handler may return `transfer(value, list)`. Anything it throws arrives as the same Fault, as AbortError, or as Fault `runtime`.
 * Returns what stops it: running handlers are aborted and the caller's side is severed, with a Fault of one's own where one is given.
 */
export function serve<Api extends { readonly [Name in keyof Api]: AnyMethod }>(
  api: Api,
  methods: MethodNames<Api>,
  port: Port,
): (fault?: Fault) => void {
  const running = new Map<number, AbortController>();
  let stopped = false;

  const post = (answer: Answer, list: readonly unknown[] = []): void => {
    if (!stopped) port.postMessage(answer, list);
  };

  const handle = async (call: CallMessage): Promise<void> => {
    const controller = new AbortController();
    running.set(call.id, controller);
    const { id, method } = call;
    try {
      // Own names only: "constructor" or "toString" must not reach a handler.
      if (!Object.hasOwn(methods, method)) throw new Fault("invalid", `unknown method ${method}`);
      const options: CallOptions<unknown> = {
        signal: controller.signal,
        ...(call.progress && {
          onProgress: (value: unknown) => {
            if (running.has(id) && !controller.signal.aborted)
              post({ rpc: "progress", id, value }, transferListOf(value));
          },
        }),
      };
      const handler = api[method as keyof Api] as unknown as (
        params: unknown,
        options: CallOptions<unknown>,
      ) => Promise<unknown>;
      const value = await handler(call.params, options);
      if (controller.signal.aborted || stopped) discard(value);
      else post({ rpc: "value", id, value }, transferListOf(value));
    } catch (error) {
      if (!controller.signal.aborted) post({ rpc: "error", id, error: wireError(error, method) });
    } finally {
      running.delete(id);
    }
  };

  const onMessage = (event: PortEvent): void => {
    const message = messageOf<CallMessage | CancelMessage>(event.data, ["call", "cancel"]);
    if (message === null) return;
    if (message.rpc === "call") void handle(message);
    else running.get(message.id)?.abort();
  };
  const stop = (fault: Fault): void => {
    if (stopped) return;
    for (const controller of running.values()) controller.abort();
    post({ rpc: "gone", fault: faultToData(fault) });
    stopped = true;
    port.removeEventListener("message", onMessage);
    port.removeEventListener("messageerror", onMessageError);
    port.removeEventListener("close", onClose);
  };
  // A call that could not be read has no id to answer: its caller would wait for ever unless everything is severed.
  const onMessageError = (): void => stop(new Fault("worker-died", "A message could not be read on the other side."));
  const onClose = (): void => stop(new Fault("worker-died", "The connection was closed."));

  port.addEventListener("message", onMessage);
  port.addEventListener("messageerror", onMessageError);
  port.addEventListener("close", onClose);
  port.start?.();
  return (fault = new Fault("worker-died", "The other side has stopped.")) => stop(fault);
}

export type Connection<Api> = Readonly<{
  api: Api;
  /** Rejects every call in flight and every later one with `fault`; `onDeath` hears of it. Safe to call twice. */
  sever(fault: Fault): void;
  /** Ends the connection on purpose: calls in flight are cancelled on the far side and reject with AbortError; no `onDeath`. */
  close(): void;
}>;

type Pending = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly onProgress: ((value: unknown) => void) | undefined;
};

/**
 * An api whose calls run on the far side of `port`. An aborted call rejects at once with its signal's reason and is cancelled
 * there; what still arrives of it is ignored. `error`, `messageerror` or `close` on the port sever the connection.
 */
export function connect<Api extends { readonly [Name in keyof Api]: AnyMethod }>(
  methods: MethodNames<Api>,
  port: Port,
  options: Readonly<{ onDeath?: (fault: Fault) => void }> = {},
): Connection<Api> {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let ended: unknown = null;

  const call = (method: string, params: unknown, callOptions: CallOptions<unknown> = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const { signal, onProgress } = callOptions;
      if (ended !== null) return reject(ended);
      if (signal?.aborted) return reject(signal.reason);
      const id = nextId++;
      const onAbort = (): void => {
        port.postMessage({ rpc: "cancel", id } satisfies CancelMessage, []);
        settle(id)?.reject(signal?.reason);
      };
      const forget = (): void => signal?.removeEventListener("abort", onAbort);
      pending.set(id, {
        onProgress,
        resolve: (value) => {
          forget();
          resolve(value);
        },
        reject: (reason) => {
          forget();
          reject(reason);
        },
      });
      signal?.addEventListener("abort", onAbort, { once: true });
      try {
        const message: CallMessage = { rpc: "call", id, method, params, progress: onProgress !== undefined };
        port.postMessage(message, transferListOf(params));
      } catch (error) {
        settle(id)?.reject(toFault(error, "runtime", `${method} could not be sent`));
      }
    });

  const settle = (id: number): Pending | undefined => {
    const entry = pending.get(id);
    pending.delete(id);
    return entry;
  };

  const end = (reason: unknown): boolean => {
    if (ended !== null) return false;
    ended = reason;
    port.removeEventListener("message", onMessage);
    for (const name of ["error", "messageerror", "close"] as const) port.removeEventListener(name, onDeath);
    const waiting = [...pending.values()];
    pending.clear();
    for (const entry of waiting) entry.reject(reason);
    return true;
  };
  const sever = (fault: Fault): void => {
    if (end(fault)) options.onDeath?.(fault);
  };
  const onDeath = (event: PortEvent): void => {
    const why = typeof event.message === "string" && event.message !== "" ? event.message : event.type;
    sever(new Fault("worker-died", `A background worker stopped (${why}).`, { event: event.type }));
  };
  const onMessage = (event: PortEvent): void => {
    const answer = messageOf<Answer>(event.data, ["value", "progress", "error", "gone"]);
    if (answer === null) return;
    switch (answer.rpc) {
      case "progress":
        pending.get(answer.id)?.onProgress?.(answer.value);
        break;
      case "value": {
        const entry = settle(answer.id);
        if (entry) entry.resolve(answer.value);
        else discard(answer.value);
        break;
      }
      case "error": {
        const { error } = answer;
        const reason =
          error.kind === "abort" ? new DOMException(error.message, "AbortError") : faultFromData(error.fault);
        settle(answer.id)?.reject(reason);
        break;
      }
      case "gone":
        sever(faultFromData(answer.fault));
        break;
      default:
        answer satisfies never;
    }
  };

  port.addEventListener("message", onMessage);
  for (const name of ["error", "messageerror", "close"] as const) port.addEventListener(name, onDeath);
  port.start?.();

  const api: Record<string, unknown> = {};
  for (const method of Object.keys(methods)) {
    api[method] = (params: unknown, callOptions?: CallOptions<unknown>) => call(method, params, callOptions);
  }
  assert(Object.keys(api).length > 0, "an api has methods");
  return {
    api: api as Api,
    sever,
    close: () => {
      if (ended !== null) return;
      for (const id of pending.keys()) port.postMessage({ rpc: "cancel", id } satisfies CancelMessage, []);
      end(new DOMException("The connection was closed.", "AbortError"));
    },
  };
}
