// A slide whose labels only test: the switch, the test of the set that answers, and the way out with what it costs.
import { Button, Modal, Progress, Switch } from "@mantine/core";
import type { SlideId } from "../base/brand.ts";
import { validationFigures } from "../domain/validation.ts";
import {
  endValidation,
  runValidation,
  startValidation,
  testLabels,
  validationKey,
} from "../state/actions/validation.ts";
import { activeSetHere, currentSlide, onlyTests, setById } from "../state/selectors.ts";
import { many, say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { faultWords } from "./fault-words.ts";
import { ReasonButton } from "./reason-button.tsx";
import { validationWords } from "./trust-words.ts";
import { noDialog } from "./ui-store.ts";

/** Offered where a set answers on a slide that has no label yet; there as long as labels of this slide only test. */
export function ValidationPanel() {
  const { ui } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const slide = currentSlide(state);
  const id = slide?.info.id;
  if (!id) return null;
  const on = onlyTests(state, id);
  const start = startValidation.enabled(state, { id });
  if (!on && (start !== true || !activeSetHere(state))) return null;
  return (
    <section className="pt-section" aria-label={say("Validation")} data-testid="validation" data-on={on}>
      <h2>{say("Validation")}</h2>
      <div className="pt-card pt-tight">
        <Switch
          size="xs"
          label={say("Labels on this slide only test")}
          checked={on}
          onChange={() =>
            on ? ui.setState({ dialog: { kind: "end-validation", id } }) : perform(startValidation, { id })
          }
        />
        {on ? (
          <Testing />
        ) : (
          <p className="pt-hint">
            {say(
              "A new slide is the test that counts: with this on, your labels here judge the set and teach nothing.",
            )}
          </p>
        )}
      </div>
    </section>
  );
}

function Testing() {
  const state = useAppState();
  const perform = usePerform();
  const { validation } = state.session;
  const count = testLabels(state).length;
  return (
    <>
      <p className="pt-hint">
        {many(
          count,
          "1 label tests; no tuning, preview or suggestion learns from them.",
          "{n} labels test; no tuning, preview or suggestion learns from them.",
        )}
      </p>
      <ReasonButton
        enabled={runValidation.enabled(state, undefined)}
        size="compact-sm"
        variant="light"
        testId="validation-run"
        onClick={() => perform(runValidation)}
      >
        {say("Test the set that answers")}
      </ReasonButton>
      {validation?.state === "running" && (
        <Progress
          size="sm"
          value={(100 * validation.done) / Math.max(1, validation.total)}
          aria-label={say("Labels answered by the set")}
        />
      )}
      {validation?.state === "failed" && <p className="pt-hint pt-warn">{faultWords(validation.fault)}</p>}
      {validation?.state === "done" && <Result />}
    </>
  );
}

function Result() {
  const state = useAppState();
  const { validation } = state.session;
  if (validation?.state !== "done") return null;
  const set = setById(state, validation.set);
  const figures = validationFigures(validation.answers, state.project.project.classes, set?.metadata.classes ?? []);
  if (!set || !figures) return null;
  const fresh = validation.key === validationKey(state);
  const seen = new Set(set.metadata.learned?.slides ?? []);
  const transductive = testLabels(state).some(({ patch }) => seen.has(patch.slideId));
  return (
    <div data-testid="validation-result" data-fresh={fresh}>
      {!fresh && <p className="pt-hint pt-warn">{say("Of earlier labels or another set: test again.")}</p>}
      {validationWords(figures, validation.unit).map((line) => (
        <div key={line} className="pt-small">
          {line}
        </div>
      ))}
      {transductive && (
        <p className="pt-hint pt-warn">
          {say("Transductive: its prompts had seen the tissue of these slides, though none of its labels.")}
        </p>
      )}
      <p className="pt-hint">
        {say(
          "“{name}” on labels it cannot have learned, chosen by you: where you looked. For a figure of the whole map, check the map blind.",
          { name: set.metadata.name },
        )}
      </p>
    </div>
  );
}

export function EndValidationDialog({ id }: Readonly<{ id: SlideId }>) {
  const { ui } = useApp();
  const state = useAppState();
  const perform = usePerform();
  const close = (): void => ui.setState({ dialog: noDialog });
  const count = [...state.project.project.labels.values()].filter(({ slideId }) => slideId === id).length;
  return (
    <Modal opened onClose={close} title={say("Release this slide's labels for tuning?")}>
      <div className="pt-stack" data-testid="end-validation">
        <p style={{ margin: 0 }}>
          {many(
            count,
            "1 label becomes a label like any other: the preview follows at once, and the next tuning learns from it. From then on they can test nothing, and this slide cannot become a test again.",
            "{n} labels become labels like any other: the preview follows at once, and the next tuning learns from them. From then on they can test nothing, and this slide cannot become a test again.",
          )}
        </p>
        <div className="pt-line">
          <span className="pt-space" />
          <Button variant="default" data-autofocus onClick={close}>
            {say("Keep them for testing")}
          </Button>
          <Button
            data-testid="end-validation-do"
            onClick={() => {
              close();
              perform(endValidation, { id });
            }}
          >
            {say("Release")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
