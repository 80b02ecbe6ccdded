// One figure for a claim that was measured on several models and variants: the least favourable of them. Knows names of figures only.
import type { Figure } from "../figure.ts";

/** `engine.vs_torch.cpu` is the smallest of all `engine.vs_torch.cpu.…`, and says which that is. */
export function summaries(figures: readonly Figure[]): readonly Figure[] {
  const parts = figures.filter(({ name }) => name.startsWith("engine.vs_torch.cpu."));
  const [worst] = parts.toSorted((a, b) => a.value - b.value);
  if (!worst) return [];
  return [{ ...worst, name: "engine.vs_torch.cpu", on: `the least of ${parts.length}: ${worst.name}; ${worst.on}` }];
}
