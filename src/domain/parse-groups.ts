// groups.csv beside a folder of labelled patches: which patches are kin, and which part of a split they are in. Knows no folder.
import { Fault } from "../base/fault.ts";

/** By the file's path inside its folder, with "/". `split` is "" where there is no such column. */
export type PatchGroups = ReadonlyMap<string, Readonly<{ group: string; split: string }>>;

const limits = { bytes: 64 * 2 ** 20, rows: 2_000_000 } as const;

/** Needs a header row with `file` and `group`; `split` may be there, other columns are not read. Fault `invalid` with the row. */
export function parseGroups(text: string, name: string): PatchGroups {
  if (text.length > limits.bytes) throw new Fault("limit", `${name} is larger than ${limits.bytes} bytes.`, { name });
  const rows = csvRows(text.replace(/^\uFEFF/, ""), name);
  const header = rows[0]?.map((cell) => cell.trim()) ?? [];
  const [file, group, split] = ["file", "group", "split"].map((column) => header.indexOf(column));
  if (file === undefined || group === undefined || file < 0 || group < 0) {
    throw new Fault("invalid", `${name} needs a first row with the columns "file" and "group".`, { name });
  }
  const found = new Map<string, Readonly<{ group: string; split: string }>>();
  for (const [i, row] of rows.entries()) {
    if (i === 0 || (row.length === 1 && row[0] === "")) continue;
    const path = row[file]?.replaceAll("\\", "/").replace(/^\.\//, "");
    const kin = row[group];
    if (!path || !kin)
      throw new Fault("invalid", `${name}, row ${i + 1}: file or group is empty.`, { name, row: i + 1 });
    const entry = { group: kin, split: split === undefined || split < 0 ? "" : (row[split] ?? "") };
    const known = found.get(path);
    if (known && (known.group !== entry.group || known.split !== entry.split)) {
      throw new Fault("invalid", `${name} names ${path} twice, with different groups or splits.`, { name, path });
    }
    found.set(path, entry);
  }
  return found;
}

/** RFC 4180: cells may be quoted, quotes inside are doubled; rows end with LF or CRLF. */
function csvRows(text: string, name: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  const endRow = (): void => {
    rows.push(row);
    row = [];
    if (rows.length > limits.rows) throw new Fault("limit", `${name} has more than ${limits.rows} rows.`, { name });
  };
  while (at < text.length) {
    let cell: string;
    if (text[at] === '"') {
      let end = at + 1;
      while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) end += text[end] === '"' ? 2 : 1;
      if (end >= text.length)
        throw new Fault("invalid", `${name}, row ${rows.length + 1}: a quote is not closed.`, { name });
      cell = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      const end = /[,\r\n]/g;
      end.lastIndex = at;
      const stop = end.exec(text)?.index ?? text.length;
      cell = text.slice(at, stop);
      at = stop;
    }
    row.push(cell);
    if (text[at] === ",") {
      at += 1;
      if (at === text.length) row.push("");
    } else if (text[at] === "\r" || text[at] === "\n") {
      at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
      endRow();
    } else if (at < text.length) {
      throw new Fault("invalid", `${name}, row ${rows.length + 1}: text after a closing quote.`, { name });
    }
  }
  if (row.length > 0) endRow();
  return rows;
}
