// One piece of the suite that may fail: what it cannot do becomes a reason beside the figures of all the others. Knows no figure.
import type { Measured } from "../figure.ts";

/** `name`: of the figures that are left out where `measure` fails. */
export async function attempt(name: string, measure: () => Promise<Measured>): Promise<Measured> {
  try {
    return await measure();
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { figures: [], leftOut: [{ name, why: why.replace(/^page\.evaluate: (\w+: )?/, "") }] };
  }
}
