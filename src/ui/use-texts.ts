// The library of encoded texts, asked quietly: its templates, and which texts it lacks. No answer is no answer.
import { useEffect, useState } from "react";
import type { LibraryTemplate } from "../domain/text-library.ts";
import { useApp } from "./app-context.ts";

export function useTemplates(): readonly LibraryTemplate[] {
  const { texts } = useApp().context;
  const [templates, setTemplates] = useState<readonly LibraryTemplate[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    texts
      .templates(controller.signal)
      .then(setTemplates)
      .catch(() => undefined);
    return () => controller.abort();
  }, [texts]);
  return templates;
}

/** null while unknown. */
export function useMissingTexts(wanted: readonly string[]): readonly string[] | null {
  const { texts } = useApp().context;
  const [missing, setMissing] = useState<readonly string[] | null>(null);
  const key = JSON.stringify(wanted);
  useEffect(() => {
    const controller = new AbortController();
    texts
      .missing(JSON.parse(key) as readonly string[], controller.signal)
      .then(setMissing)
      .catch(() => undefined);
    return () => controller.abort();
  }, [texts, key]);
  return missing;
}
