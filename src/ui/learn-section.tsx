// Learning from tissue without labels, beside Tune: what it is, how long it takes, how far it is, how it ended.
import { Progress } from "@mantine/core";
import type { FaultKind } from "../base/fault.ts";
import { usualPlaces } from "../domain/learned-places.ts";
import { cancelLearning, learnTissue } from "../state/actions/learning.ts";
import { setById, setOffer, startingSet, startSets } from "../state/selectors.ts";
import type { LearningState } from "../state/session-store.ts";
import { slidesToLearn } from "../state/tissue.ts";
import { many, type Plain, say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { faultWords } from "./fault-words.ts";
import { ReasonButton } from "./reason-button.tsx";
import { useSeconds } from "./use-seconds.ts";
import { useTimeLeft } from "./use-time-left.ts";
import { secondsWords } from "./words.ts";

export function LearnSection() {
  const state = useAppState();
  const { context } = useApp();
  const { learning, engine } = state.session;
  const ready = engine.kind === "ready" ? engine.status : null;
  const seconds = useSeconds(
    () => (ready ? context.engine.learnForecast({}).then((answer) => answer.seconds) : null),
    [context, ready, learning?.state],
  );
  return (
    <fieldset className="pt-learn" aria-label={say("Learn this tissue")} data-testid="learn-section">
      {learning?.state === "running" ? (
        <Running learning={learning} forecast={seconds} />
      ) : (
        <Offer last={learning} seconds={seconds} />
      )}
    </fieldset>
  );
}

function Offer({ last, seconds }: Readonly<{ last: LearningState; seconds: number | null }>) {
  const state = useAppState();
  const perform = usePerform();
  const enabled = learnTissue.enabled(state, undefined);
  const slides = slidesToLearn(state).length;
  const again = startSets(state).length > 0;
  const time = secondsWords(seconds);
  return (
    <>
      <span>{again ? say("Learn this tissue again") : say("Learn this tissue first (optional)")}</span>
      <p className="pt-hint" data-testid={enabled === true ? "learn-hint" : "learn-reason"}>
        {enabled === true ? (
          <>
            {!again &&
              many(
                slides,
                "Without labels, prompts are tuned on about {places} places of this slide, away from your labels.",
                "Without labels, prompts are tuned on about {places} places of {n} open slides, away from your labels.",
                { places: usualPlaces },
              )}{" "}
            {time
              ? say("About {time} here; you can go on working.", { time })
              : say("Takes minutes; you can go on working.")}
          </>
        ) : (
          enabled
        )}
      </p>
      <ReasonButton
        enabled={enabled}
        variant="light"
        size="xs"
        testId="learn"
        hint={say("Tunes prompts on the tissue itself, without labels (Shift+T)")}
        onClick={() => perform(learnTissue)}
      >
        {many(slides, "Learn from this slide", "Learn from {n} open slides")}
      </ReasonButton>
      <Ended last={last} />
    </>
  );
}

function Running({
  learning,
  forecast,
}: Readonly<{ learning: Extract<LearningState, { state: "running" }>; forecast: number | null }>) {
  const state = useAppState();
  const perform = usePerform();
  const { done, total, cancelled } = learning;
  const left = secondsWords(useTimeLeft(done, total, forecast));
  const share = total > 0 ? done / total : 0;
  return (
    <>
      <div className="pt-line" role="status">
        <span className="pt-cut">
          {cancelled
            ? say("Cancelling…")
            : say("Learning from tissue, {percent} %", { percent: Math.floor(100 * share) })}
        </span>
        <span className="pt-space" />
        <span className="pt-mute pt-small" style={{ flex: "none" }}>
          {left && !cancelled ? say("{time} left", { time: left }) : ""}
        </span>
      </div>
      <Progress value={100 * share} size="sm" aria-label={say("Learning from tissue")} data-testid="learn-progress" />
      <p className="pt-hint">{say("You can go on working: labels you add now count in the next tuning.")}</p>
      <ReasonButton
        enabled={cancelled ? say("It ends after the step at hand.") : cancelLearning.enabled(state, undefined)}
        variant="default"
        size="xs"
        testId="cancel-learn"
        onClick={() => perform(cancelLearning)}
      >
        {say("Cancel")}
      </ReasonButton>
    </>
  );
}

/** What can be done, where the fault's own words do not say it. */
const ways: Partial<Record<FaultKind, Plain>> = {
  limit: "Close other tabs and programs, or tune on labels only.",
  "out-of-memory": "Close other tabs and programs and start again, or tune on labels only.",
  "device-lost": "Nothing was changed; start again.",
  "worker-died": "Nothing was changed; start again.",
  network: "Nothing was changed; start again when the slide can be read.",
  read: "Nothing was changed; start again when the slide can be read.",
};

function Ended({ last }: Readonly<{ last: LearningState }>) {
  const state = useAppState();
  switch (last?.state) {
    case "cancelled":
      return <p className="pt-hint">{say("Cancelled: nothing was changed.")}</p>;
    case "failed": {
      const way = ways[last.fault.kind];
      return (
        <p className="pt-hint pt-warn" role="alert" data-testid="learn-fault">
          {faultWords(last.fault)} {way && say(way)}
        </p>
      );
    }
    case "finished": {
      const set = setById(state, last.set);
      const offer = set && setOffer(state, set);
      if (offer === null || (offer === true && startingSet(state)?.id !== last.set)) return null;
      return (
        <p className={offer === true ? "pt-hint" : "pt-hint pt-warn"} role="status" data-testid="learn-done">
          {offer === true
            ? many(
                last.places,
                "Learned from 1 place; Tune starts from it now.",
                "Learned from {n} places; Tune starts from them now.",
              )
            : offer}
        </p>
      );
    }
    default:
      return null;
  }
}
