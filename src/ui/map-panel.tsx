// The whole-slide map: computing it, how far it is, and what it says in figures. Draws and dispatches; numbers come from map-looks.ts.
import { Button, Menu, Progress } from "@mantine/core";
import { useState } from "react";
import type { Action } from "../state/action.ts";
import {
  exportEmbeddings,
  exportMapCsv,
  exportMapOutlines,
  exportMapPicture,
  exportMapTiles,
} from "../state/actions/exchange.ts";
import { cancelSweep, discardMap, pauseSweep, resumeSweep, startSweep } from "../state/actions/maps.ts";
import { checksOf } from "../state/map-checks.ts";
import { shownMap } from "../state/map-looks.ts";
import { layerToSweep } from "../state/map-selectors.ts";
import type { SweepEnd, SweepState } from "../state/map-state.ts";
import { numeral, say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { faultWords } from "./fault-words.ts";
import { MapCheckCard } from "./map-check-card.tsx";
import { MapLegend } from "./map-legend.tsx";
import { MapOptions } from "./map-options.tsx";
import { MapView } from "./map-view.tsx";
import { leftWords, rateWords } from "./map-words.ts";
import { MoreMenu } from "./more-menu.tsx";
import { ReasonButton } from "./reason-button.tsx";

const exports: readonly Action[] = [
  exportMapTiles,
  exportMapOutlines,
  exportMapCsv,
  exportMapPicture,
  exportEmbeddings,
];

export function MapPanel() {
  const state = useAppState();
  const { context } = useApp();
  const perform = usePerform();
  const [options, setOptions] = useState(false);
  const { sweep, ended } = state.session.maps;
  const map = shownMap(state, context.maps);
  const checked = checksOf(state, state.session.currentSlide).length > 0;
  const running = sweep !== null && sweep.state !== "paused";
  return (
    <section
      className="pt-section"
      aria-label={say("Whole-slide map")}
      data-testid="map-panel"
      data-state={sweep?.state ?? ended?.kind ?? "none"}
    >
      <h2>
        {say("Map of the slide")}
        <span className="pt-line">
          {!running && (
            <button
              type="button"
              className="pt-link pt-small"
              aria-expanded={options}
              onClick={() => setOptions(!options)}
            >
              {options ? say("Hide options") : say("Options")}
            </button>
          )}
          {map && (
            <MoreMenu about={say("the map")}>
              <Menu.Label>{say("Save as a file (research use only)")}</Menu.Label>
              {exports.map((action) => (
                <Menu.Item key={action.id} onClick={() => perform(action)}>
                  {say(action.title)}
                </Menu.Item>
              ))}
              <Menu.Divider />
              <Menu.Item color="red" onClick={() => perform(discardMap)}>
                {say("Discard this map")}
              </Menu.Item>
            </MoreMenu>
          )}
        </span>
      </h2>
      <div className="pt-card pt-tight">
        {sweep ? <Sweeping sweep={sweep} /> : <Start />}
        {!running && options && <MapOptions />}
        {/* Of a slide that has a map: what ended on another one is told there. */}
        {(map !== null || ended?.kind === "failed") && <Ended ended={ended} />}
        {state.session.maps.unkept && map && (
          <p className="pt-hint pt-warn">{say("This map is not kept by the browser: it is gone after a reload.")}</p>
        )}
        {map && <MapView map={map} />}
        {map && <MapLegend map={map} />}
        {(map?.layer || checked) && <MapCheckCard />}
      </div>
    </section>
  );
}

function Start() {
  const state = useAppState();
  const perform = usePerform();
  const { area } = state.session.maps.options;
  const layer = layerToSweep(state);
  return (
    <>
      <ReasonButton
        enabled={startSweep.enabled(state)}
        fullWidth
        variant="light"
        testId="map-start"
        onClick={() => perform(startSweep)}
      >
        {area === "tissue" ? say("Map all tissue") : say("Map the regions")}
      </ReasonButton>
      <p className="pt-hint">
        {layer
          ? say("Every patch is answered by “{name}”.", { name: layer.name })
          : say("Every patch is looked at once; your labels then colour the map at once, as a preview.")}
      </p>
    </>
  );
}

function Sweeping({ sweep }: Readonly<{ sweep: SweepState }>) {
  const state = useAppState();
  const perform = usePerform();
  const { done, total, perSecond } = sweep;
  const paused = sweep.state === "paused";
  const words = {
    preparing: say("Finding the tissue…"),
    running: [rateWords(perSecond), leftWords(total - done, perSecond)].filter((w) => w !== "").join(" · "),
    restarting: state.session.openSlides.has(sweep.slideId)
      ? say("Starting the engine again…")
      : say("Waiting for its slide: open it again to go on."),
    paused: say("Paused. What is done is kept."),
  }[sweep.state];
  return (
    <>
      <div className="pt-line" style={{ justifyContent: "space-between" }}>
        <span data-testid="map-done">
          {say("{done} of {total} patches", {
            done: numeral(done),
            total: numeral(total),
          })}
        </span>
        <span className="pt-mute pt-small" data-testid="map-rate">
          {words}
        </span>
      </div>
      <Progress value={total > 0 ? (100 * done) / total : 0} aria-label={say("Patches of the map")} size="sm" />
      <div className="pt-buttons">
        {paused ? (
          <ReasonButton
            enabled={resumeSweep.enabled(state)}
            size="compact-sm"
            testId="map-resume"
            onClick={() => perform(resumeSweep)}
          >
            {say("Go on")}
          </ReasonButton>
        ) : (
          <Button size="compact-sm" variant="default" data-testid="map-pause" onClick={() => perform(pauseSweep)}>
            {say("Pause")}
          </Button>
        )}
        <Button size="compact-sm" variant="default" data-testid="map-cancel" onClick={() => perform(cancelSweep)}>
          {paused ? say("Stop here") : say("Cancel")}
        </Button>
      </div>
    </>
  );
}

function Ended({ ended }: Readonly<{ ended: SweepEnd | null }>) {
  if (ended === null) return null;
  switch (ended.kind) {
    case "complete":
      return ended.unreadable > 0 ? (
        <p className="pt-hint pt-warn">
          {say("{unreadable} patches could not be read; they are crossed on the map.", {
            unreadable: ended.unreadable,
          })}
        </p>
      ) : null;
    case "cancelled":
      return <p className="pt-hint">{say("Cancelled. What was done stays on the map.")}</p>;
    case "failed":
      return <p className="pt-hint pt-warn">{faultWords(ended.fault)}</p>;
    default:
      return ended satisfies never;
  }
}
