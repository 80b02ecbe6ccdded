// Which kinds of prompts pay: one row a combination, the difference to frozen features with its interval. Draws only.
import { countOfUnits, unitsWords } from "../domain/estimate-words.ts";
import type { Ablation } from "../domain/label-study.ts";
import { ablationWords, differenceWords, isClear, kindsWords, shareWords } from "../domain/label-study-words.ts";
import { numeral, say } from "../words/say.ts";

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
            <th scope="col">{say("Prompts")}</th>
            <th scope="col">{say("Balanced accuracy")}</th>
            <th scope="col">{say("Points against frozen")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const name = kindsWords(row.kinds);
            const { mean, interval } = row.balancedAccuracy;
            return (
              <tr key={name} data-clear={isClear(row)}>
                <th scope="row" title={say("{trained} trained numbers", { trained: numeral(row.trained) })}>
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
        {say(
          "Every row answers the same {answered} labels of {places}, held out in {folds} folds; seed {seed}. Intervals are 95 % over whole {units}, differences paired label by label.",
          {
            answered,
            places: countOfUnits(units, unit),
            folds,
            seed,
            units: unitsWords(unit),
          },
        )}
      </p>
    </div>
  );
}
