// How much of a backbone can be tuned within a device's memory. Knows bytes of weights; measures nothing.
import { upperGraph } from "../graph/vit/cut.ts";
import { weightBytes } from "../graph/weight-file.ts";
import type { EngineStatus, Provider } from "../protocol/engine-api.ts";
import type { Backbone } from "./model-programs.ts";

/** The upper blocks are in a WebAssembly heap twice while tuning (forward and train). */
const twiceUpperBytes = 1.5 * 2 ** 30;
/** The heap has 4 GiB and never shrinks; half a GiB is left for what a step computes. */
const heapBytes = 3.5 * 2 ** 30;

/** The GPU holds every weight once, whatever is tuned. */
export function tunableHere({ graph, structure }: Backbone, provider: Provider): EngineStatus["tunable"] {
  const { depth } = structure;
  if (provider.kind === "webgpu") return { blocks: depth, why: null };
  // Twice: for the cut of clicks, and for that of the tuning.
  const beside = 2 * weightBytes(graph);
  return mostBlocks(depth, (blocks) => weightBytes(upperGraph(graph, structure, depth - blocks)), beside);
}

/**
 * `upperBytes(blocks)`: fp32 bytes of the weights from the first of the last `blocks` blocks on. `beside`: bytes of other weights in
 * the heap.
 */
export function mostBlocks(depth: number, upperBytes: (blocks: number) => number, beside = 0): EngineStatus["tunable"] {
  for (let blocks = depth; blocks > 0; blocks--) {
    const twice = 2 * upperBytes(blocks);
    if (twice <= twiceUpperBytes && twice + beside <= heapBytes) {
      const why = `This backbone is too large to tune more than its last ${blocks} of ${depth} blocks in the browser's memory without a graphics card.`;
      return { blocks, why: blocks === depth ? null : why };
    }
  }
  const why =
    "This backbone is too large to be tuned in the browser's memory without a graphics card. Its frozen features still answer: " +
    "label places of two classes and the preview scores every click.";
  return { blocks: 0, why };
}
