// Every way the world can fail, typed. Knows no host and no screen; our own mistakes are `assert`, never a Fault.

/**
 * Kinds of failure the app can explain and go on after. A kind says what sort of thing is wrong, `message` says which one
 * and what to do; both are written for the person at the screen.
 */
export type FaultKind =
  | "not-a-slide" // the bytes are no image container we read
  | "unsupported" // understood, but deliberately not handled (names the feature and the way on)
  | "damaged" // a file contradicts itself, is truncated or hostile
  | "limit" // a size or count beyond the stated limits
  | "network" // a server did not answer as it must
  | "read" // local bytes could not be read (moved, permission withdrawn)
  | "missing-calibration" // um/px unknown
  | "bad-model" // a backbone file or manifest that cannot be used
  | "bad-prompt-set" // a prompt set that cannot be used, or not with this backbone
  | "unsupported-op" // ONNX ops without a rule, all named
  | "runtime" // the inference runtime failed
  | "self-test" // a device computed something else than it must
  | "device-lost"
  | "out-of-memory"
  | "diverged" // a non-finite loss
  | "too-few-labels"
  | "storage" // quota, blocked or broken persistence
  | "read-only" // another tab is the writer of this project
  | "worker-died"
  | "invalid"; // any other input refused at a border

export type FaultDetail = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** A failure of the world. Survives worker borders through {@link faultToData} and {@link faultFromData}. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly kind: FaultKind;
  readonly detail: FaultDetail;
  constructor(kind: FaultKind, message: string, detail: FaultDetail = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.detail = detail;
  }
}

export type FaultData = Readonly<{ kind: FaultKind; message: string; detail: FaultDetail }>;

export function isFault(error: unknown, kind?: FaultKind): error is Fault {
  return error instanceof Fault && (kind === undefined || error.kind === kind);
}

/** `AbortError` is how a cancelled operation ends; it is not a Fault and passes every layer untouched. */
export function isAbort(error: unknown): boolean {
  return typeof error === "object" && error !== null && (error as { name?: unknown }).name === "AbortError";
}

export function faultToData(fault: Fault): FaultData {
  return { kind: fault.kind, message: fault.message, detail: fault.detail };
}

export function faultFromData(data: FaultData): Fault {
  return new Fault(data.kind, data.message, data.detail);
}

/** What to show or send of anything thrown: Faults keep their kind, everything else becomes `fallback`. */
export function toFault(error: unknown, fallback: FaultKind, what: string): Fault {
  if (error instanceof Fault) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new Fault(fallback, `${what}: ${reason}`, {}, error);
}

/** Our own mistakes: a broken invariant is a bug, not a Fault. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** Element access where absence is our own mistake (an index just computed, a key just inserted). */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`assertion failed: ${what} is missing`);
  return value;
}
