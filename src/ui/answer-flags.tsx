// What to bear in mind about the answer above: little tissue, unlike the labels, another stain or organ. Silent where nothing is wrong.
import type { Prediction } from "../domain/label.ts";
import { familiarityNow } from "../state/follow-familiarity.ts";
import { mismatches } from "../state/stated.ts";
import { useAppState } from "./app-context.ts";
import { type Flag, familiarityFlag, tissueFlag } from "./trust-words.ts";

export function AnswerFlags({ prediction }: Readonly<{ prediction: Prediction }>) {
  const state = useAppState();
  if (prediction.kind !== "scored") return null;
  // Of another patch or other labels: said when it is known of these.
  const fresh = familiarityNow(state);
  const flags = [tissueFlag(prediction.tissue), fresh && familiarityFlag(fresh)].filter((flag): flag is Flag => !!flag);
  const other = prediction.by.kind === "prompt-set" ? mismatches(state) : [];
  return (
    <>
      {flags.map(({ tone, words, why }) => (
        <p
          key={words}
          className={tone === "warn" ? "pt-hint pt-warn" : "pt-hint"}
          title={why}
          data-testid="answer-flag"
        >
          {words}
        </p>
      ))}
      {other.map((words) => (
        <p key={words} className="pt-hint pt-warn" data-testid="mismatch">
          {words}
        </p>
      ))}
    </>
  );
}
