// What was found out about a backbone on a device, kept so that it need not be found out again. Knows the record and its parser;
// where it is kept is a port.
import {
  type At,
  field,
  problem,
  readList,
  readNumber,
  readObject,
  readOneOf,
  readString,
  rootAt,
} from "../../domain/json-reader.ts";
import type { GateName, GateResult } from "../../protocol/engine-api.ts";

/** Plain JSON values by key; a store that cannot keep anything answers null and keeps nothing. */
export type GateStore = Readonly<{
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
}>;

/**
 * `features`: what was trusted for the self-test patch, to hold later answers against; `from`: a reference outside this program, or
 * only what this program computed here.
 */
export type KeptGates = Readonly<{
  version: 2;
  gates: readonly GateResult[];
  centred: readonly string[];
  features: readonly number[];
  from: "outside" | "here";
}>;

const names: readonly [GateName, ...GateName[]] = [
  "golden-patch",
  "batch",
  "webgpu-against-wasm",
  "norm-conditioning",
  "finite-differences",
  "gradient-webgpu-against-wasm",
];

/** null where nothing is kept or it is not what this version keeps: then it is found out again. */
export function parseKeptGates(value: unknown): KeptGates | null {
  if (value === null || value === undefined) return null;
  const root = rootAt(value, "gates");
  readObject(root);
  if (field(root, "version").value !== 2) return null;
  const kept: KeptGates = {
    version: 2,
    gates: readList(field(root, "gates"), { min: 0, max: 16 }).map(readGate),
    centred: readList(field(root, "centred"), { min: 0, max: 1024 }).map((at) => readString(at, { max: 1000 })),
    features: readList(field(root, "features"), { min: 1, max: 65_536 }).map((at) =>
      readNumber(at, { min: -1e30, max: 1e30 }),
    ),
    from: readOneOf(field(root, "from"), ["outside", "here"]),
  };
  return root.problems.length === 0 ? kept : null;
}

/** A gate that failed is never kept: it is asked again each time. */
export function readGate(at: At): GateResult {
  if (field(at, "passed").value !== true) problem(field(at, "passed"), "true");
  return {
    name: readOneOf(field(at, "name"), names),
    error: readNumber(field(at, "error"), { min: -1, max: 1e12 }),
    limit: readNumber(field(at, "limit"), { min: 0, max: 1e12 }),
    passed: true,
    words: readString(field(at, "words"), { max: 1000 }),
    kept: true,
  };
}

/**
 * A device that computes answers rightly but not gradients is refused as a whole, also at the next visit. Browsers do not tell a
 * driver's version: after an update the person asks for the device by name, and it is looked at again.
 */
export async function keepRefusal(store: GateStore, gateKey: string, gate: GateResult): Promise<void> {
  await store.put(`${gateKey}|refused`, { version: 1, gate });
}

/** The gate that refused this device at an earlier visit; null where none did. */
export async function keptRefusal(store: GateStore, gateKey: string): Promise<GateResult | null> {
  const root = rootAt(await store.get(`${gateKey}|refused`), "refusal");
  const gate = field(root, "gate");
  if (field(root, "version").value !== 1) return null;
  const { value } = field(gate, "error");
  const read: GateResult = {
    name: readOneOf(field(gate, "name"), names),
    // Not a number cannot be kept as JSON; it is far beyond every limit either way.
    error: typeof value === "number" ? value : Number.POSITIVE_INFINITY,
    limit: readNumber(field(gate, "limit"), { min: 0, max: 1e12 }),
    passed: false,
    words: readString(field(gate, "words"), { max: 1000 }),
    kept: true,
  };
  return root.problems.length === 0 ? read : null;
}

/** Forgets at the end of the session. */
export function createMemoryGateStore(): GateStore {
  const kept = new Map<string, unknown>();
  return {
    get: async (key) => structuredClone(kept.get(key) ?? null),
    put: async (key, value) => void kept.set(key, structuredClone(value)),
  };
}
