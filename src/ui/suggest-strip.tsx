// The strip of suggested patches below the slide: what each is called and why it is asked about, answered by key or click. It has its
// own keys while it has the focus. Draws and dispatches.
import { ActionIcon, Button, Loader } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { centre } from "../domain/geometry.ts";
import type { Suggestion } from "../protocol/labelling-api.ts";
import { classifyAt } from "../state/actions/clicks.ts";
import {
  acceptAll,
  answerSuggestion,
  chooseSuggestion,
  closeSuggestions,
  setSuggestionAside,
  suggest,
} from "../state/actions/suggest.ts";
import { openSuggestions } from "../state/suggested.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { ReasonButton } from "./reason-button.tsx";
import { RegionImage } from "./region-image.tsx";

export function SuggestStrip() {
  const state = useAppState();
  const perform = usePerform();
  const { suggesting } = state.session;
  if (suggesting.kind === "closed") return null;
  return (
    <section
      className="pt-strip"
      aria-label="Suggested patches"
      data-testid="suggest-strip"
      data-state={suggesting.kind}
    >
      <div className="pt-line">
        <h2>Suggested patches</h2>
        <Headline />
        <span className="pt-space" />
        {suggesting.kind === "shown" && <StripButtons />}
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          aria-label="Close the suggestions"
          onClick={() => perform(closeSuggestions)}
        >
          <IconX size={15} />
        </ActionIcon>
      </div>
      {suggesting.kind === "shown" && <Places />}
      {suggesting.kind === "looking" && (
        <div className="pt-line pt-mute" role="status">
          <Loader size={16} />
          {suggesting.total > 0 && suggesting.done < suggesting.total
            ? `Reading places all over the slide: ${suggesting.done} of ${suggesting.total}. Label on meanwhile.`
            : "Looking for places worth a label…"}
        </div>
      )}
      {suggesting.kind === "failed" && <p className="pt-hint pt-warn">{suggesting.fault.message}</p>}
    </section>
  );
}

function Headline() {
  const state = useAppState();
  const { suggesting } = state.session;
  if (suggesting.kind !== "shown") return null;
  const { list, chosen, answered } = openSuggestions(state);
  return (
    <span className="pt-mute pt-small pt-cut" data-testid="suggest-count">
      {list.length} to answer{answered > 0 && `, ${answered} answered`}, of {suggesting.places} places.{" "}
      {chosen >= 0 && list[chosen] ? whyWords(list[chosen]) : "Labels from here are marked."}
    </span>
  );
}

function StripButtons() {
  const state = useAppState();
  const perform = usePerform();
  return (
    <>
      <ReasonButton
        enabled={acceptAll.enabled(state, undefined)}
        size="compact-xs"
        variant="light"
        testId="accept-all"
        hint="Each with the class that is shown (Shift Enter)"
        onClick={() => perform(acceptAll)}
      >
        Accept all
      </ReasonButton>
      <Button size="compact-xs" variant="default" data-testid="suggest-more" onClick={() => perform(suggest)}>
        Others
      </Button>
    </>
  );
}

function Places() {
  const state = useAppState();
  const { stage, context } = useApp();
  const perform = usePerform();
  const row = useRef<HTMLDivElement>(null);
  const { list, chosen } = openSuggestions(state);
  const place = list[chosen] ?? null;
  const key = place && `${place.region.x},${place.region.y}`;
  const focused = useRef(false);

  // The place that is asked about is shown, and its patch answered, as if it had been clicked.
  useEffect(() => {
    if (!place) return;
    stage.viewer?.flyTo(place.region);
    perform(classifyAt, { at: centre(place.region) });
    const button = row.current?.querySelector<HTMLElement>("[aria-current=true]");
    button?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (!focused.current || row.current?.contains(document.activeElement)) button?.focus({ preventScroll: true });
    // An answered place takes its button, and the focus on it, away.
    else if (document.activeElement === document.body) button?.focus({ preventScroll: true });
    focused.current = true;
  }, [key, stage, perform]);

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const digit = /^\d$/.test(event.key) ? Number(event.key) : null;
    const wanted = context.project.getState().project.classes.find((c) => digit !== null && c.key === digit);
    if (event.key === "Enter" && event.shiftKey) perform(acceptAll);
    else if (event.key === "Enter") perform(answerSuggestion, { classId: null });
    else if (event.key === " ") perform(setSuggestionAside, { why: "skipped" });
    else if (event.key.toLowerCase() === "u") perform(setSuggestionAside, { why: "unsure" });
    else if (event.key === "ArrowRight") perform(chooseSuggestion, { index: chosen + 1 });
    else if (event.key === "ArrowLeft") perform(chooseSuggestion, { index: chosen - 1 });
    else if (wanted) perform(answerSuggestion, { classId: wanted.id });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (list.length === 0) {
    return (
      <div className="pt-line">
        <span>{context.session.getState().suggesting.kind === "shown" && "All answered."}</span>
        <Button size="compact-xs" autoFocus onClick={() => perform(suggest)}>
          Suggest others
        </Button>
      </div>
    );
  }
  return (
    <>
      <div ref={row} className="pt-strip-places" data-own-keys="true">
        {list.map((one, i) => (
          <button
            key={`${one.region.x},${one.region.y}`}
            type="button"
            className="pt-place"
            data-testid="suggested-place"
            aria-current={i === chosen}
            tabIndex={i === chosen ? 0 : -1}
            title={whyWords(one)}
            onKeyDown={onKey}
            onClick={() => perform(chooseSuggestion, { index: i })}
          >
            <PlaceFace place={one} />
          </button>
        ))}
      </div>
      <span className="pt-hint">
        <kbd className="pt-kbd">Enter</kbd> accept · <kbd className="pt-kbd">1</kbd>…<kbd className="pt-kbd">0</kbd>{" "}
        another class · <kbd className="pt-kbd">Space</kbd> skip · <kbd className="pt-kbd">U</kbd> unsure ·{" "}
        <kbd className="pt-kbd">Shift Enter</kbd> accept all
      </span>
    </>
  );
}

function PlaceFace({ place }: Readonly<{ place: Suggestion }>) {
  const state = useAppState();
  const { classes } = state.project.project;
  const { currentSlide } = state.session;
  const called = classes.find((c) => c.id === place.called?.classId);
  if (currentSlide === null) return null;
  return (
    <>
      <RegionImage slideId={currentSlide} region={place.region} size={76} label={called?.name ?? "Suggested place"} />
      <span className="pt-line" style={{ gap: 5 }}>
        {called && <span className="pt-swatch" style={{ background: called.color }} />}
        <span className="pt-cut">{called ? called.name : "not called yet"}</span>
        {place.called && <span className="pt-mute">{place.called.score.toFixed(2)}</span>}
      </span>
    </>
  );
}

/** Why this one: in words, with the numbers behind them. */
function whyWords({ why, called, nearest }: Suggestion): string {
  if (why === "unsure" && called) {
    return `Why this one: the preview is unsure, ${called.score.toFixed(2)} against ${called.secondScore.toFixed(2)}.`;
  }
  return nearest === null
    ? "Why this one: it looks unlike the others."
    : `Why this one: unlike anything labelled (most alike ${nearest.toFixed(2)} of 1).`;
}
