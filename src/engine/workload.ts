// Floating-point operations of a backbone's graphs, counted on the graphs themselves. Knows no clock.
import { countFlops } from "../graph/flops.ts";
import { baseGraph } from "../graph/vit/cut.ts";
import { trainGraph } from "../graph/vit/train-graph.ts";
import type { Workload } from "./forecast.ts";
import type { Backbone } from "./model-programs.ts";

export type CountedWorkload = Workload;

/** All figures are for one image. Steps are counted once per shape and remembered. */
export function createWorkload({ graph, structure }: Backbone): CountedWorkload {
  const steps = new Map<string, number>();
  return {
    forward: countFlops(baseGraph(graph, structure, 0), { B: 1 }),
    step(blocks, tokensPerBlock, carried = {}) {
      const key = `${blocks}x${tokensPerBlock} ${JSON.stringify(carried)}`;
      const known = steps.get(key);
      if (known !== undefined) return known;
      const firstBlock = structure.depth - blocks;
      const made = trainGraph(graph, structure, { firstBlock, tokensPerBlock, batch: 1, classes: 2, ...carried });
      const counted = countFlops(made.graph);
      steps.set(key, counted);
      return counted;
    },
  };
}
