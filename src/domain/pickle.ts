// Reads the pickles torch writes as data, and executes nothing: a class or function is only a name here, and a name that is not on the
// caller's list, or an instruction torch does not write, ends the reading. Knows the instructions (Python's pickletools); knows no tensor.
import { Fault } from "../base/fault.ts";

/** `call`: a name with what it would have been given; `items`: what was put into it afterwards, as into a dict. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Readonly<{ kind: "tuple" | "list"; items: Pickled[] }>
  | Readonly<{ kind: "dict"; items: Map<string | number, Pickled> }>
  | Readonly<{ kind: "name"; name: string }>
  | Readonly<{ kind: "call"; name: string; args: readonly Pickled[]; items: Map<string | number, Pickled> }>
  /** An object that lies outside the pickle. */
  | Readonly<{ kind: "persistent"; id: Pickled }>;

const most = { instructions: 200_000, stack: 10_000, text: 10_000 } as const;

/** `names`: those that may occur. Throws Fault `damaged` or `unsupported`, naming what stood there. */
export function readPickle(bytes: Uint8Array, names: ReadonlySet<string>, what: string): Pickled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  const damaged = (why: string): Fault => new Fault("damaged", `${what} is damaged: ${why}.`);
  const refused = (why: string): Fault =>
    new Fault(
      "unsupported",
      `${what} ${why}. Such files can carry programs, so only what torch writes for tensors is read; nothing was executed.`,
    );
  let at = 0;
  const take = (count: number): number => {
    const from = at;
    if (count < 0 || from + count > bytes.length) throw damaged("its pickle ends too early");
    at += count;
    return from;
  };
  const text = (length: number): string => {
    if (length > most.text) throw damaged(`a text of ${length} bytes`);
    const from = take(length);
    try {
      return utf8.decode(bytes.subarray(from, from + length));
    } catch {
      throw damaged("a text that is no UTF-8");
    }
  };
  const line = (): string => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw damaged("its pickle ends too early");
    const found = text(end - at);
    at = end + 1;
    return found;
  };
  const mark = Symbol("mark");
  const stack: (Pickled | typeof mark)[] = [];
  const memo = new Map<number, Pickled>();
  const push = (value: Pickled | typeof mark): void => {
    if (stack.length >= most.stack) throw damaged("its values are nested too deeply");
    stack.push(value);
  };
  const pop = (): Pickled => {
    const value = stack.pop();
    if (value === undefined || typeof value === "symbol") throw damaged("its pickle takes what is not there");
    return value;
  };
  const top = (): Pickled => {
    const value = pop();
    stack.push(value);
    return value;
  };
  const popMark = (): Pickled[] => {
    const from = stack.lastIndexOf(mark);
    if (from < 0) throw damaged("its pickle takes what is not there");
    return stack.splice(from).slice(1) as Pickled[];
  };
  const tuple = (count: number): void => {
    const items = Array.from({ length: count }, pop).reverse();
    push({ kind: "tuple", items });
  };
  const named = (module: string, name: string): void => {
    const full = `${module}.${name}`;
    if (!names.has(full)) throw refused(`names "${full.slice(0, 80)}"`);
    push({ kind: "name", name: full });
  };
  const put = (pairs: readonly Pickled[]): void => {
    const into = top();
    if (into === null || typeof into !== "object" || (into.kind !== "dict" && into.kind !== "call")) {
      throw damaged("its pickle fills what is no dictionary");
    }
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const key = pairs[i];
      if (typeof key !== "string" && typeof key !== "number") throw damaged("a key that is neither text nor number");
      into.items.set(key, pairs[i + 1] ?? null);
    }
  };
  const append = (values: readonly Pickled[]): void => {
    const into = top();
    if (into === null || typeof into !== "object" || into.kind !== "list") throw damaged("its pickle fills no list");
    into.items.push(...values);
  };
  const recall = (index: number): void => {
    const value = memo.get(index);
    if (value === undefined) throw damaged("its pickle recalls what it never kept");
    push(value);
  };
  const long = (length: number): number => {
    const from = take(length);
    if (length > 8) throw damaged("a whole number that is too large");
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[from + i] ?? 0);
    const signed = Number(BigInt.asIntN(8 * Math.max(1, length), value));
    if (!Number.isSafeInteger(signed)) throw damaged("a whole number that is too large");
    return signed;
  };

  const instructions: Readonly<Record<number, () => void>> = {
    128: () => {
      const version = view.getUint8(take(1));
      if (version < 2 || version > 5) throw refused(`is a pickle of version ${version}`);
    },
    149: () => void take(8), // FRAME
    40: () => push(mark), // (
    78: () => push(null), // N
    136: () => push(true),
    137: () => push(false),
    74: () => push(view.getInt32(take(4), true)), // J
    75: () => push(view.getUint8(take(1))), // K
    77: () => push(view.getUint16(take(2), true)), // M
    138: () => push(long(view.getUint8(take(1)))),
    71: () => push(view.getFloat64(take(8), false)), // G
    88: () => push(text(view.getUint32(take(4), true))), // X
    140: () => push(text(view.getUint8(take(1)))),
    41: () => push({ kind: "tuple", items: [] }), // )
    116: () => push({ kind: "tuple", items: popMark() }), // t
    133: () => tuple(1),
    134: () => tuple(2),
    135: () => tuple(3),
    93: () => push({ kind: "list", items: [] }), // ]
    97: () => append([pop()]), // a
    101: () => append(popMark()), // e
    125: () => push({ kind: "dict", items: new Map() }), // }
    115: () => put([pop(), pop()].reverse()), // s
    117: () => put(popMark()), // u
    99: () => named(line(), line()), // c
    147: () => {
      const [name, module] = [pop(), pop()];
      if (typeof name !== "string" || typeof module !== "string") throw damaged("a name that is no text");
      named(module, name);
    },
    81: () => push({ kind: "persistent", id: pop() }), // Q
    82: () => {
      // R: what is called is on the list, and it is not called.
      const [args, callee] = [pop(), pop()];
      if (callee === null || typeof callee !== "object" || callee.kind !== "name")
        throw refused("calls what is no name");
      if (args === null || typeof args !== "object" || args.kind !== "tuple") throw damaged("a call without arguments");
      push({ kind: "call", name: callee.name, args: args.items, items: new Map() });
    },
    98: () => void pop(), // b: attributes of an object, of which none is used here
    113: () => void memo.set(view.getUint8(take(1)), top()), // q
    114: () => void memo.set(view.getUint32(take(4), true), top()), // r
    148: () => void memo.set(memo.size, top()),
    104: () => recall(view.getUint8(take(1))), // h
    106: () => recall(view.getUint32(take(4), true)), // j
  };
  const stop = 46;
  for (let made = 0; made < most.instructions; made++) {
    const code = view.getUint8(take(1));
    if (code === stop) return pop();
    const instruction = instructions[code];
    if (!instruction) throw refused(`has the pickle instruction 0x${code.toString(16).padStart(2, "0")}`);
    instruction();
  }
  throw damaged("its pickle is too long");
}
