// The map's value under the cursor, over the slide. Follows the pointer at its own speed, outside the stores.
import { useSyncExternalStore } from "react";
import { placeOnMap, shownMap } from "../state/map-looks.ts";
import { fixed, say } from "../words/say.ts";
import { useApp, useAppState } from "./app-context.ts";
import { lookName, lookNames } from "./map-words.ts";

export function MapHud() {
  const { stage, context } = useApp();
  const state = useAppState();
  const at = useSyncExternalStore(stage.subscribe, () => stage.pointer);
  const { visible } = state.session.maps.view;
  const map = visible ? shownMap(state, context.maps) : null;
  const place = map && at && placeOnMap(state, map, at);
  if (!map || !place) return null;
  const name = lookName(place.look);
  const [best, second] = place.scores;
  return (
    <div className="pt-hud pt-map-value" data-testid="map-value">
      {name && <span className={`pt-swatch pt-look-${name}`} />}
      {name && <span>{say(lookNames[name])}</span>}
      {best && (
        <>
          <span className="pt-swatch" style={{ background: best.color }} />
          <strong>
            {best.name} {fixed(best.score, 2)}
          </strong>
        </>
      )}
      {second && (
        <span className="pt-mute">
          {second.name} {fixed(second.score, 2)}
        </span>
      )}
    </div>
  );
}
