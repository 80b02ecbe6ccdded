// How much of a backbone can be tuned within a device's memory. Knows bytes of weights; measures nothing.
import { upperGraph } from "../graph/vit/cut.ts";
import { weightBytes } from "../graph/weight-file.ts";
import type { EngineStatus, Provider } from "../protocol/engine-api.ts";
import type { Backbone } from "./model-programs.ts";

/**
 * A WebAssembly heap has 4 GiB and never shrinks. The upper blocks are in it twice while tuning (forward and train), beside the whole
 * backbone and what a step computes.
 */
const twiceUpperBytes = 1.5 * 2 ** 30;

/** The GPU holds every weight once, whatever is tuned. */
export function tunableHere({ graph, structure }: Backbone, provider: Provider): EngineStatus["tunable"] {
  const { depth } = structure;
  if (provider.kind === "webgpu") return { blocks: depth, why: null };
  return mostBlocks(depth, (blocks) => weightBytes(upperGraph(graph, structure, depth - blocks)));
}

/** `upperBytes(blocks)`: fp32 bytes of the weights from the first of the last `blocks` blocks on. */
export function mostBlocks(depth: number, upperBytes: (blocks: number) => number): EngineStatus["tunable"] {
  for (let blocks = depth; blocks > 0; blocks--) {
    if (2 * upperBytes(blocks) <= twiceUpperBytes) {
      const why = `This backbone is too large to tune more than its last ${blocks} of ${depth} blocks in the browser's memory without a graphics card.`;
      return { blocks, why: blocks === depth ? null : why };
    }
  }
  const why =
    "This backbone is too large to be tuned in the browser's memory without a graphics card. Its frozen features still answer: " +
    "label places of two classes and the preview scores every click.";
  return { blocks: 0, why };
}
