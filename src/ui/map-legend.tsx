// The map's legend: every look with its swatch, patches and area, and the slide-level answer. Every figure with its number of patches.
import { useMemo } from "react";
import type { TissueClass } from "../domain/label.ts";
import type { MapFigures } from "../domain/map-figures.ts";
import type { look } from "../domain/map-look.ts";
import { frozenLayer } from "../domain/map-sheet.ts";
import { isOther } from "../domain/other-class.ts";
import { changeMapView } from "../state/actions/maps.ts";
import { comparedShown, figuresShown, type ShownMap } from "../state/map-looks.ts";
import { fixed, numeral, say } from "../words/say.ts";
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
              <th scope="col">{say("Called")}</th>
              <th scope="col">{say("patches")}</th>
              <th scope="col">{say("area")}</th>
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
            <Other which="uncertain" count={figures.uncertain} />
            <Other which="notComputed" count={figures.notComputed} />
            <Other which="background" count={figures.background} />
            {figures.unreadable > 0 && <Other which="unreadable" count={figures.unreadable} />}
          </tbody>
        </table>
      )}
      {!layer && (
        <table className="pt-legend" data-testid="map-legend">
          <tbody>
            <Other which="unscored" count={map.numbers.states.length - figures.background} />
            <Other which="background" count={figures.background} />
          </tbody>
        </table>
      )}
      {compared && map.against && (
        <p className="pt-hint" data-testid="map-compared">
          {say(
            "Against “{name}”: {changed} patches changed their class (in the new one's colour), {same} stayed, {uncertain} are uncertain in one of the two.",
            {
              name: map.against.layer.name,
              changed: compared.changed,
              same: compared.same,
              uncertain: compared.uncertain,
            },
          )}
        </p>
      )}
      {layer?.key === frozenLayer && maps.preview && (
        <p
          className="pt-hint"
          data-testid="map-preview"
          title={say("{milliseconds} ms in the engine", { milliseconds: Math.round(maps.preview.milliseconds) })}
        >
          {say("Preview from {labels} labels on frozen features; it follows every label at once.", {
            labels: maps.preview.labels,
          })}
        </p>
      )}
      {layer && figures.answered > 0 && <SlideLevel classes={layer.classes} figures={figures} />}
      {layer && (
        <p className="pt-hint">
          {say("Area of the patches called a class, not area of tumour.")}
          {figures.labelled > 0 &&
            say(" {labelled} patches that are labelled are left out.", { labelled: figures.labelled })}
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
            aria-label={say("Show {name} on the map", { name: value.name })}
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
      <td data-testid="map-class-patches">{numeral(patches)}</td>
      <td>{isOther(value) ? <span className="pt-mute">{say("left out")}</span> : areaWords(area)}</td>
    </tr>
  );
}

function Other({ which: name, count }: Readonly<{ which: keyof typeof look; count: number }>) {
  return (
    <tr className="pt-mute" data-testid={`map-${name}`}>
      <th scope="row">
        <span className="pt-line" title={say(lookWords[name])}>
          <span className={`pt-swatch pt-look-${name}`} />
          <span className="pt-cut">{say(lookNames[name])}</span>
        </span>
      </th>
      <td>{numeral(count)}</td>
      <td />
    </tr>
  );
}

function SlideLevel({ classes, figures }: Readonly<{ classes: readonly TissueClass[]; figures: MapFigures }>) {
  return (
    <details className="pt-small">
      <summary>{say("Whole slide: mean score of {answered} patches", { answered: numeral(figures.answered) })}</summary>
      <table className="pt-legend" data-testid="map-slide-level">
        <thead>
          <tr>
            <th scope="col">{say("Class")}</th>
            <th scope="col">{say("mean")}</th>
            <th scope="col">{say("top {top}", { top: figures.top })}</th>
          </tr>
        </thead>
        <tbody>
          {classes.map((c, i) => (
            <tr key={c.id}>
              <th scope="row">{c.name}</th>
              <td>{fixed(figures.classes[i]?.mean ?? Number.NaN, 2)}</td>
              <td>{fixed(figures.classes[i]?.topMean ?? Number.NaN, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <span className="pt-mute">
        {say(
          "Scores, not probabilities: the mean over all answered patches, and over the {top} highest of each class.",
          { top: figures.top },
        )}
      </span>
    </details>
  );
}
