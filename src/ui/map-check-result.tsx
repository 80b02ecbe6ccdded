// A finished check in figures: accuracy, precision of each class, corrected areas, who was taken for whom. Its cells open their patches.
import type { ReactNode } from "react";
import type { MapCheck } from "../domain/map-check.ts";
import { checkFigures } from "../domain/map-check-figures.ts";
import type { Share } from "../math/stratified.ts";
import type { CheckBinding } from "../state/map-checks.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState } from "./app-context.ts";
import { ConfusionCells } from "./confusion-cells.tsx";
import { answerWords, bindingWords, checkWords, correctedWords, shareWords } from "./map-check-words.ts";
import type { PatchView } from "./patch-gallery.tsx";

type Props = Readonly<{ check: MapCheck; binding: CheckBinding; menu: ReactNode }>;

export function MapCheckResult({ check, binding, menu }: Props) {
  const figures = checkFigures(check);
  if (!figures) return null;
  const words = checkWords(check, figures);
  const earlier = binding !== "this-map";
  return (
    <div className="pt-check-result" data-testid="map-check-result" data-binding={binding}>
      <div className="pt-line" style={{ justifyContent: "space-between" }}>
        <strong data-testid="map-check-headline">{words.headline}</strong>
        {menu}
      </div>
      <p className={earlier ? "pt-hint pt-warn" : "pt-hint"} data-testid="map-check-binding">
        {bindingWords(binding, check)}
        {check.released && say(" Its labels are released: a set tuned since may know them.")}
      </p>
      <div className="pt-small">{words.counts}</div>
      {words.unjudged && <div className="pt-small">{words.unjudged}</div>}
      <table className="pt-legend" data-testid="map-check-classes">
        <thead>
          <tr>
            <th scope="col">{say("Class")}</th>
            <th scope="col" title={say("Of what the map calls so, the share that is so")}>
              {say("precision")}
            </th>
          </tr>
        </thead>
        <tbody>
          {check.choices.map((c, i) => (
            <ClassLines
              key={c.id}
              name={c.name}
              precision={figures.precision[i] ?? null}
              area={correctedWords(check, figures, i)}
            />
          ))}
        </tbody>
      </table>
      <CheckConfusion check={check} confusion={figures.confusion} />
      {words.meaning.map((line) => (
        <p key={line} className="pt-hint">
          {line}
        </p>
      ))}
    </div>
  );
}

function ClassLines({ name, precision, area }: Readonly<{ name: string; precision: Share | null; area: string }>) {
  return (
    <>
      <tr>
        <th scope="row" className="pt-cut" title={name}>
          {name}
        </th>
        <td>{precision ? shareWords(precision) : "–"}</td>
      </tr>
      <tr className="pt-mute">
        <td colSpan={2} className="pt-check-area">
          {area}
        </td>
      </tr>
    </>
  );
}

function CheckConfusion({
  check,
  confusion,
}: Readonly<{ check: MapCheck; confusion: readonly (readonly number[])[] }>) {
  const { ui } = useApp();
  const { classes } = useAppState().project.project;
  const { choices, mapped, draws, answers } = check;
  const rows = [...choices.slice(0, mapped).map(({ name }) => name), "uncertain"];
  const columns = [...choices.map(({ name }) => name), say("none of these")];
  const columnOf = (i: number): number => {
    const answer = answers[i];
    return answer?.kind === "class" ? answer.choice : answer?.kind === "none-of-these" ? choices.length : -1;
  };
  const open = (row: number, column: number): void => {
    const patches = draws.flatMap(({ region, stratum }, i): readonly PatchView[] => {
      const answer = answers[i];
      if (stratum !== row || columnOf(i) !== column || !answer) return [];
      return [{ slideId: check.slideId, region, words: say("you: {answer}", { answer: answerWords(check, answer) }) }];
    });
    const title = say("The map says {rows}, you said {columns}", {
      rows: rows[row] ?? "",
      columns: columns[column] ?? "",
    });
    ui.setState({ dialog: { kind: "patches", title, patches } });
  };
  // Rows and columns nobody used say nothing.
  const usedRows = confusion.flatMap((row, h) => (row.some((n) => n > 0) ? [h] : []));
  const usedColumns = columns.flatMap((_, k) => (k < mapped || confusion.some((row) => (row[k] ?? 0) > 0) ? [k] : []));
  return (
    <ConfusionCells
      caption={say("Rows: the map's answers. Columns: yours. A cell opens its patches.")}
      rows={usedRows.map((h) => ({ id: `row ${h}`, name: rows[h] ?? "" }))}
      columns={usedColumns.map((k) => ({ id: `column ${k}`, name: columns[k] ?? "" }))}
      counts={usedRows.map((h) => usedColumns.map((k) => confusion[h]?.[k] ?? 0))}
      right={(row, column) => usedRows[row] === usedColumns[column]}
      color={(row) => classes.find(({ id }) => id === choices[usedRows[row] ?? -1]?.id)?.color ?? null}
      onOpen={(row, column) => open(usedRows[row] ?? 0, usedColumns[column] ?? 0)}
    />
  );
}
