// How long something that counts its parts will go on: by what was forecast at first, then by how fast its parts come. Knows a clock.
import { useEffect, useRef, useState } from "react";

/** Seconds; null while unknown. `forecast`: of all of it. */
export function useTimeLeft(done: number, total: number, forecast: number | null): number | null {
  const from = useRef<Readonly<{ done: number; at: number }> | null>(null);
  const [perPart, setPerPart] = useState<number | null>(null);
  useEffect(() => {
    const now = performance.now() / 1000;
    if (!from.current || done < from.current.done) from.current = { done, at: now };
    const parts = done - from.current.done;
    setPerPart(parts > 0 ? (now - from.current.at) / parts : null);
  }, [done]);
  const left = Math.max(0, total - done);
  if (perPart !== null) return left * perPart;
  return forecast === null ? null : total > 0 ? (forecast * left) / total : forecast;
}
