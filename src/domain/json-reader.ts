// Reads untrusted JSON field by field and gathers every problem with its path, so that all are reported at once.
// Knows no particular document. After a problem a placeholder is returned; the caller must check `problems` before using any.

/** A value somewhere in a document. `problems` is shared by the whole document. */
export type At = Readonly<{ value: unknown; path: string; problems: string[] }>;

export const rootAt = (value: unknown, name: string): At => ({ value, path: name, problems: [] });

const describe = (value: unknown): string => {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") return `"${value.length > 40 ? `${value.slice(0, 40)}...` : value}"`;
  return typeof value === "object" ? "an object" : String(value);
};

export function problem(at: At, wanted: string): void {
  at.problems.push(`${at.path} must be ${wanted}, but is ${describe(at.value)}`);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A field of an object; `undefined` where the object lacks it (own fields only). */
export function field(at: At, key: string): At {
  const value = isObject(at.value) && Object.hasOwn(at.value, key) ? at.value[key] : undefined;
  return { value, path: `${at.path}.${key}`, problems: at.problems };
}

export function readObject(at: At): boolean {
  if (isObject(at.value)) return true;
  problem(at, "an object");
  return false;
}

export function readString(at: At, limits: Readonly<{ min?: number; max: number; pattern?: RegExp }>): string {
  const { min = 1, max, pattern } = limits;
  const { value } = at;
  if (typeof value === "string" && value.length >= min && value.length <= max && (!pattern || pattern.test(value))) {
    return value;
  }
  problem(at, pattern ? `text like ${pattern.source}` : `text of ${min} to ${max} characters`);
  return "";
}

export function readNumber(at: At, limits: Readonly<{ min: number; max: number; integer?: boolean }>): number {
  const { value } = at;
  const { min, max, integer = false } = limits;
  if (typeof value === "number" && value >= min && value <= max && (!integer || Number.isInteger(value))) return value;
  problem(at, `${integer ? "a whole number" : "a number"} from ${min} to ${max}`);
  return min;
}

export function readBoolean(at: At): boolean {
  if (typeof at.value === "boolean") return at.value;
  problem(at, "true or false");
  return false;
}

export function readList(at: At, limits: Readonly<{ min: number; max: number }>): readonly At[] {
  const { value } = at;
  if (Array.isArray(value) && value.length >= limits.min && value.length <= limits.max) {
    return value.map((item: unknown, i) => ({ value: item, path: `${at.path}[${i}]`, problems: at.problems }));
  }
  problem(at, limits.min === limits.max ? `a list of ${limits.min}` : `a list of ${limits.min} to ${limits.max}`);
  return [];
}

/** Entries of an object used as a map. */
export function readEntries(at: At, max: number): readonly (readonly [string, At])[] {
  if (isObject(at.value)) {
    const keys = Object.keys(at.value);
    if (keys.length <= max) return keys.map((key) => [key, field(at, key)] as const);
  }
  problem(at, `an object of at most ${max} entries`);
  return [];
}

export function readOneOf<const T extends string>(at: At, options: readonly [T, ...T[]]): T {
  const found = options.find((option) => option === at.value);
  if (found !== undefined) return found;
  problem(at, options.map((option) => `"${option}"`).join(" or "));
  return options[0];
}

export function readNullable<T>(at: At, read: (at: At) => T): T | null {
  return at.value === null ? null : read(at);
}

export const hex64 = /^[0-9a-f]{64}$/;
