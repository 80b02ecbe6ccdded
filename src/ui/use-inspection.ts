// Asks the engine what given files say, again whenever an answer changed that may change what is asked. Holds no answers itself.
import { useEffect, useState } from "react";
import { type FaultData, faultToData, toFault } from "../base/fault.ts";
import type { ImportFacts } from "../domain/model-import.ts";
import type { GivenFile } from "../protocol/engine-api.ts";
import type { Inspected } from "../state/import-fields.ts";
import { answersOf, type ImportForm } from "../state/import-form.ts";
import { say } from "../words/say.ts";
import { useApp } from "./app-context.ts";
import { askAgain } from "./ask-again.ts";

/** `reading`: an answer is on its way; what was known before stays on the screen. */
export type Inspection = Readonly<{
  reading: boolean;
  inspected: Inspected | null;
  answers: ImportFacts;
  fault: FaultData | null;
  /** Reads the files again, after a fault. */
  again: () => void;
}>;

/** Of these alone depends what else is asked, or whether the files can be used. */
const structural = [
  "prefix",
  "imagePixels",
  "positionResample",
  "output",
  "readout",
  "prefixTokens",
  "classToken",
  "heads",
] as const;

/** While somebody types a number there is no point in reading the file at every digit. */
const pause = 250;

type Known = Readonly<{
  files: readonly GivenFile[];
  reading: boolean;
  inspected: Inspected | null;
  fault: FaultData | null;
}>;

/** @param onInspected told of every new inspection */
export function useInspection(
  files: readonly GivenFile[],
  form: ImportForm,
  onInspected: (inspected: Inspected) => void,
): Inspection {
  const { context } = useApp();
  const unread: Known = { files, reading: true, inspected: null, fault: null };
  const [state, setState] = useState<Known>(unread);
  const [round, setRound] = useState(0);
  const known = state.files === files ? state : unread;
  const answers = known.inspected ? answersOf(form, known.inspected) : {};
  const key = JSON.stringify(structural.map((fact) => answers[fact] ?? null));
  useEffect(() => {
    const controller = new AbortController();
    const ask = async (): Promise<void> => {
      const { signal } = controller;
      const inspect = () => context.engine.inspectModel({ files, facts: answers }, { signal });
      try {
        const inspection = await askAgain(inspect, signal, say("The files could not be read"));
        if (signal.aborted) return;
        onInspected({ inspection, answers });
        setState({ files, reading: false, inspected: { inspection, answers }, fault: null });
      } catch (error) {
        if (signal.aborted) return;
        const fault = faultToData(toFault(error, "read", say("The files could not be read")));
        setState({ ...known, reading: false, fault });
      }
    };
    setState({ ...known, reading: true });
    const timer = setTimeout(() => void ask(), known.inspected ? pause : 0);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
    // The other answers ride along; they change nothing of what is asked.
  }, [context, files, key, round]);
  const again = (): void => setRound((now) => now + 1);
  return { reading: known.reading, inspected: known.inspected, answers, fault: known.fault, again };
}
