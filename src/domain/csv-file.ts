// Rows -> CSV (RFC 4180), LF at line ends. Knows no meaning of the columns.

export type Cell = string | number;

/** A number without needless digits; text quoted where it must be, and never the beginning of a formula in a spreadsheet. */
function written(cell: Cell): string {
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "";
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvLine = (cells: readonly Cell[]): string => `${cells.map(written).join(",")}\n`;

export function writeCsv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  const lines = [csvLine(header)];
  for (const row of rows) lines.push(csvLine(row));
  return lines.join("");
}
