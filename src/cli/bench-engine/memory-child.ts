// A process of its own that compiles the forward and one step on WASM, runs each once and says how much memory it took at most.
// argv: variant, batch, and the manifest's path or "vit-s16". Prints one line of JSON.
import { openNodeRuntime } from "../../platform/node/ort-runtime.ts";
import { loadedSubject, randomSmall } from "./subjects.ts";
import { forwardWork, stepWork, type Variant } from "./workload.ts";

const [variant = "all", batch = "16", model = "vit-s16"] = process.argv.slice(2);

/** The heap of WebAssembly only ever grows: its size at the end is its high water. */
const heaps: WebAssembly.Memory[] = [];
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    heaps.push(this);
  }
};

const { backbone } = model === "vit-s16" ? randomSmall() : await loadedSubject(model);
const runtime = openNodeRuntime();
const [forward, step] = [forwardWork(backbone, Number(batch)), stepWork(backbone, variant as Variant, Number(batch))];
for (const [name, { graph, feeds }] of Object.entries({ forward, step })) {
  const program = await runtime.compile(graph, backbone.weights, { name });
  await program.run(feeds);
}
const heapBytes = heaps.reduce((sum, heap) => sum + heap.buffer.byteLength, 0);
console.log(JSON.stringify({ heapBytes, processBytes: process.resourceUsage().maxRSS * 1024 }));
process.exit(0);
