// Class scores as bars. Scores, never called probabilities.
import type { ClassScore } from "../domain/label.ts";
import { fixed, say } from "../words/say.ts";

export function ScoreBars({ scores }: Readonly<{ scores: readonly ClassScore[] }>) {
  const ordered = scores.toSorted((a, b) => b.score - a.score);
  return (
    <ul className="pt-bars" aria-label={say("Class scores")} data-testid="scores">
      {ordered.map((s) => (
        <ScoreRow key={s.classId} score={s} />
      ))}
    </ul>
  );
}

function ScoreRow({ score }: Readonly<{ score: ClassScore }>) {
  return (
    <li data-testid="score" data-class={score.name} data-score={score.score}>
      <span className="pt-cut" title={score.name}>
        {score.name}
      </span>
      <span className="pt-bar" aria-hidden="true">
        <span style={{ width: `${Math.max(score.score * 100, 1)}%`, background: score.color }} />
      </span>
      <span>{words(score.score)}</span>
    </li>
  );
}

/** ".81", never "1.00" or "0.00": a score of a few labels is never certain. */
function words(score: number): string {
  if (score > 0.99) return `>${fixed(0.99, 2).slice(1)}`;
  if (score < 0.01) return `<${fixed(0.01, 2).slice(1)}`;
  return fixed(score, 2).slice(1);
}
