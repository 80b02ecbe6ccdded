// How long a tuning would take here. Asked of the engine, quietly: no answer is no answer.
import { useEffect, useState } from "react";
import type { TuningSettings } from "../domain/run.ts";
import { useApp } from "./app-context.ts";

/** Seconds; null while unknown. */
export function useForecast(settings: TuningSettings | null, labels: number, wanted: boolean): number | null {
  const { context } = useApp();
  const [seconds, setSeconds] = useState<number | null>(null);
  useEffect(() => {
    if (!settings || !wanted) return;
    const controller = new AbortController();
    context.engine
      .forecast({ settings, labels }, { signal: controller.signal })
      .then((answer) => setSeconds(answer.seconds))
      .catch(() => setSeconds(null));
    return () => controller.abort();
  }, [context, settings, labels, wanted]);
  return wanted ? seconds : null;
}
