// How long something that counts its parts will go on: by what was forecast at first, then by how fast its parts come. Knows a clock.
import { useEffect, useRef } from "react";

/** Seconds; null while unknown. `forecast`: of all of it. */
export function useTimeLeft(done: number, total: number, forecast: number | null): number | null {
  const from = useRef<Readonly<{ done: number; at: number }> | null>(null);
  useEffect(() => {
    if (!from.current || done < from.current.done) from.current = { done, at: performance.now() };
  }, [done]);
  const left = Math.max(0, total - done);
  const parts = from.current ? done - from.current.done : 0;
  // Drawn as often as parts come: whatever they took so far is what the others will take.
  if (from.current && parts > 0) return (((performance.now() - from.current.at) / 1000) * left) / parts;
  if (forecast === null) return null;
  return total > 0 ? (forecast * left) / total : forecast;
}
