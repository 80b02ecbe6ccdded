// Magnification, um/px and scale bar over the slide. Follows the view at its own speed, outside the stores.
import { useSyncExternalStore } from "react";
import type { Mpp } from "../base/brand.ts";
import { magnificationOf, mppWords, readMagnification, scaleBar } from "../viewer/scale.ts";
import { say, written } from "../words/say.ts";
import { useApp } from "./app-context.ts";

const offered = [1.25, 2.5, 5, 10, 20, 40, 80];
const longestBar = 150;

/** Level-0 pixels per CSS pixel; null before the slide is there. */
function useSlidePerPixel(): number | null {
  const { stage } = useApp();
  return useSyncExternalStore(stage.subscribe, () => stage.view?.slidePerPixel ?? null);
}

export function Magnifications({ mpp, finest }: Readonly<{ mpp: Mpp | null; finest: number }>) {
  const { stage } = useApp();
  const slidePerPixel = useSlidePerPixel();
  if (slidePerPixel === null) return null;
  const reading = readMagnification(slidePerPixel, mpp);
  const now = mpp === null ? 0 : magnificationOf(slidePerPixel * mpp);
  const native = mpp === null ? 0 : magnificationOf(mpp);
  const choices = offered.filter((m) => m <= native * 2.05 && m >= native / finest);
  return (
    <fieldset className="pt-hud pt-mags" aria-label={say("Magnification")}>
      <button type="button" onClick={() => stage.viewer?.home()} title={say("The whole slide")}>
        {say("Fit")}
      </button>
      {mpp === null ? (
        <button type="button" onClick={() => stage.viewer?.zoomTo(1)}>
          100 %
        </button>
      ) : (
        choices.map((m) => (
          <button
            key={m}
            type="button"
            aria-pressed={Math.abs(now / m - 1) < 0.03}
            title={
              say("{m}× is {mpp} on the screen", { m, mpp: mppWords(10 / m) }) +
              (m > native * 1.01 ? say(", digital zoom: no new detail") : "")
            }
            data-digital={m > native * 1.01}
            onClick={() => stage.viewer?.zoomTo(magnificationOf(mpp) / m)}
          >
            {written(m)}×
          </button>
        ))
      )}
      <output data-testid="magnification">
        {reading.words}
        {reading.umPerPixel && <span className="pt-mute"> · {reading.umPerPixel}</span>}
        {reading.digital && (
          <span
            className="pt-warn"
            title={say("Beyond the slide's own resolution{native}", {
              native: reading.native ? ` (${reading.native})` : "",
            })}
          >
            {" "}
            {say("· digital zoom")}
          </span>
        )}
      </output>
    </fieldset>
  );
}

export function ScaleBarHud({ mpp }: Readonly<{ mpp: Mpp | null }>) {
  const slidePerPixel = useSlidePerPixel();
  if (slidePerPixel === null) return null;
  const bar = mpp === null ? null : scaleBar(slidePerPixel * mpp, longestBar);
  const { digital, native } = readMagnification(slidePerPixel, mpp);
  return (
    <div
      className="pt-hud pt-scale"
      data-testid="scale-bar"
      data-um={bar?.um ?? ""}
      data-digital={digital}
      {...(digital && {
        title: say("Beyond the slide's own resolution{native}: no new detail", {
          native: native ? ` (${native})` : "",
        }),
      })}
    >
      {bar ? (
        <>
          <i style={{ width: bar.pixels }} data-testid="scale-bar-line" />
          {bar.words}
          {digital && <span className="pt-small"> {say("· digital zoom")}</span>}
        </>
      ) : (
        <span className="pt-warn">{say("No scale: µm/px unknown")}</span>
      )}
    </div>
  );
}
