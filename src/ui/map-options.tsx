// What a sweep covers: all tissue or the regions, and how densely. Draws and dispatches.
import { NativeSelect } from "@mantine/core";
import { changeSweepOptions } from "../state/actions/maps.ts";
import type { SweepOptions } from "../state/map-state.ts";
import { type Plain, say } from "../words/say.ts";
import { useAppState, usePerform } from "./app-context.ts";

const areas: Readonly<Record<SweepOptions["area"], Plain>> = { tissue: "All tissue", regions: "Regions drawn on it" };

type Stride = Pick<SweepOptions, "overlap" | "every">;
const strides: Readonly<Record<string, Readonly<{ words: Plain; stride: Stride }>>> = {
  edge: { words: "Every patch, edge to edge", stride: { overlap: 1, every: 1 } },
  half: { words: "Half overlapping (4 times as many)", stride: { overlap: 2, every: 1 } },
  second: { words: "Every 2nd (a quarter as many)", stride: { overlap: 1, every: 2 } },
  fourth: { words: "Every 4th (a sixteenth)", stride: { overlap: 1, every: 4 } },
};

export function MapOptions() {
  const perform = usePerform();
  const { options } = useAppState().session.maps;
  const chosen = Object.entries(strides).find(
    ([, { stride }]) => stride.overlap === options.overlap && stride.every === options.every,
  );
  return (
    <div className="pt-settings">
      <NativeSelect
        label={say("Where")}
        size="xs"
        value={options.area}
        data={Object.entries(areas).map(([value, words]) => ({ value, label: say(words) }))}
        onChange={(event) => {
          const area = event.currentTarget.value === "regions" ? "regions" : "tissue";
          perform(changeSweepOptions, { area });
        }}
      />
      <NativeSelect
        label={say("Stride")}
        size="xs"
        data-testid="map-stride"
        value={chosen?.[0] ?? "edge"}
        data={Object.entries(strides).map(([value, { words }]) => ({ value, label: say(words) }))}
        onChange={(event) => {
          const stride = strides[event.currentTarget.value]?.stride;
          if (stride) perform(changeSweepOptions, stride);
        }}
      />
    </div>
  );
}
