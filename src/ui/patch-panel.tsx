// What it says about the clicked patch: the picture, the size, scores or similar places, or that there is no tissue.
import { Button, Loader } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { scoreWords, worthWords } from "../domain/calibration-words.ts";
import { declaredWords } from "../domain/declare-prompt-set.ts";
import { scaleWords } from "../domain/field-size.ts";
import { centre } from "../domain/geometry.ts";
import type { Prediction, SimilarPlace } from "../domain/label.ts";
import type { Patch } from "../domain/patch.ts";
import { nameIsFree } from "../state/actions/classes.ts";
import { labelAsNew, labelPatch } from "../state/actions/labels.ts";
import { labelAt, setById } from "../state/selectors.ts";
import type { ClickState } from "../state/session-store.ts";
import { heard } from "../words/heard.ts";
import { fixed, many, say } from "../words/say.ts";
import { AnswerFlags } from "./answer-flags.tsx";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { AttentionButton } from "./attention-button.tsx";
import { faultWords } from "./fault-words.ts";
import { RegionImage } from "./region-image.tsx";
import { ScoreBars } from "./score-bars.tsx";

export function PatchPanel() {
  const { click, currentSlide, engine } = useAppState().session;
  const shown = click.kind !== "none" && click.patch.slideId === currentSlide ? click : null;
  return (
    <section
      className="pt-section"
      aria-label={say("This patch")}
      data-testid="patch-panel"
      data-state={shown?.kind ?? "none"}
    >
      <h2>
        {say("This patch")} {shown && <span>{sizeWords(shown.patch)}</span>}
      </h2>
      {shown ? (
        <Shown click={shown} />
      ) : (
        <div className="pt-card pt-mute">
          {engine.kind === "loading"
            ? say("The slide can be looked at while the model loads.")
            : say("Click on tissue: the frame shows exactly what the model sees.")}
        </div>
      )}
    </section>
  );
}

function sizeWords({ spec }: Patch): string {
  const um = Number((spec.pixels * spec.mpp).toPrecision(4));
  return say("{um} × {um} µm at {mpp} µm/px", { um, mpp: scaleWords(spec.mpp) });
}

function Shown({ click }: Readonly<{ click: Exclude<ClickState, { kind: "none" }> }>) {
  const { patch } = click;
  return (
    <div className="pt-card">
      <div className="pt-patch">
        <RegionImage slideId={patch.slideId} region={patch.region} size={88} label={say("The clicked patch")} />
        <div style={{ flex: 1, minWidth: 0 }} aria-live="polite">
          <Answer click={click} />
        </div>
      </div>
      {click.kind === "answered" && <AnswerFlags prediction={click.prediction} />}
      {click.kind === "answered" && <Below prediction={click.prediction} patch={patch} />}
      {click.kind === "answered" && click.prediction.kind !== "no-tissue" && <AttentionButton patch={null} />}
      <LabelAs patch={patch} said={click.kind === "answered" ? saidName(click.prediction) : null} />
    </div>
  );
}

function Answer({ click }: Readonly<{ click: Exclude<ClickState, { kind: "none" }> }>): ReactNode {
  switch (click.kind) {
    case "waiting":
      return <span className="pt-warn">{heard(click.reason)}</span>;
    case "asking":
      return (
        <span className="pt-line pt-mute">
          <Loader size={14} /> {say("Looking…")}
        </span>
      );
    case "failed":
      return <span className="pt-warn">{faultWords(click.fault)}</span>;
    case "answered":
      return <Answered prediction={click.prediction} />;
    default:
      return click satisfies never;
  }
}

function Answered({ prediction }: Readonly<{ prediction: Prediction }>): ReactNode {
  switch (prediction.kind) {
    case "no-tissue":
      return (
        <>
          <strong data-testid="answer">{say("No tissue")}</strong>
          <p className="pt-hint">
            {say("{tissue} % of this patch is tissue: glass is not given a class.", {
              tissue: Math.round(prediction.tissue * 100),
            })}
          </p>
        </>
      );
    case "scored": {
      const best = prediction.scores.toSorted((a, b) => b.score - a.score)[0];
      return (
        <>
          <strong data-testid="answer" className="pt-cut" style={{ display: "block", marginBottom: 5 }}>
            {best?.name ?? say("No class")}
          </strong>
          <ScoreBars scores={prediction.scores} />
        </>
      );
    }
    case "unscored":
      return (
        <>
          <strong data-testid="answer">{say("Tissue, no class")}</strong>
          <p className="pt-hint">
            {heard(
              prediction.why ??
                "A backbone has no classes of its own. Label two patches in two classes, or load a prompt set.",
            )}
          </p>
        </>
      );
    default:
      return prediction satisfies never;
  }
}

function Below({ prediction, patch }: Readonly<{ prediction: Prediction; patch: Patch }>) {
  const state = useAppState();
  if (prediction.kind === "scored") {
    const set = prediction.by.kind === "prompt-set" ? setById(state, prediction.by.id) : null;
    const mark = set?.metadata.declared ? ` (${say(declaredWords)})` : "";
    const by =
      prediction.by.kind === "prompt-set"
        ? say("By “{name}”{mark}.", { name: set?.metadata.name ?? say("a prompt set"), mark })
        : many(
            prediction.by.labels,
            "Instant preview on frozen features, from 1 label.",
            "Instant preview on frozen features, from {n} labels.",
          );
    const { estimate = null } = set?.metadata ?? {};
    const calibration = estimate?.kind === "figure" ? estimate.calibration : undefined;
    const worth = calibration
      ? worthWords(calibration, Math.max(...prediction.scores.map(({ score }) => score)))
      : null;
    return (
      <p className="pt-hint">
        {scoreWords()} {by}
        {worth !== null && <span data-testid="score-worth"> {worth}</span>}
      </p>
    );
  }
  if (prediction.kind === "unscored") return <Similar places={prediction.similar} patch={patch} />;
  return null;
}

function Similar({ places, patch }: Readonly<{ places: readonly SimilarPlace[]; patch: Patch }>) {
  const { stage } = useApp();
  const { indexing } = useAppState().session;
  const looking = indexing && indexing.slideId === patch.slideId && !indexing.complete ? indexing : null;
  if (places.length === 0) {
    return (
      <p className="pt-hint">
        {looking
          ? say("Similar places: reading the slide, {done} of {total} places…", {
              done: looking.done,
              total: looking.total,
            })
          : say("No similar places found yet.")}
      </p>
    );
  }
  return (
    <>
      <span className="pt-small pt-mute">
        {say("Most similar places on this slide")}
        {looking && say(", so far ({done} of {total} read)", { done: looking.done, total: looking.total })}
      </span>
      <div className="pt-similar" data-testid="similar">
        {places.slice(0, 8).map((place, i) => (
          <button
            key={`${place.region.x},${place.region.y}`}
            type="button"
            className="pt-thumb"
            title={say("Go there")}
            onClick={() => stage.viewer?.flyTo(place.region)}
          >
            <RegionImage
              slideId={patch.slideId}
              region={place.region}
              size={80}
              fill
              label={say("Similar place {i}", { i: i + 1 })}
            />
            {fixed(place.similarity, 2)}
          </button>
        ))}
      </div>
    </>
  );
}

/** The class of the answer, by its name: a set has classes of its own. */
function saidName(prediction: Prediction): string | null {
  if (prediction.kind !== "scored") return null;
  return prediction.scores.toSorted((a, b) => b.score - a.score)[0]?.name ?? null;
}

function LabelAs({ patch, said }: Readonly<{ patch: Patch; said: string | null }>) {
  const state = useAppState();
  const perform = usePerform();
  const { classes } = state.project.project;
  if (classes.length === 0) return null;
  const at = centre(patch.region);
  const there = labelAt(state, at);
  return (
    <fieldset className="pt-labels" aria-label={say("Label this patch")}>
      <span className="pt-small pt-mute">{say("Label as")}</span>
      {classes.slice(0, 10).map((c) => (
        <Button
          key={c.id}
          size="compact-xs"
          variant="default"
          aria-pressed={there?.classId === c.id}
          onClick={() => perform(labelPatch, { at, classId: c.id })}
          leftSection={<span className="pt-swatch" style={{ background: c.color }} />}
        >
          {c.name}
        </Button>
      ))}
      {said !== null && nameIsFree(state, said) === true && (
        <Button
          size="compact-xs"
          variant="default"
          title={say("Adds the class {name} to yours", { name: said })}
          onClick={() => perform(labelAsNew, { at, name: said })}
          leftSection={<IconPlus size={12} aria-hidden="true" />}
        >
          {said}
        </Button>
      )}
    </fieldset>
  );
}
