// Tune: one button with sensible settings; progress, loss and two ways to stop while it runs.
import { Button, Collapse, Progress } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import type { LossPoint, TuningProgress, TuningRun } from "../domain/run.ts";
import { keepFrozen } from "../state/actions/keep-frozen.ts";
import { activatePromptSet } from "../state/actions/prompt-sets.ts";
import { cancelTuning, finishEarly, startTuning } from "../state/actions/tuning.ts";
import { drawnAmong } from "../state/label-hints.ts";
import { activeSetHere, scorer, setById, startingSet, tunableBlocks, tuningSettings } from "../state/selectors.ts";
import { heard } from "../words/heard.ts";
import { fixed, say } from "../words/say.ts";
import { useAppState, usePerform } from "./app-context.ts";
import { faultWords } from "./fault-words.ts";
import { LearnSection } from "./learn-section.tsx";
import { numbersWords } from "./numbers-words.ts";
import { ReasonButton } from "./reason-button.tsx";
import { StartFrom } from "./start-from.tsx";
import { useForecast } from "./use-forecast.ts";
import { secondsWords } from "./words.ts";

// Charts are a tenth of the page, and nothing is tuned at first.
const LossCurve = lazy(async () => ({ default: (await import("./loss-curve.tsx")).LossCurve }));
const TuneSettings = lazy(async () => ({ default: (await import("./tune-settings.tsx")).TuneSettings }));

export function TunePanel() {
  const { tuning } = useAppState().session;
  const [advanced, setAdvanced] = useState(false);
  const running = tuning?.state === "preparing" || tuning?.state === "running";
  return (
    <section
      className="pt-section"
      aria-label={say("Tune")}
      data-testid="tune-panel"
      data-state={tuning?.state ?? "none"}
    >
      <h2>
        {say("Tune")}
        {running ? (
          <span>{say("the backbone stays frozen")}</span>
        ) : (
          <button
            type="button"
            className="pt-link pt-small"
            aria-expanded={advanced}
            onClick={() => setAdvanced(!advanced)}
          >
            {advanced ? say("Hide settings") : say("Advanced")}
          </button>
        )}
      </h2>
      <div className="pt-card pt-tight">
        {running ? <Running run={tuning} /> : <Ready last={tuning} advanced={advanced} />}
      </div>
    </section>
  );
}

function Ready({ last, advanced }: Readonly<{ last: TuningRun | null; advanced: boolean }>) {
  const state = useAppState();
  const perform = usePerform();
  const enabled = startTuning.enabled(state, {});
  const settings = tuningSettings(state);
  const tunable = tunableBlocks(state);
  const from = startingSet(state);
  const seconds = useForecast(settings, state.project.project.labels.size, enabled === true && !from);
  const time = secondsWords(seconds);
  const mixed = drawnAmong(state);
  if (tunable && tunable.blocks < 1) return <FrozenOnly why={tunable.why === null ? null : heard(tunable.why)} />;
  return (
    <>
      <StartFrom />
      <ReasonButton
        enabled={enabled}
        fullWidth
        size="sm"
        testId="tune"
        hint={say("Trains prompts and head on your labels (T)")}
        onClick={() => perform(startTuning, {})}
      >
        {say("Tune on my labels")}
      </ReasonButton>
      {enabled === true ? (
        <p className="pt-hint">
          {from
            ? say("Seconds, with the held-out estimate: the prompts are there, labels fit what answers with them.")
            : time
              ? say("About {time}, with the held-out estimate.", { time })
              : say("Prompts and head are trained here; nothing is uploaded.")}{" "}
          {settings && !advanced && !from && <span data-testid="tune-numbers">{numbersWords(settings, state)}</span>}
        </p>
      ) : (
        <p className="pt-hint" data-testid="tune-reason">
          {enabled}
        </p>
      )}
      {enabled === true && mixed && (
        <p className="pt-hint pt-warn" data-testid="drawn-among">
          {mixed}
        </p>
      )}
      <Ended run={last} />
      {settings && (
        <Collapse expanded={advanced}>
          {advanced && (
            <Suspense fallback={null}>
              <TuneSettings settings={settings} />
            </Suspense>
          )}
        </Collapse>
      )}
      <LearnSection />
    </>
  );
}

/** Where not even one block can be tuned, the frozen backbone with the labels' centroids is what there is; it answers at once. */
function FrozenOnly({ why }: Readonly<{ why: string | null }>) {
  const state = useAppState();
  const perform = usePerform();
  const preview = scorer(state).kind === "preview";
  return (
    <div className="pt-stack" data-testid="frozen-only">
      <span>
        {say("This backbone cannot be tuned on this device.")}
        {why !== null && ` ${why}`}
      </span>
      <span className="pt-mute">
        {say("The instant preview needs no tuning: the frozen backbone and the centroids of your labels.")}{" "}
        {preview ? say("It answers your clicks now.") : say("It answers as soon as two classes have a label each.")}
      </span>
      <ReasonButton
        enabled={keepFrozen.enabled(state, undefined)}
        variant="light"
        testId="keep-frozen-only"
        onClick={() => perform(keepFrozen)}
      >
        {say("Keep the frozen baseline as a set")}
      </ReasonButton>
      {activeSetHere(state) && (
        <div>
          <Button variant="light" onClick={() => perform(activatePromptSet, { id: null })}>
            {say("Let the preview answer")}
          </Button>
        </div>
      )}
    </div>
  );
}

function Ended({ run }: Readonly<{ run: TuningRun | null }>) {
  const [curve, setCurve] = useState(false);
  const state = useAppState();
  if (run?.state === "cancelled") return <p className="pt-hint">{say("Cancelled: nothing was changed.")}</p>;
  if (run?.state === "failed") return <p className="pt-hint pt-warn">{faultWords(run.fault)}</p>;
  if (run?.state !== "finished") return null;
  const words = {
    complete:
      activeSetHere(state)?.id === run.promptSet
        ? say("Finished; the new set answers now.")
        : say("Finished; the new set is in the list on the left."),
    early: say("Finished early; what it had learned is kept."),
    diverged: say("The loss stopped being a number: the last good state was kept. A lower learning rate helps."),
  } as const;
  return (
    <>
      <p className={run.ended === "diverged" ? "pt-hint pt-warn" : "pt-hint"}>
        {words[run.ended]}{" "}
        {setById(state, run.promptSet)?.metadata.method.kind === "none" && (
          <span data-testid="kept-frozen">
            {say("Frozen features were as good on your labels, so the set holds them, without prompts.")}{" "}
          </span>
        )}
        <button type="button" className="pt-link" aria-expanded={curve} onClick={() => setCurve(!curve)}>
          {curve ? say("Hide loss curve") : say("Loss curve")}
        </button>{" "}
        ·{" "}
        <button type="button" className="pt-link" data-testid="to-estimate" onClick={showEstimate}>
          {say("How well does it do?")}
        </button>
      </p>
      {curve && (
        <Suspense fallback={null}>
          <LossCurve points={run.losses} epochs={run.settings.epochs} />
        </Suspense>
      )}
    </>
  );
}

/** It stands below the map, out of sight on most screens. */
const showEstimate = (): void =>
  document.querySelector('[data-testid="estimate-panel"]')?.scrollIntoView({ block: "start", behavior: "smooth" });

function Running({ run }: Readonly<{ run: TuningRun }>) {
  const state = useAppState();
  const perform = usePerform();
  const progress = run.state === "running" ? run.progress : null;
  const losses: readonly LossPoint[] = run.state === "running" ? run.losses : [];
  const left = secondsWords(progress?.secondsLeft ?? null);
  const last = losses.at(-1);
  return (
    <>
      <div className="pt-line" role="status">
        <span className="pt-cut">{phaseWords(progress)}</span>
        <span className="pt-space" />
        <span className="pt-mute pt-small" style={{ flex: "none" }}>
          {left ? say("{time} left", { time: left }) : last ? say("loss {loss}", { loss: fixed(last.loss, 2) }) : ""}
        </span>
      </div>
      <Progress value={100 * (progress?.done ?? 0)} size="sm" aria-label={say("Tuning")} data-testid="tune-progress" />
      {losses.length > 0 ? (
        <Suspense fallback={null}>
          <LossCurve points={losses} epochs={run.settings.epochs} />
          <p className="pt-hint">
            {say("Loss over epochs, smaller is better. Thin: places held out. Thick: all labels.")}
          </p>
        </Suspense>
      ) : (
        <p className="pt-hint">
          {startingSet(state)
            ? say("The estimate, on places held out, and what answers: seconds, as the prompts are learned already.")
            : say("First the estimate, on places held out; then all labels are trained and the loss curve starts.")}
        </p>
      )}
      <div className="pt-two">
        <ReasonButton
          enabled={finishEarly.enabled(state, undefined)}
          variant="light"
          px={3}
          testId="finish-early"
          onClick={() => perform(finishEarly)}
        >
          {say("Finish now (keep)")}
        </ReasonButton>
        <ReasonButton
          enabled={cancelTuning.enabled(state, undefined)}
          variant="default"
          px={3}
          testId="cancel-tuning"
          onClick={() => perform(cancelTuning)}
        >
          {say("Cancel (throw away)")}
        </ReasonButton>
      </div>
    </>
  );
}

function phaseWords(progress: TuningProgress | null): string {
  if (!progress) return say("Preparing…");
  switch (progress.phase) {
    case "features":
      return say("Reading patches, {step} of {steps}", { step: progress.step, steps: progress.steps });
    case "folds":
      return say("Estimate: fold {fold} of {folds}", { fold: progress.fold, folds: progress.folds });
    case "final":
      return say("All labels, epoch {epoch} of {epochs}", { epoch: progress.epoch, epochs: progress.epochs });
    case "restarting":
      return say("Starting again where it stopped…");
    default:
      return progress.phase satisfies never;
  }
}
