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
import { fixed, say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { faultWords } from "./fault-words.ts";
import { keyWords } from "./keys.ts";
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
      aria-label={say("Suggested patches")}
      data-testid="suggest-strip"
      data-state={suggesting.kind}
    >
      <div className="pt-line">
        <h2>{say("Suggested patches")}</h2>
        <Headline />
        <span className="pt-space" />
        {suggesting.kind === "shown" && <StripButtons />}
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          aria-label={say("Close the suggestions")}
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
            ? say("Reading places all over the slide: {done} of {total}. Label on meanwhile.", {
                done: suggesting.done,
                total: suggesting.total,
              })
            : say("Looking for places worth a label…")}
        </div>
      )}
      {suggesting.kind === "failed" && <p className="pt-hint pt-warn">{faultWords(suggesting.fault)}</p>}
    </section>
  );
}

function Headline() {
  const state = useAppState();
  const { suggesting } = state.session;
  if (suggesting.kind !== "shown") return null;
  const { list, chosen, answered } = openSuggestions(state);
  return (
    <span className="pt-mute pt-small pt-two-lines" data-testid="suggest-count">
      {say("{list} to answer", { list: list.length })}
      {answered > 0 && say(", {answered} answered", { answered })}
      {say(", of {places} places. {why}", {
        places: suggesting.places,
        why: chosen >= 0 && list[chosen] ? whyWords(list[chosen]) : say("Labels from here are marked."),
      })}
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
        hint={say("Each with the class that is shown (Shift Enter)")}
        onClick={() => perform(acceptAll)}
      >
        {say("Accept all")}
      </ReasonButton>
      <Button size="compact-xs" variant="default" data-testid="suggest-more" onClick={() => perform(suggest)}>
        {say("Other places")}
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
        <span>{context.session.getState().suggesting.kind === "shown" && say("All answered.")}</span>
        <Button size="compact-xs" autoFocus onClick={() => perform(suggest)}>
          {say("Suggest others")}
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
        <kbd className="pt-kbd">{keyWords("Enter")}</kbd> {say("accept ·")} <kbd className="pt-kbd">1</kbd>…
        <kbd className="pt-kbd">0</kbd> {say("another class ·")} <kbd className="pt-kbd">{keyWords("Space")}</kbd>{" "}
        {say("skip ·")} <kbd className="pt-kbd">U</kbd> {say("unsure ·")}{" "}
        <kbd className="pt-kbd">{keyWords("Shift Enter")}</kbd> {say("accept all")}
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
      <RegionImage
        slideId={currentSlide}
        region={place.region}
        size={76}
        label={called?.name ?? say("Suggested place")}
      />
      <span className="pt-line" style={{ gap: 5 }}>
        {called && <span className="pt-swatch" style={{ background: called.color }} />}
        <span className="pt-cut">{called ? called.name : say("not called yet")}</span>
        {place.called && <span className="pt-mute">{fixed(place.called.score, 2)}</span>}
      </span>
    </>
  );
}

/** Why this one: in words, with the numbers behind them. */
function whyWords({ why, called, nearest }: Suggestion): string {
  if (why === "unsure" && called) {
    return say("Why this one: the preview is unsure, {score} against {secondScore}.", {
      score: fixed(called.score, 2),
      secondScore: fixed(called.secondScore, 2),
    });
  }
  return nearest === null
    ? say("Why this one: it looks unlike the others.")
    : say("Why this one: unlike anything labelled (most alike {nearest} of 1).", { nearest: fixed(nearest, 2) });
}
