// The contract of calls across a border, over a real MessageChannel.
import { afterEach, describe, expect, test, vi } from "vitest";
import { Fault, isAbort, isFault } from "../../src/base/fault.ts";
import type { Method, TileImage } from "../../src/protocol/call.ts";
import { type EngineApi, engineMethods } from "../../src/protocol/engine-api.ts";
import { connect, type MethodNames, type Port, serve, transfer } from "../../src/protocol/rpc.ts";
import { type SlideApi, slideMethods } from "../../src/protocol/slide-api.ts";

type TestApi = Readonly<{
  add: Method<Readonly<{ a: number; b: number }>, number>;
  count: Method<Readonly<{ to: number }>, string, Readonly<{ at: number }>>;
  wait: Method<null, never>;
  refuse: Method<Readonly<{ how: "fault" | "abort" | "bug" | "string" }>, never>;
  buffer: Method<Readonly<{ bytes: number }>, Uint8Array>;
  image: Method<null, TileImage>;
  take: Method<Readonly<{ port: MessagePort }>, void>;
  unsendable: Method<null, unknown>;
}>;
const methods: MethodNames<TestApi> = {
  add: true,
  count: true,
  wait: true,
  refuse: true,
  buffer: true,
  image: true,
  take: true,
  unsendable: true,
};

const never = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const task of cleanUp.splice(0)) task();
});

function pair(overrides: Partial<TestApi> = {}, onDeath?: (fault: Fault) => void) {
  const seen = { aborted: 0, sent: null as Uint8Array | null };
  const api: TestApi = {
    add: async ({ a, b }) => a + b,
    count: async ({ to }, options) => {
      for (let at = 1; at <= to; at++) options?.onProgress?.({ at });
      return "done";
    },
    wait: (_, options) => {
      options?.signal?.addEventListener("abort", () => seen.aborted++);
      return never(options?.signal);
    },
    refuse: async ({ how }) => {
      if (how === "fault") throw new Fault("damaged", "Tile 3 is damaged.", { tile: 3, names: ["a"] });
      if (how === "abort") throw new DOMException("stopped inside", "AbortError");
      if (how === "string") throw "a thrown string";
      throw new TypeError("undefined is not a function");
    },
    buffer: async ({ bytes }) => {
      seen.sent = new Uint8Array(bytes).fill(7);
      return transfer(seen.sent, [seen.sent.buffer]);
    },
    image: async () => ({ width: 1, height: 1, close: () => {} }),
    take: async ({ port }) => {
      port.postMessage("hello through the port");
    },
    unsendable: async () => () => {},
    ...overrides,
  };
  const channel = new MessageChannel();
  const stop = serve(api, methods, channel.port1);
  const connection = connect<TestApi>(methods, channel.port2, onDeath ? { onDeath } : {});
  cleanUp.push(() => {
    stop();
    channel.port1.close();
    channel.port2.close();
  });
  return { ...connection, stop, channel, seen };
}

/** Both ends of a border in one place; what is posted stays visible and the far side answers only when told. */
function handPort() {
  const listeners = new Map<string, Set<(event: { type: string; data?: unknown }) => void>>();
  const posted: { message: unknown; list: readonly unknown[] }[] = [];
  const port: Port = {
    postMessage: (message, list) => void posted.push({ message, list }),
    addEventListener: (type, listener) => void listeners.set(type, (listeners.get(type) ?? new Set()).add(listener)),
    removeEventListener: (type, listener) => void listeners.get(type)?.delete(listener),
  };
  const emit = (type: string, event: object = {}): void => {
    for (const listener of listeners.get(type) ?? []) listener({ type, ...event });
  };
  return { port, posted, emit };
}

describe("calls across a border", () => {
  test("a result comes back, and calls do not mix", async () => {
    const { api } = pair();
    expect(await Promise.all([api.add({ a: 1, b: 2 }), api.add({ a: 10, b: 20 })])).toEqual([3, 30]);
  });

  test("all progress arrives in order and before the result", async () => {
    const { api } = pair();
    const seen: number[] = [];
    const result = await api.count({ to: 5 }, { onProgress: ({ at }) => seen.push(at) });
    expect(result).toBe("done");
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  test("a Fault keeps kind, message and detail", async () => {
    const { api } = pair();
    const error = await api.refuse({ how: "fault" }).catch((e: unknown) => e);
    expect(isFault(error, "damaged")).toBe(true);
    expect(error).toMatchObject({ message: "Tile 3 is damaged.", detail: { tile: 3, names: ["a"] } });
  });

  test("an AbortError thrown by a handler stays an AbortError", async () => {
    const { api } = pair();
    const error = await api.refuse({ how: "abort" }).catch((e: unknown) => e);
    expect(isAbort(error)).toBe(true);
    expect(isFault(error)).toBe(false);
  });

  test.each([
    ["bug", "refuse: undefined is not a function"],
    ["string", "refuse: a thrown string"],
  ] as const)("any other error (%s) becomes a runtime Fault that names the method", async (how, message) => {
    const { api } = pair();
    await expect(api.refuse({ how })).rejects.toMatchObject({ name: "Fault", kind: "runtime", message });
  });

  test("cancelling rejects at once with the signal's reason and aborts the handler", async () => {
    const { api, seen } = pair();
    const controller = new AbortController();
    const waiting = api.wait(null, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toBe(controller.signal.reason);
    await vi.waitFor(() => expect(seen.aborted).toBe(1));
    expect(await api.add({ a: 1, b: 1 })).toBe(2);
  });

  test("a signal that is already aborted sends nothing", async () => {
    const { port, posted } = handPort();
    const { api } = connect<TestApi>(methods, port);
    await expect(api.wait(null, { signal: AbortSignal.abort() })).rejects.toSatisfy(isAbort);
    expect(posted).toEqual([]);
  });

  test("an answer that arrives after the call was cancelled is ignored, and its image is closed", async () => {
    const { port, posted, emit } = handPort();
    const { api } = connect<TestApi>(methods, port);
    const controller = new AbortController();
    const waiting = api.image(null, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toSatisfy(isAbort);
    expect(posted.map(({ message }) => (message as { rpc: string }).rpc)).toEqual(["call", "cancel"]);
    let closed = 0;
    emit("message", { data: { rpc: "value", id: 1, value: { close: () => closed++ } } });
    emit("message", { data: { rpc: "progress", id: 1, value: 1 } });
    expect(closed).toBe(1);
  });

  test("an aborted handler's late result is not sent and its image is closed", async () => {
    const { port, posted, emit } = handPort();
    let finish = (_: TileImage): void => {};
    let closed = 0;
    serve<Pick<TestApi, "image">>({ image: () => new Promise((resolve) => (finish = resolve)) }, { image: true }, port);
    emit("message", { data: { rpc: "call", id: 9, method: "image", params: null, progress: false } });
    emit("message", { data: { rpc: "cancel", id: 9 } });
    finish({ width: 1, height: 1, close: () => closed++ });
    await vi.waitFor(() => expect(closed).toBe(1));
    expect(posted).toEqual([]);
  });

  test("a result's buffers are transferred, not copied", async () => {
    const { api, seen } = pair();
    const bytes = await api.buffer({ bytes: 1000 });
    expect(bytes.length).toBe(1000);
    expect(bytes[999]).toBe(7);
    expect(seen.sent?.byteLength).toBe(0);
  });

  test("a MessagePort can be handed over as a parameter", async () => {
    const { api } = pair();
    const channel = new MessageChannel();
    const heard = new Promise((resolve) => {
      channel.port2.onmessage = (event) => resolve(event.data);
    });
    await api.take(transfer({ port: channel.port1 }, [channel.port1]));
    expect(await heard).toBe("hello through the port");
    channel.port2.close();
  });

  test("a result or a parameter that cannot be sent is a runtime Fault, not silence", async () => {
    const { api } = pair();
    await expect(api.unsendable(null)).rejects.toMatchObject({ kind: "runtime" });
    await expect(api.add({ a: (() => 1) as unknown as number, b: 1 })).rejects.toMatchObject({ kind: "runtime" });
    expect(await api.add({ a: 1, b: 1 })).toBe(2);
  });

  test("only listed methods can be called", async () => {
    const { port, posted, emit } = handPort();
    serve<Pick<TestApi, "add">>({ add: async () => 1 }, { add: true }, port);
    for (const method of ["constructor", "toString", "__proto__", "nothing"])
      emit("message", { data: { rpc: "call", id: 1, method, params: null, progress: false } });
    await vi.waitFor(() => expect(posted).toHaveLength(4));
    for (const { message } of posted)
      expect(message).toMatchObject({ rpc: "error", error: { kind: "fault", fault: { kind: "invalid" } } });
  });

  test("messages that are no calls are left alone", async () => {
    const { channel, api } = pair();
    channel.port2.postMessage({ connect: "something else" });
    channel.port2.postMessage(null);
    channel.port1.postMessage("text");
    expect(await api.add({ a: 2, b: 2 })).toBe(4);
  });
});

describe("when the far side dies", () => {
  test.each(["error", "messageerror", "close"])(
    "%s rejects everything in flight and every later call",
    async (type) => {
      const { port, emit } = handPort();
      const deaths: Fault[] = [];
      const { api } = connect<TestApi>(methods, port, { onDeath: (fault) => deaths.push(fault) });
      const inFlight = [api.wait(null), api.add({ a: 1, b: 1 })];
      emit(type, { message: "out of memory" });
      for (const call of inFlight) await expect(call).rejects.toMatchObject({ kind: "worker-died" });
      await expect(api.add({ a: 1, b: 1 })).rejects.toMatchObject({ kind: "worker-died" });
      emit(type);
      expect(deaths).toHaveLength(1);
      expect(deaths[0]?.message).toContain("out of memory");
    },
  );

  test("severing rejects with the fault given", async () => {
    const deaths: Fault[] = [];
    const { api, sever } = pair({}, (fault) => deaths.push(fault));
    const waiting = api.wait(null);
    const fault = new Fault("device-lost", "The graphics device was lost.");
    sever(fault);
    sever(fault);
    await expect(waiting).rejects.toBe(fault);
    await expect(api.add({ a: 1, b: 1 })).rejects.toBe(fault);
    expect(deaths).toEqual([fault]);
  });

  test("a server that stops severs its callers and aborts what it was doing", async () => {
    const deaths: Fault[] = [];
    const { api, stop, seen } = pair({}, (fault) => deaths.push(fault));
    const waiting = api.wait(null);
    await api.add({ a: 1, b: 1 });
    stop();
    await expect(waiting).rejects.toMatchObject({ kind: "worker-died" });
    expect(seen.aborted).toBe(1);
    expect(deaths).toHaveLength(1);
  });

  test("a server that stops for a reason of its own says so to everybody who waits", async () => {
    const deaths: Fault[] = [];
    const { api, stop } = pair({}, (fault) => deaths.push(fault));
    const waiting = [api.wait(null), api.wait(null)];
    await api.add({ a: 1, b: 1 });
    stop(new Fault("device-lost", "The graphics device was lost."));
    for (const call of waiting) await expect(call).rejects.toMatchObject({ kind: "device-lost" });
    expect(deaths).toMatchObject([{ kind: "device-lost", message: "The graphics device was lost." }]);
  });

  test("a call the server cannot read severs its caller instead of leaving it waiting", async () => {
    const { port, posted, emit } = handPort();
    serve<Pick<TestApi, "add">>({ add: async () => 1 }, { add: true }, port);
    emit("messageerror");
    expect(posted.at(-1)?.message).toMatchObject({ rpc: "gone", fault: { kind: "worker-died" } });
  });

  test("closing on purpose cancels what is in flight without a death", async () => {
    const deaths: Fault[] = [];
    const { api, close, seen } = pair({}, (fault) => deaths.push(fault));
    const waiting = api.wait(null);
    close();
    await expect(waiting).rejects.toSatisfy(isAbort);
    await vi.waitFor(() => expect(seen.aborted).toBe(1));
    expect(deaths).toEqual([]);
  });
});

test("the project's own apis fit the border", () => {
  const { port } = handPort();
  const slides: SlideApi = connect<SlideApi>(slideMethods, port).api;
  const engine: EngineApi = connect<EngineApi>(engineMethods, port).api;
  expect(Object.keys(slides).sort()).toEqual(Object.keys(slideMethods).sort());
  expect(Object.keys(engine).sort()).toEqual(Object.keys(engineMethods).sort());
  serve(slides, slideMethods, port);
  serve(engine, engineMethods, port);
});
