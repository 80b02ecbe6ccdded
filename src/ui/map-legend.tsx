// The map's legend: every look with its swatch, patches and area, and the slide-level answer. Every figure with its number of patches.
import { useMemo } from "react";
import type { TissueClass } from "../domain/label.ts";
import type { MapFigures } from "../domain/map-figures.ts";
import type { look } from "../domain/map-look.ts";
import { frozenLayer } from "../domain/map-sheet.ts";
import { isOther } from "../domain/other-class.ts";
import { changeMapView } from "../state/actions/maps.ts";
import { comparedShown, figuresShown, type ShownMap } from "../state/map-looks.ts";
import { useAppState, usePerform } from "./app-context.ts";
import { areaWords, lookNames, lookWords } from "./map-words.ts";

export function MapLegend({ map }: Readonly<{ map: ShownMap }>) {
  const state = useAppState();
  const { maps } = state.session;
  const { labels, classes } = state.project.project;
  const { threshold, top } = maps.view;
  const figures = useMemo(
    () => figuresShown(state, map),
    [maps.revision, threshold, top, labels, map.layer, map.sheet.id, map.numbers.scores],
  );
  const compared = useMemo(
    () => comparedShown(state, map),
    [maps.revision, threshold, labels, map.layer, map.against?.layer, map.sheet.id],
  );
  const layer = map.layer;
  return (
    <>
      {layer && (
        <table className="pt-legend" data-testid="map-legend">
          <thead>
            <tr>
              <th scope="col">Called</th>
              <th scope="col">patches</th>
              <th scope="col">area</th>
            </tr>
          </thead>
          <tbody>
            {layer.classes.map((c, i) => (
              <ClassLine
                key={c.id}
                value={classes.find(({ name }) => name === c.name) ?? c}
                patches={figures.classes[i]?.patches ?? 0}
                area={figures.classes[i]?.areaMm2 ?? 0}
                on={!maps.view.hidden.includes(c.name)}
              />
            ))}
            <Other name="uncertain" count={figures.uncertain} />
            <Other name="notComputed" count={figures.notComputed} />
            <Other name="background" count={figures.background} />
            {figures.unreadable > 0 && <Other name="unreadable" count={figures.unreadable} />}
          </tbody>
        </table>
      )}
      {!layer && (
        <table className="pt-legend" data-testid="map-legend">
          <tbody>
            <Other name="unscored" count={map.numbers.states.length - figures.background} />
            <Other name="background" count={figures.background} />
          </tbody>
        </table>
      )}
      {compared && map.against && (
        <p className="pt-hint" data-testid="map-compared">
          Against “{map.against.layer.name}”: {compared.changed} patches changed their class (in the new one's colour),{" "}
          {compared.same} stayed, {compared.uncertain} are uncertain in one of the two.
        </p>
      )}
      {layer?.key === frozenLayer && maps.preview && (
        <p
          className="pt-hint"
          data-testid="map-preview"
          title={`${Math.round(maps.preview.milliseconds)} ms in the engine`}
        >
          Preview from {maps.preview.labels} labels on frozen features; it follows every label at once.
        </p>
      )}
      {layer && figures.answered > 0 && <SlideLevel classes={layer.classes} figures={figures} />}
      {layer && (
        <p className="pt-hint">
          Area of the patches called a class, not area of tumour.
          {figures.labelled > 0 && ` ${figures.labelled} patches that are labelled are left out.`}
        </p>
      )}
    </>
  );
}

type LineProps = Readonly<{ value: TissueClass; patches: number; area: number; on: boolean }>;

function ClassLine({ value, patches, area, on }: LineProps) {
  const perform = usePerform();
  const { hidden } = useAppState().session.maps.view;
  return (
    <tr data-testid="map-class" data-class={value.name}>
      <th scope="row">
        <label className="pt-line">
          <input
            type="checkbox"
            checked={on}
            aria-label={`Show ${value.name} on the map`}
            onChange={() =>
              perform(changeMapView, {
                hidden: on ? [...hidden, value.name] : hidden.filter((name) => name !== value.name),
              })
            }
          />
          <span className="pt-swatch" style={{ background: value.color }} />
          <span className="pt-cut">{value.name}</span>
        </label>
      </th>
      <td data-testid="map-class-patches">{patches.toLocaleString("en-GB")}</td>
      <td>{isOther(value) ? <span className="pt-mute">left out</span> : areaWords(area)}</td>
    </tr>
  );
}

function Other({ name, count }: Readonly<{ name: keyof typeof look; count: number }>) {
  return (
    <tr className="pt-mute" data-testid={`map-${name}`}>
      <th scope="row">
        <span className="pt-line" title={lookWords[name]}>
          <span className={`pt-swatch pt-look-${name}`} />
          <span className="pt-cut">{lookNames[name]}</span>
        </span>
      </th>
      <td>{count.toLocaleString("en-GB")}</td>
      <td />
    </tr>
  );
}

function SlideLevel({ classes, figures }: Readonly<{ classes: readonly TissueClass[]; figures: MapFigures }>) {
  return (
    <details className="pt-small">
      <summary>Whole slide: mean score of {figures.answered.toLocaleString("en-GB")} patches</summary>
      <table className="pt-legend" data-testid="map-slide-level">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">mean</th>
            <th scope="col">top {figures.top}</th>
          </tr>
        </thead>
        <tbody>
          {classes.map((c, i) => (
            <tr key={c.id}>
              <th scope="row">{c.name}</th>
              <td>{figures.classes[i]?.mean.toFixed(2)}</td>
              <td>{figures.classes[i]?.topMean.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <span className="pt-mute">
        Scores, not probabilities: the mean over all answered patches, and over the {figures.top} highest of each class.
      </span>
    </details>
  );
}
