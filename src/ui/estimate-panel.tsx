// The held-out estimate: a sentence with counts and an interval, the frozen baseline beside it, and who was taken for whom.
import { lazy, Suspense } from "react";
import { answerWords } from "../domain/answer-words.ts";
import { asGoodWords } from "../domain/as-good-words.ts";
import { declaredWords } from "../domain/declare-prompt-set.ts";
import type { Estimate } from "../domain/estimate.ts";
import { estimateWords } from "../domain/estimate-words.ts";
import type { TissueClass } from "../domain/label.ts";
import { keepFrozen } from "../state/actions/keep-frozen.ts";
import { activeSetHere, sawLabelled } from "../state/selectors.ts";
import { say } from "../words/say.ts";
import { useAppState, usePerform } from "./app-context.ts";
import { HeldOutTable } from "./held-out-table.tsx";
import { ReasonButton } from "./reason-button.tsx";

// The charts' library is loaded with the first chart.
const CalibrationCharts = lazy(async () => ({
  default: (await import("./calibration-charts.tsx")).CalibrationCharts,
}));

export function EstimatePanel() {
  const state = useAppState();
  const set = activeSetHere(state);
  // Where the frozen backbone answers: the person's newest set whose estimate counted it as well.
  const judged = [...state.project.project.promptSets.values()].findLast(
    ({ metadata }) => metadata.estimate?.kind === "figure",
  );
  const estimate = set?.metadata.estimate ?? null;
  return (
    <section className="pt-section" aria-label={say("On labels it did not see")} data-testid="estimate-panel">
      <h2>
        {say("Held-out estimate")}
        {set && (
          <span className="pt-cut" title={set.metadata.name}>
            {set.metadata.name}
          </span>
        )}
      </h2>
      <div className="pt-card pt-tight">
        {set && set.metadata.method.kind !== "none" && <AsGood estimate={estimate} />}
        {set && estimate ? (
          <EstimateWordsAndTable
            estimate={estimate}
            classes={set.metadata.classes}
            synthetic={set.metadata.synthetic}
            name={set.metadata.name}
            answers={answerWords(set.metadata)}
            transductive={sawLabelled(state, set)}
          />
        ) : (
          <p className="pt-hint">
            {set
              ? say("“{name}” came without a held-out estimate{mark}.", {
                  name: set.metadata.name,
                  mark: set.metadata.declared
                    ? say(" and is {declaredWords}", { declaredWords: say(declaredWords) })
                    : "",
                })
              : judged
                ? say(
                    "No prompts answer now. How well they do stands in the estimate of “{name}”, beside it: choose it.",
                    {
                      name: judged.metadata.name,
                    },
                  )
                : say("No figure yet. Tuning first holds whole places out, tunes on the rest, and counts.")}
          </p>
        )}
      </div>
    </section>
  );
}

/** Where prompts are not clearly ahead, the simpler set is offered to who has labels for it; what is chosen is the person's. */
function AsGood({ estimate }: Readonly<{ estimate: Estimate | null }>) {
  const state = useAppState();
  const perform = usePerform();
  const words = asGoodWords(estimate);
  if (words === null) return null;
  return (
    <div className="pt-stack" data-testid="as-good">
      <span className="pt-small">{words}</span>
      {state.project.project.labels.size > 0 && (
        <ReasonButton
          enabled={keepFrozen.enabled(state, undefined)}
          variant="light"
          testId="keep-frozen"
          onClick={() => perform(keepFrozen)}
        >
          {say("Keep the frozen baseline as a set")}
        </ReasonButton>
      )}
    </div>
  );
}

type Props = Readonly<{
  estimate: Estimate;
  classes: readonly TissueClass[];
  synthetic: boolean;
  name: string;
  /** What its answers are made of; null: nothing need be said. */
  answers?: string | null;
  /** Its prompts were learned, without labels, from tissue of slides that are judged here. */
  transductive?: boolean;
}>;

export function EstimateWordsAndTable({
  estimate,
  classes,
  synthetic,
  name,
  answers = null,
  transductive = false,
}: Props) {
  const words = estimateWords(estimate, classes);
  return (
    <>
      {synthetic && <span className="pt-synthetic">{say("Synthetic: drawn by a program")}</span>}
      <div className="pt-big" data-testid="estimate-headline">
        {words.headline}
      </div>
      {words.counts && <div className="pt-small">{words.counts}</div>}
      {answers && (
        <div className="pt-small pt-mute" data-testid="answers-by">
          {say("Answers by {answers}.", { answers })}
        </div>
      )}
      {transductive && (
        <div className="pt-small pt-warn" data-testid="transductive">
          {say("Transductive: its prompts had seen the tissue of these slides, though none of its labels.")}
        </div>
      )}
      {words.frozen && <div className="pt-small pt-mute">{words.frozen}</div>}
      {words.majority && <div className="pt-small pt-mute">{words.majority}</div>}
      {estimate.kind === "figure" && <HeldOutTable estimate={estimate} classes={classes} />}
      {estimate.kind === "figure" && estimate.calibration && (
        <Suspense fallback={null}>
          <CalibrationCharts calibration={estimate.calibration} classes={classes} />
        </Suspense>
      )}
      {words.withoutFigure.map((line) => (
        <p key={line} className="pt-hint pt-warn">
          {line}
        </p>
      ))}
      {words.meaning && <p className="pt-hint">{words.meaning}</p>}
      {words.origins && <p className="pt-hint">{words.origins}</p>}
      {synthetic && (
        <p className="pt-hint">
          {say("“{name}” was trained on drawings: this figure tests the software and says nothing about tissue.", {
            name,
          })}
        </p>
      )}
    </>
  );
}
