// The globals that exist alike in browsers, workers and Node 20, and are allowed on the floors that know no host.
// Adding a line here widens what the core may touch: think twice. Clock, randomness, storage and network stay arguments.

interface AbortSignalEventLike {
  readonly type: string;
}
interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
declare var AbortSignal: {
  any(signals: readonly AbortSignal[]): AbortSignal;
  abort(reason?: unknown): AbortSignal;
};
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean });
  decode(bytes: Uint8Array): string;
}
declare class DOMException extends Error {
  constructor(message?: string, name?: string);
}
declare function structuredClone<T>(value: T): T;
declare function queueMicrotask(task: () => void): void;
/** A message channel end, as the protocol needs it: MessagePort, Worker, DedicatedWorkerGlobalScope, Node's MessagePort. */
