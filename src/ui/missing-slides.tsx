// Slides of the project that are not open but carry labels: asked for by name.
import { Button } from "@mantine/core";
import type { SlideRef } from "../domain/project.ts";
import { missingSlides } from "../state/selectors.ts";
import { many, type Plain, say } from "../words/say.ts";
import { useApp, useAppState } from "./app-context.ts";

const again: Readonly<Record<SlideRef["source"]["kind"], Plain>> = {
  embedded: "Open this slide again",
  file: "Open this file again",
  files: "Open these files again",
  folder: "Open this folder again",
  url: "Open this address again",
};

export function MissingSlides() {
  const { host } = useApp();
  const state = useAppState();
  const labels = [...state.project.project.labels.values()];
  const wanted = missingSlides(state)
    .map((slide) => ({ slide, count: labels.filter((label) => label.slideId === slide.id).length }))
    .filter(({ count }) => count > 0);
  if (wanted.length === 0) return null;
  return (
    <section className="pt-section" aria-label={say("Slides to open again")}>
      <h2>{say("Slides to open again")}</h2>
      {wanted.map(({ slide, count }) => (
        <div key={slide.id} className="pt-card" data-testid="missing-slide">
          <span style={{ overflowWrap: "anywhere" }}>
            <strong>{slide.name}</strong>
            <span className="pt-mute">
              {" "}
              {many(count, "1 of your labels is on it.", "{n} of your labels are on it.")}
            </span>
          </span>
          <Button variant="default" onClick={() => host.reopen(slide)}>
            {say(again[slide.source.kind])}
          </Button>
        </div>
      ))}
    </section>
  );
}
