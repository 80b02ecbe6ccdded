// How a map is looked at: which answers, compared with which, threshold and opacity. Nothing here computes an answer again.
import { NativeSelect, Slider, Switch } from "@mantine/core";
import type { ReactNode } from "react";
import type { LayerKey } from "../domain/map-sheet.ts";
import { changeMapView } from "../state/actions/maps.ts";
import type { ShownMap } from "../state/map-looks.ts";
import { layersOfSheet } from "../state/map-state.ts";
import { fixed, say } from "../words/say.ts";
import { useAppState, usePerform } from "./app-context.ts";

export function MapView({ map }: Readonly<{ map: ShownMap }>) {
  const perform = usePerform();
  const { maps } = useAppState().session;
  const { view } = maps;
  const layers = layersOfSheet(maps, map.sheet);
  const others = layers.filter(({ key }) => key !== map.layer?.key);
  return (
    <>
      <div className="pt-line" style={{ justifyContent: "space-between" }}>
        <Switch
          size="xs"
          label={
            <>
              {say("Show the map")} <kbd className="pt-kbd">M</kbd>
            </>
          }
          checked={view.visible}
          onChange={(event) => perform(changeMapView, { visible: event.currentTarget.checked })}
        />
      </div>
      {layers.length > 1 && (
        <NativeSelect
          size="xs"
          aria-label={say("Whose answers are shown")}
          data-testid="map-layer"
          value={map.layer?.key ?? ""}
          data={layers.map(({ key, name }) => ({ value: key, label: name }))}
          onChange={(event) => perform(changeMapView, { layer: event.currentTarget.value as LayerKey })}
        />
      )}
      {others.length > 0 && (
        <NativeSelect
          size="xs"
          aria-label={say("Difference from")}
          data-testid="map-against"
          value={map.against?.layer.key ?? ""}
          data={[
            { value: "", label: say("No comparison") },
            ...others.map(({ key, name }) => ({ value: key, label: say("What changed from: {name}", { name }) })),
          ]}
          onChange={(event) =>
            perform(changeMapView, {
              against: event.currentTarget.value === "" ? null : (event.currentTarget.value as LayerKey),
            })
          }
        />
      )}
      <Labelled words={say("Called from a score of {threshold}", { threshold: fixed(view.threshold, 2) })}>
        <Slider
          size="xs"
          min={0}
          max={0.99}
          step={0.01}
          label={null}
          thumbLabel={say("Lowest score at which a class is called")}
          value={view.threshold}
          onChange={(threshold) => perform(changeMapView, { threshold })}
        />
      </Labelled>
      <Labelled
        words={say("Opacity {opacity} %, Alt + wheel on the slide", { opacity: Math.round(view.opacity * 100) })}
      >
        <Slider
          size="xs"
          min={0.05}
          max={1}
          step={0.05}
          label={null}
          thumbLabel={say("Opacity of the map")}
          value={view.opacity}
          onChange={(opacity) => perform(changeMapView, { opacity })}
        />
      </Labelled>
    </>
  );
}

function Labelled({ words, children }: Readonly<{ words: string; children: ReactNode }>) {
  return (
    <div>
      <span className="pt-small pt-mute">{words}</span>
      {children}
    </div>
  );
}
