// What it says about the clicked patch: the picture, the size, scores or similar places, or that there is no tissue.
import { Button, Loader } from "@mantine/core";
import type { ReactNode } from "react";
import { scoreWords, worthWords } from "../domain/calibration-words.ts";
import { declaredWords } from "../domain/declare-prompt-set.ts";
import { centre } from "../domain/geometry.ts";
import type { Prediction, SimilarPlace } from "../domain/label.ts";
import type { Patch } from "../domain/patch.ts";
import { labelPatch } from "../state/actions/labels.ts";
import { labelAt, setById } from "../state/selectors.ts";
import type { ClickState } from "../state/session-store.ts";
import { AnswerFlags } from "./answer-flags.tsx";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { AttentionButton } from "./attention-button.tsx";
import { RegionImage } from "./region-image.tsx";
import { ScoreBars } from "./score-bars.tsx";

export function PatchPanel() {
  const { click, currentSlide, engine } = useAppState().session;
  const shown = click.kind !== "none" && click.patch.slideId === currentSlide ? click : null;
  return (
    <section
      className="pt-section"
      aria-label="This patch"
      data-testid="patch-panel"
      data-state={shown?.kind ?? "none"}
    >
      <h2>This patch {shown && <span>{sizeWords(shown.patch)}</span>}</h2>
      {shown ? (
        <Shown click={shown} />
      ) : (
        <div className="pt-card pt-mute">
          {engine.kind === "loading"
            ? "The slide can be looked at while the model loads."
            : "Click on tissue: the frame shows exactly what the model sees."}
        </div>
      )}
    </section>
  );
}

function sizeWords({ spec }: Patch): string {
  const um = Number((spec.pixels * spec.mpp).toPrecision(4));
  return `${um} × ${um} µm at ${spec.mpp} µm/px`;
}

function Shown({ click }: Readonly<{ click: Exclude<ClickState, { kind: "none" }> }>) {
  const { patch } = click;
  return (
    <div className="pt-card">
      <div className="pt-patch">
        <RegionImage slideId={patch.slideId} region={patch.region} size={88} label="The clicked patch" />
        <div style={{ flex: 1, minWidth: 0 }} aria-live="polite">
          <Answer click={click} />
        </div>
      </div>
      {click.kind === "answered" && <AnswerFlags prediction={click.prediction} />}
      {click.kind === "answered" && <Below prediction={click.prediction} patch={patch} />}
      {click.kind === "answered" && click.prediction.kind !== "no-tissue" && <AttentionButton patch={null} />}
      <LabelAs patch={patch} />
    </div>
  );
}

function Answer({ click }: Readonly<{ click: Exclude<ClickState, { kind: "none" }> }>): ReactNode {
  switch (click.kind) {
    case "waiting":
      return <span className="pt-warn">{click.reason}</span>;
    case "asking":
      return (
        <span className="pt-line pt-mute">
          <Loader size={14} /> Looking…
        </span>
      );
    case "failed":
      return <span className="pt-warn">{click.fault.message}</span>;
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
          <strong data-testid="answer">No tissue</strong>
          <p className="pt-hint">
            {Math.round(prediction.tissue * 100)} % of this patch is tissue: glass is not given a class.
          </p>
        </>
      );
    case "scored": {
      const best = prediction.scores.toSorted((a, b) => b.score - a.score)[0];
      return (
        <>
          <strong data-testid="answer" className="pt-cut" style={{ display: "block", marginBottom: 5 }}>
            {best?.name ?? "No class"}
          </strong>
          <ScoreBars scores={prediction.scores} />
        </>
      );
    }
    case "unscored":
      return (
        <>
          <strong data-testid="answer">Tissue, no class</strong>
          <p className="pt-hint">
            {prediction.why ??
              "A backbone has no classes of its own. Label two patches in two classes, or load a prompt set."}
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
    const mark = set?.metadata.declared ? ` (${declaredWords})` : "";
    const by =
      prediction.by.kind === "prompt-set"
        ? `By “${set?.metadata.name ?? "a prompt set"}”${mark}.`
        : `Instant preview on frozen features, from ${prediction.by.labels} ${prediction.by.labels === 1 ? "label" : "labels"}.`;
    const { estimate = null } = set?.metadata ?? {};
    const calibration = estimate?.kind === "figure" ? estimate.calibration : undefined;
    const worth = calibration
      ? worthWords(calibration, Math.max(...prediction.scores.map(({ score }) => score)))
      : null;
    return (
      <p className="pt-hint">
        {scoreWords} {by}
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
          ? `Similar places: reading the slide, ${looking.done} of ${looking.total} places…`
          : "No similar places found yet."}
      </p>
    );
  }
  return (
    <>
      <span className="pt-small pt-mute">
        Most similar places on this slide
        {looking && `, so far (${looking.done} of ${looking.total} read)`}
      </span>
      <div className="pt-similar" data-testid="similar">
        {places.slice(0, 8).map((place, i) => (
          <button
            key={`${place.region.x},${place.region.y}`}
            type="button"
            className="pt-thumb"
            title="Go there"
            onClick={() => stage.viewer?.flyTo(place.region)}
          >
            <RegionImage
              slideId={patch.slideId}
              region={place.region}
              size={80}
              fill
              label={`Similar place ${i + 1}`}
            />
            {place.similarity.toFixed(2)}
          </button>
        ))}
      </div>
    </>
  );
}

function LabelAs({ patch }: Readonly<{ patch: Patch }>) {
  const state = useAppState();
  const perform = usePerform();
  const { classes } = state.project.project;
  if (classes.length === 0) return null;
  const at = centre(patch.region);
  const there = labelAt(state, at);
  return (
    <fieldset className="pt-labels" aria-label="Label this patch">
      <span className="pt-small pt-mute">Label as</span>
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
    </fieldset>
  );
}
