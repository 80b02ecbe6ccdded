// Questions to the labels about themselves: would more of them help, which prompts pay. Asked on request; draws and dispatches.
import { Button, Checkbox, Progress } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { everyKinds, isNoKind, type PromptKindsOn, type StudyProgress } from "../domain/label-study.ts";
import { kindsWords } from "../domain/label-study-words.ts";
import {
  askAblation,
  askCurve,
  cancelStudy,
  comparedSettings,
  comparisonSeconds,
  curveSettings,
  tunedCurveSeconds,
} from "../state/actions/studies.ts";
import { countsPerClass, tunedClassNames } from "../state/selectors.ts";
import type { Study } from "../state/session-store.ts";
import { heard } from "../words/heard.ts";
import { type Plain, say } from "../words/say.ts";
import { AblationResult } from "./ablation-result.tsx";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { CurveResult } from "./curve-result.tsx";
import { faultWords } from "./fault-words.ts";
import { ReasonButton } from "./reason-button.tsx";
import { useSeconds } from "./use-seconds.ts";
import { secondsWords } from "./words.ts";

export function StudyPanel() {
  return (
    <section className="pt-section" aria-label={say("Questions to your labels")} data-testid="study-panel">
      <h2>{say("Questions to your labels")}</h2>
      <div className="pt-questions">
        <CurveCard />
        <AblationCard />
      </div>
    </section>
  );
}

function CurveCard() {
  const state = useAppState();
  const perform = usePerform();
  const { context } = useApp();
  const { curve } = state.session.studies;
  const [tuned, setTuned] = useState(false);
  const settings = curveSettings(state);
  const counts = [...countsPerClass(state).values()].filter((count) => count > 0);
  const least = counts.length > 0 ? Math.min(...counts) : 0;
  const enabled = askCurve.enabled(state, { tuned });
  const seconds = useSeconds(
    () => (settings && tuned ? tunedCurveSeconds(context, settings, least, counts.length) : null),
    [context, JSON.stringify(settings), tuned, least, counts.length],
  );
  return (
    <div className="pt-card pt-tight">
      <span>{say("Would more labels help?")}</span>
      {curve.kind === "asking" ? (
        <Asking progress={curve.progress} />
      ) : (
        <>
          <Checkbox
            label={say("Tuned prompts as well as frozen features")}
            checked={tuned}
            data-testid="curve-tuned"
            onChange={(event) => setTuned(event.currentTarget.checked)}
          />
          <ReasonButton
            enabled={enabled}
            variant="light"
            testId="ask-curve"
            onClick={() => perform(askCurve, { tuned })}
          >
            {curve.kind === "answered" ? say("Ask again") : say("Ask my labels")}
          </ReasonButton>
          <p className="pt-hint">
            {enabled !== true
              ? enabled
              : tuned
                ? say("{takes} You can go on meanwhile; clicks come first.", { takes: takes(seconds) })
                : say("Learns from 1, 2, 4, … of your labels a class and answers the others. Some seconds.")}
          </p>
        </>
      )}
      <Answered study={curve}>
        {(result) =>
          result.kind === "none" ? (
            <p className="pt-hint pt-warn">{heard(result.reason)}</p>
          ) : (
            <CurveResult curve={result} />
          )
        }
      </Answered>
    </div>
  );
}

function AblationCard() {
  const state = useAppState();
  const perform = usePerform();
  const { context } = useApp();
  const { ablation } = state.session.studies;
  const [chosen, setChosen] = useState<readonly PromptKindsOn[]>(
    everyKinds.filter((kinds) => !kinds.text && !isNoKind(kinds)),
  );
  const [choosing, setChoosing] = useState(false);
  const settings = comparedSettings(state);
  const enabled = askAblation.enabled(state, { kinds: chosen });
  const labels = state.project.project.labels.size;
  const usable = tunedClassNames(state).length >= 2;
  const seconds = useSeconds(
    () => (settings && usable ? comparisonSeconds(context, settings, chosen, labels) : null),
    [context, JSON.stringify(settings), chosen, labels, usable],
  );
  return (
    <div className="pt-card pt-tight">
      <span>{say("Which prompts pay?")}</span>
      {ablation.kind === "asking" ? (
        <Asking progress={ablation.progress} />
      ) : (
        <>
          <span className="pt-small pt-mute">
            {say("Frozen features against")}{" "}
            {chosen.map((kinds) => kindsWords(kinds).toLowerCase()).join(", ") || say("nothing yet")}.{" "}
            <button type="button" className="pt-link" aria-expanded={choosing} onClick={() => setChoosing(!choosing)}>
              {choosing ? say("Done") : say("Choose")}
            </button>
          </span>
          {choosing && (
            <fieldset className="pt-kinds" aria-label={say("Prompts to compare")}>
              {everyKinds
                .filter((kinds) => !isNoKind(kinds))
                .map((kinds) => (
                  <Checkbox
                    key={kindsWords(kinds)}
                    label={kindsWords(kinds)}
                    checked={chosen.includes(kinds)}
                    onChange={(event) =>
                      setChosen(
                        everyKinds.filter((one) =>
                          one === kinds ? event.currentTarget.checked : chosen.includes(one),
                        ),
                      )
                    }
                  />
                ))}
            </fieldset>
          )}
          <ReasonButton
            enabled={enabled}
            variant="light"
            testId="ask-ablation"
            onClick={() => perform(askAblation, { kinds: chosen })}
          >
            {ablation.kind === "answered" ? say("Compare again") : say("Compare on my labels")}
          </ReasonButton>
          <p className="pt-hint" data-testid="ablation-time">
            {enabled === true
              ? say(
                  "{takes} Each is tuned on the same held-out folds and averaged with frozen features as Tune does. You can go on meanwhile; clicks come first.",
                  { takes: takes(seconds) },
                )
              : enabled}
          </p>
        </>
      )}
      <Answered study={ablation}>
        {(result) =>
          result.kind === "none" ? (
            <p className="pt-hint pt-warn">{heard(result.reason)}</p>
          ) : (
            <AblationResult table={result} />
          )
        }
      </Answered>
    </div>
  );
}

function takes(seconds: number | null): string {
  const words = secondsWords(seconds);
  return words ? say("About {time}.", { time: words }) : say("How long it takes is not known yet.");
}

const partWords: Readonly<Record<StudyProgress["what"], Plain>> = {
  reading: "Reading patches",
  frozen: "Learning from frozen features",
  tuned: "Training",
};

function Asking({ progress }: Readonly<{ progress: StudyProgress | null }>) {
  const perform = usePerform();
  const left = secondsWords(progress?.secondsLeft ?? null);
  return (
    <>
      <div className="pt-line" role="status">
        <span className="pt-cut">{progress ? say(partWords[progress.what]) : say("Preparing…")}</span>
        <span className="pt-space" />
        <span className="pt-mute pt-small">{left ? say("{time} left", { time: left }) : ""}</span>
      </div>
      <Progress
        value={100 * (progress?.done ?? 0)}
        size="sm"
        aria-label={say("Progress")}
        data-testid="study-progress"
      />
      <Button variant="default" size="xs" data-testid="cancel-study" onClick={() => perform(cancelStudy)}>
        {say("Cancel")}
      </Button>
    </>
  );
}

type AnsweredProps<Result> = Readonly<{ study: Study<Result>; children: (result: Result) => ReactNode }>;

function Answered<Result>({ study, children }: AnsweredProps<Result>) {
  const now = useAppState().project.project.labels;
  if (study.kind === "failed") return <p className="pt-hint pt-warn">{faultWords(study.fault)}</p>;
  if (study.kind !== "answered") return null;
  return (
    <>
      {study.of !== now && <p className="pt-hint pt-warn">{say("Your labels have changed since: ask again.")}</p>}
      {children(study.result)}
    </>
  );
}
