// Memory stays flat: thousands of runs and tuning after tuning on the real runtime, its WebAssembly heap and JavaScript's counted.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { patchAt, placeOf } from "../support/texture-slide.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { tinyModel, tinySource } from "../support/tiny-model.ts";

const MiB = 2 ** 20;

/** Every WebAssembly memory made from now on; onnxruntime makes its own when it is first used. */
const heaps: WebAssembly.Memory[] = [];
const { Memory } = WebAssembly;
class CountedMemory extends Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    heaps.push(this);
  }
}
WebAssembly.Memory = CountedMemory;

setFlagsFromString("--expose_gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes: WebAssembly heap, JavaScript heap and its array buffers, after what is not used is gone. */
async function memory(): Promise<Readonly<{ wasm: number; js: number; buffers: number }>> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { wasm: heaps.reduce((sum, { buffer }) => sum + buffer.byteLength, 0), js: heapUsed, buffers: arrayBuffers };
}

test("2,000 runs and ten tunings after the first leave memory where it was", async () => {
  const { tinyEngine } = await import("../support/tiny-engine.ts");
  // Small caches, so that they are full long before the runs end.
  let runs = 0;
  const { engine } = tinyEngine(
    tinyModel(),
    (runtime) => ({
      ...runtime,
      async compile(graph, weights, options) {
        const program = await runtime.compile(graph, weights, options);
        return {
          ...program,
          run(feeds) {
            runs++;
            return program.run(feeds);
          },
        };
      },
    }),
    undefined,
    undefined,
    { cacheBytes: 200_000 },
  );
  await engine.load({ source: tinySource, prefer: "wasm" });
  expect(heaps.length).toBeGreaterThan(0);

  let places = 0;
  const scorer = { kind: "prompt-set", id: (await engine.tune(tuneParams(2, 3))).summary.id } as const;
  const click = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      // A place nobody asked about: through the base and the upper graph.
      const patch = patchAt(placeOf(places % 3, 100 + places));
      places++;
      expect((await engine.classify({ patch, scorer })).kind).toBe("scored");
    }
  };
  const tuneTwice = async (): Promise<void> => {
    for (const halvings of [0, 1]) {
      const { summary } = await engine.tune({ ...tuneParams(2, 3, { epochs: 2, batch: 4 }), halvings });
      await engine.removePromptSet({ id: summary.id });
    }
  };
  // The first rounds also compile: onnxruntime its graphs, V8 what runs often.
  for (let round = 0; round < 3; round++) {
    await click(100);
    await tuneTwice();
  }
  // A tuning borrows from the cache; clicks fill it again.
  await click(100);
  const before = await memory();

  runs = 0;
  for (let round = 0; round < 5; round++) {
    await click(150);
    await tuneTwice();
  }
  await click(300);
  expect(runs).toBeGreaterThanOrEqual(2000);
  const after = await memory();
  expect(after.wasm).toBe(before.wasm);
  // By right grow the keys of places asked, some 250 bytes each. One patch's tokens (3,264 bytes) kept by each run would be 6.5 MiB.
  expect((after.js - before.js) / MiB).toBeLessThan(1.5);
  expect((after.buffers - before.buffers) / MiB).toBeLessThan(0.1);
}, 300_000);
