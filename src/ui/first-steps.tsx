// What to do first: on the demo slide a trial with ready labels, on a slide of one's own the three things that only its owner knows.
// Goes away by itself once they are answered.
import { Button } from "@mantine/core";
import { fieldWords } from "../domain/field-size.ts";
import { ownClasses } from "../domain/other-class.ts";
import { readySlide } from "../domain/ready-labels.ts";
import { fieldHere } from "../state/actions/field.ts";
import { addReadyLabels, hasReadyLabels, removeReadyLabels } from "../state/actions/ready-labels.ts";
import { currentSlide, hasAnsweringSet, slideMpp } from "../state/selectors.ts";
import type { OpenSlide } from "../state/session-store.ts";
import { mppWords } from "../viewer/scale.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { ReasonButton } from "./reason-button.tsx";

export function FirstSteps() {
  const state = useAppState();
  const slide = currentSlide(state);
  if (!slide) return null;
  const { labels } = state.project.project;
  if (slide.info.id === readySlide) {
    // Also for who named a class first.
    if (labels.size === 0) return <Trial />;
    return hasReadyLabels(state) ? <AfterTrial /> : null;
  }
  // What was tried on the demo slide says nothing about one's own.
  const own = [...labels.values()].filter(({ origin, slideId }) => origin !== "ready" && slideId !== readySlide);
  return own.length === 0 ? <YourSlide slide={slide} /> : null;
}

function Trial() {
  const state = useAppState();
  const { ui } = useApp();
  const perform = usePerform();
  return (
    <section className="pt-section" aria-label={say("First steps")} data-testid="first-steps">
      <div className="pt-card pt-tight">
        <span>{say("Try it first: 18 labels that the program which drew this slide knows. Then press Tune.")}</span>
        <ReasonButton
          enabled={addReadyLabels.enabled(state, undefined)}
          variant="light"
          testId="ready-labels"
          onClick={() => perform(addReadyLabels)}
        >
          {say("Use 18 ready labels")}
        </ReasonButton>
        <span className="pt-hint">
          {say("Or name classes below and label yourself.")}{" "}
          <button type="button" className="pt-link" onClick={() => ui.setState({ tour: 0 })} data-testid="tour-start">
            {say("Show me around")}
          </button>
        </span>
      </div>
    </section>
  );
}

function AfterTrial() {
  const state = useAppState();
  const { host } = useApp();
  const perform = usePerform();
  const { tuning } = state.session;
  const tuned = tuning?.state === "finished" || hasAnsweringSet(state);
  return (
    <section className="pt-section" aria-label={say("First steps")} data-testid="first-steps">
      <div className="pt-card pt-tight">
        <span>
          {tuned
            ? say("Press B to swap the prompt set and see the difference. Then: now your slide.")
            : say("18 ready labels are there, marked as such: nobody looked at them. Press Tune (T) on the right.")}
        </span>
        {tuned && (
          <Button size="compact-sm" onClick={host.pickSlide} data-testid="your-slide">
            {say("Now your slide…")}
          </Button>
        )}
        <button type="button" className="pt-link pt-small" onClick={() => perform(removeReadyLabels)}>
          {say("Put the ready labels away")}
        </button>
      </div>
    </section>
  );
}

/** Nothing here is asked twice: each answer stands where it is changed, and this list only says which are missing. */
function YourSlide({ slide }: Readonly<{ slide: OpenSlide }>) {
  const state = useAppState();
  const { ui } = useApp();
  const perform = usePerform();
  const scale = slideMpp(slide.info.calibration);
  const field = fieldHere(state);
  const ready = hasReadyLabels(state);
  const own = ready ? [] : ownClasses(state.project.project.classes);
  return (
    <section className="pt-section" aria-label={say("Now your slide")} data-testid="first-steps">
      <h2>{say("Now your slide")}</h2>
      <div className="pt-card pt-tight">
        {ready && (
          <button type="button" className="pt-link" onClick={() => perform(removeReadyLabels)} data-testid="put-away">
            {say("Put the demo's labels and classes away first")}
          </button>
        )}
        <ol className="pt-steps">
          <li data-done={scale !== null}>
            <button
              type="button"
              className="pt-link"
              onClick={() => ui.setState({ dialog: { kind: "calibration" } })}
              data-testid="ask-mpp"
            >
              {scale === null
                ? say("How large is a pixel?")
                : say("A pixel is {mpp}: right?", { mpp: mppWords(scale) })}
            </button>
          </li>
          <li data-done={field !== null}>
            {field
              ? say("One label speaks of {field}: change it below.", { field: fieldWords(field.um) })
              : say("Field size: the model is loading.")}
          </li>
          <li data-done={own.length > 0}>
            {own.length > 0
              ? say("Classes: {own}, Other", { own: own.map(({ name }) => name).join(", ") })
              : say("Name your classes below.")}
          </li>
        </ol>
      </div>
    </section>
  );
}
