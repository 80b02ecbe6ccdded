// Regions and tissue: drawing them, the list of regions, how tissue is found, and GeoJSON in and out. Draws and dispatches.
import { ActionIcon, Checkbox, Menu, NativeSelect, NumberInput, SegmentedControl, Tooltip } from "@mantine/core";
import { IconBrush, IconPolygon, IconRectangle } from "@tabler/icons-react";
import { useState } from "react";
import { centre } from "../domain/geometry.ts";
import type { Zone } from "../domain/zone.ts";
import { boundsOf } from "../math/polygon.ts";
import { exportLabels } from "../state/actions/exchange.ts";
import { changeTissue, removeZone, resetTissue, tissueSettings } from "../state/actions/zones.ts";
import { currentSlide, slideMpp, zonesHere } from "../state/selectors.ts";
import { numeral, type Plain, say } from "../words/say.ts";
import { useApp, useAppState, usePerform, useUi } from "./app-context.ts";
import { MoreMenu } from "./more-menu.tsx";
import type { Drawing } from "./ui-store.ts";

const kinds: readonly (readonly [Drawing["kind"], Plain, typeof IconBrush])[] = [
  ["rectangle", "Rectangle: drag", IconRectangle],
  ["polygon", "Polygon: click its corners, Enter or a double click closes it", IconPolygon],
  ["brush", "Brush: drag", IconBrush],
];

const purposes: readonly Readonly<{ value: Drawing["purpose"]; label: Plain }>[] = [
  { value: "region", label: "Region" },
  { value: "add-tissue", label: "+ Tissue" },
  { value: "remove-tissue", label: "− Tissue" },
];

export function ZonePanel() {
  const state = useAppState();
  const perform = usePerform();
  const { host } = useApp();
  const slide = currentSlide(state);
  const [purpose, setPurpose] = useState<Drawing["purpose"]>("region");
  if (!slide || slideMpp(slide.info.calibration) === null) return null;
  const zones = zonesHere(state, slide.info.id);
  return (
    <section className="pt-section" aria-label={say("Regions and tissue")} data-testid="zone-panel">
      <h2>
        {say("Regions and tissue")}
        <MoreMenu about={say("labels and regions as files")}>
          <Menu.Item onClick={host.pickAnnotations}>{say("Load GeoJSON (QuPath)…")}</Menu.Item>
          <Menu.Item onClick={() => perform(exportLabels)}>{say("Save labels and regions (QuPath GeoJSON)")}</Menu.Item>
        </MoreMenu>
      </h2>
      <Tools purpose={purpose} onPurpose={setPurpose} />
      <div data-testid="zones">
        {zones.map((zone) => (
          <ZoneRow key={zone.id} zone={zone} />
        ))}
      </div>
      <Tissue />
    </section>
  );
}

function Tools({
  purpose,
  onPurpose,
}: Readonly<{ purpose: Drawing["purpose"]; onPurpose: (p: Drawing["purpose"]) => void }>) {
  const { ui } = useApp();
  const drawing = useUi((s) => s.drawing);
  const [radiusUm, setRadius] = useState(100);
  const draw = (next: Drawing | null): void => ui.setState({ drawing: next, labelling: false, measuring: null });
  return (
    <>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={say("What is drawn")}
        data={purposes.map(({ value, label }) => ({ value, label: say(label) }))}
        value={purpose}
        onChange={(value) => {
          const chosen = purposes.find((p) => p.value === value)?.value ?? "region";
          onPurpose(chosen);
          if (drawing) draw({ ...drawing, purpose: chosen });
        }}
      />
      <div className="pt-line pt-tools">
        {kinds.map(([kind, words, Icon]) => {
          const on = drawing?.kind === kind;
          return (
            <Tooltip key={kind} label={say(words)}>
              <ActionIcon
                variant={on ? "filled" : "default"}
                aria-label={say(words)}
                aria-pressed={on}
                data-testid={`draw-${kind}`}
                onClick={() => draw(on ? null : { kind, purpose, radiusUm })}
              >
                <Icon size={16} />
              </ActionIcon>
            </Tooltip>
          );
        })}
        <NumberInput
          aria-label={say("Radius of the brush in µm")}
          value={radiusUm}
          min={5}
          max={5000}
          step={25}
          suffix=" µm"
          style={{ width: 92 }}
          onChange={(value) => {
            if (typeof value !== "number" || value < 5 || value > 5000) return;
            setRadius(value);
            if (drawing) draw({ ...drawing, radiusUm: value });
          }}
        />
      </div>
      {drawing && <p className="pt-hint">{say("Draw on the slide; Esc stops. The wheel still zooms.")}</p>}
    </>
  );
}

function ZoneRow({ zone }: Readonly<{ zone: Zone }>) {
  const perform = usePerform();
  const { stage } = useApp();
  const scale = slideMpp(currentSlide(useAppState())?.info.calibration ?? { kind: "unknown" });
  const bounds = boundsOf(zone.rings);
  const um = (pixels: number): string => `${numeral(Math.round(pixels * (scale ?? 0)))}`;
  return (
    <div className="pt-row" data-testid="zone-row">
      <button
        type="button"
        className="pt-row-main"
        title={say("Go there")}
        onClick={() => {
          if (!bounds) return;
          const view = stage.view;
          const span = view ? (view.bounds.width / view.slidePerPixel) * 0.7 : 600;
          stage.viewer?.moveTo(centre(bounds), Math.max(bounds.width, bounds.height, 1) / span);
        }}
      >
        <span className="pt-cut">{zone.name}</span>
        {bounds && (
          <span className="pt-mute pt-small">
            {um(bounds.width)} × {um(bounds.height)} µm
          </span>
        )}
      </button>
      <MoreMenu about={zone.name}>
        <Menu.Item color="red" onClick={() => perform(removeZone, { id: zone.id })}>
          {say("Remove")}
        </Menu.Item>
      </MoreMenu>
    </div>
  );
}

function Tissue() {
  const state = useAppState();
  const perform = usePerform();
  const { ui } = useApp();
  const shown = useUi((s) => s.tissueShown);
  const [open, setOpen] = useState(false);
  const slide = currentSlide(state);
  if (!slide) return null;
  const settings = tissueSettings(state, slide.info.id);
  const own = state.project.project.tissue.has(slide.info.id);
  return (
    <>
      <div className="pt-line" style={{ justifyContent: "space-between" }}>
        <Checkbox
          size="xs"
          label={say("Show the tissue's outline")}
          data-testid="tissue-shown"
          checked={shown}
          onChange={(event) => ui.setState({ tissueShown: event.currentTarget.checked })}
        />
        <button type="button" className="pt-link pt-small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? say("Hide") : say("Adjust")}
        </button>
      </div>
      {open && (
        <div className="pt-stack">
          <NativeSelect
            size="xs"
            label={say("Stained more than")}
            value={String(settings.threshold ?? "auto")}
            data={[
              { value: "auto", label: say("found from the glass") },
              { value: "5", label: say("5: very pale tissue too") },
              { value: "8", label: "8" },
              { value: "15", label: "15" },
              { value: "25", label: "25" },
              { value: "40", label: say("40: strong stain only") },
            ]}
            onChange={(event) => {
              const value = event.currentTarget.value;
              perform(changeTissue, { threshold: value === "auto" ? null : Number(value) });
            }}
          />
          <Field
            label={say("Smallest piece, mm²")}
            value={settings.smallestObjectUm2 / 1e6}
            onChange={(mm2) => perform(changeTissue, { smallestObjectUm2: mm2 * 1e6 })}
          />
          <Field
            label={say("Holes filled up to, mm²")}
            value={settings.smallestHoleUm2 / 1e6}
            onChange={(mm2) => perform(changeTissue, { smallestHoleUm2: mm2 * 1e6 })}
          />
          <Checkbox
            size="xs"
            label={say("Leave out pen (blue, green, black)")}
            data-testid="exclude-pen"
            checked={settings.excludePen}
            onChange={(event) => perform(changeTissue, { excludePen: event.currentTarget.checked })}
          />
          {own && (
            <button type="button" className="pt-link pt-small" onClick={() => perform(resetTissue)}>
              {say("Find tissue by default")}
              {settings.edits.length > 0 && say(", without my {edits} corrections", { edits: settings.edits.length })}
            </button>
          )}
        </div>
      )}
    </>
  );
}

type FieldProps = Readonly<{ label: string; value: number; onChange: (mm2: number) => void }>;

function Field({ label, value, onChange }: FieldProps) {
  return (
    <NumberInput
      label={label}
      value={value}
      min={0}
      max={100}
      step={0.01}
      decimalScale={4}
      onChange={(next) => {
        if (typeof next === "number" && next >= 0 && next <= 100) onChange(next);
      }}
    />
  );
}
