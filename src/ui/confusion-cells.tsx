// A table of who was taken for whom whose cells can be opened. Knows neither labels nor maps; what a cell holds is its owner's business.
import { say } from "../words/say.ts";

/** `id`: its own within the table; names may be alike. */
type Named = Readonly<{ id: string; name: string }>;

type Props = Readonly<{
  caption: string;
  rows: readonly Named[];
  columns: readonly Named[];
  counts: readonly (readonly number[])[];
  /** Whether a cell counts what is right. */
  right: (row: number, column: number) => boolean;
  color: (row: number) => string | null;
  /** null: its patches are not known; cells are only numbers. */
  onOpen: ((row: number, column: number) => void) | null;
  testId?: string;
}>;

export function ConfusionCells({ caption, rows, columns, counts, right, color, onOpen, testId = "confusion" }: Props) {
  // Two columns are as wide as their names; the names of more stand on end, where they can be read.
  return (
    <table className="pt-matrix" data-upright={columns.length > 2} data-testid={testId}>
      <caption className="pt-hint" style={{ textAlign: "left" }}>
        {caption}
      </caption>
      <thead>
        <tr>
          <td style={{ width: "38%", background: "none" }} />
          {columns.map(({ id, name }) => (
            <th key={id} scope="col" title={name}>
              <span>{name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, name }, i) => {
          const row = counts[i] ?? [];
          const total = Math.max(
            1,
            row.reduce((a, b) => a + b, 0),
          );
          const own = color(i);
          return (
            <tr key={id}>
              <th scope="row" title={name}>
                {name}
              </th>
              {row.map((count, j) => (
                <td
                  // A cell is its position.
                  key={columns[j]?.id}
                  data-zero={count === 0}
                  data-right={right(i, j)}
                  style={count > 0 && own ? { background: tint(own, count / total) } : undefined}
                >
                  {onOpen && count > 0 ? (
                    <button
                      type="button"
                      className="pt-cell"
                      aria-label={say("{count} of {name} taken for {other}: show them", {
                        count,
                        name,
                        other: columns[j]?.name ?? "",
                      })}
                      onClick={() => onOpen(i, j)}
                    >
                      {count}
                    </button>
                  ) : (
                    count
                  )}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

const tint = (color: string, share: number): string =>
  `color-mix(in srgb, ${color} ${Math.round(12 + 40 * share)}%, var(--pt-panel))`;
