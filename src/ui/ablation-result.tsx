// Which kinds of prompts pay: one row a combination, the difference to frozen features with its interval. Draws only.

import { countOfUnits } from "../domain/estimate-words.ts";
import type { Ablation } from "../domain/label-study.ts";
import { ablationWords, differenceWords, isClear, kindsWords, shareWords } from "../domain/label-study-words.ts";

export function AblationResult({ table }: Readonly<{ table: Extract<Ablation, { kind: "table" }> }>) {
  const { rows, answered, units, unit, folds, seed } = table;
  return (
    <div className="pt-stack" data-testid="ablation-result">
      {ablationWords(table).map((line) => (
        <span key={line} className="pt-small">
          {line}
        </span>
      ))}
      <table className="pt-figures">
        <thead>
          <tr>
            <th scope="col">Prompts</th>
            <th scope="col">Balanced accuracy</th>
            <th scope="col">Points against frozen</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const name = kindsWords(row.kinds);
            const { mean, interval } = row.balancedAccuracy;
            return (
              <tr key={name} data-clear={isClear(row)}>
                <th scope="row" title={`${row.trained.toLocaleString("en")} trained numbers`}>
                  {name}
                </th>
                <td>{shareWords(mean, interval)}</td>
                <td>{differenceWords(row)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="pt-hint">
        Every row answers the same {answered} labels of {countOfUnits(units, unit)}, held out in {folds} folds; seed{" "}
        {seed}. Intervals are 95 % over whole {unit === "island" ? "places" : `${unit}s`}, differences paired label by
        label.
      </p>
    </div>
  );
}
