// A short look round: five stops, each beside the thing it speaks of. It can be left at any stop and is found again under Help. It does
// nothing by itself and stands in nobody's way.
import { Button } from "@mantine/core";
import { useEffect } from "react";
import { type Plain, say } from "../words/say.ts";
import { useApp, useUi } from "./app-context.ts";

type Stop = Readonly<{ title: Plain; text: Plain; at: string }>;

const stops: readonly Stop[] = [
  {
    title: "The slide",
    text: "Drag to move, turn the wheel to zoom. Click on tissue: the frame is exactly what the model sees, and the answer stands on the right.",
    at: '[data-testid="slide"]',
  },
  {
    title: "Your classes",
    text: "Name what you want to tell apart. Point at tissue and press its number; 0 is Other, U is unsure. N suggests places worth a label, P paints, Ctrl Z takes a step back.",
    at: '[data-testid="classes"]',
  },
  {
    title: "Tune",
    text: "Trains a small prompt set on your labels, here, on this computer. The backbone stays as it is. First it holds places out, so that the figure below is of labels it has not seen.",
    at: '[data-testid="tune-panel"]',
  },
  {
    title: "Prompt sets",
    text: "Each tuning is a row here; the untouched backbone is one of them. Choose one and every answer is its own; B goes back and forth between the last two.",
    at: '[data-testid="prompt-sets"]',
  },
  {
    title: "The map",
    text: "Answers for the whole slide, coarse to fine. M hides it: look at the tissue first. Ctrl K finds every command, ? lists all keys.",
    at: '[aria-label="Map of the slide"], [data-testid="map-panel"]',
  },
];

export function Tour() {
  const { ui } = useApp();
  const step = useUi((state) => state.tour) ?? 0;
  const stop = stops[step];
  const go = (next: number): void => ui.setState({ tour: next >= 0 && next < stops.length ? next : null });
  useEffect(() => {
    const target = stop ? document.querySelector<HTMLElement>(stop.at) : null;
    target?.setAttribute("data-tour-here", "true");
    target?.scrollIntoView({ block: "nearest" });
    return () => target?.removeAttribute("data-tour-here");
  }, [stop]);
  if (!stop) return null;
  return (
    <section className="pt-hud pt-tour" aria-label={say("Tour")} data-testid="tour">
      <h2>
        {say(stop.title)}{" "}
        <span className="pt-mute pt-small">{say("{step} of {stops}", { step: step + 1, stops: stops.length })}</span>
      </h2>
      <p aria-live="polite">{say(stop.text)}</p>
      <div className="pt-line">
        <Button size="compact-sm" variant="subtle" onClick={() => ui.setState({ tour: null })}>
          {say("Leave the tour (Esc)")}
        </Button>
        <span className="pt-space" />
        {step > 0 && (
          <Button size="compact-sm" variant="default" onClick={() => go(step - 1)}>
            {say("Back")}
          </Button>
        )}
        <Button size="compact-sm" autoFocus onClick={() => go(step + 1)} data-testid="tour-next">
          {step + 1 < stops.length ? say("Next") : say("Done")}
        </Button>
      </div>
    </section>
  );
}
