// English that comes from where no language is known: workers, files, the log of a project. It is said in the person's language where the
// table has it, whole or with its gaps filled; else as it came.
import { spokenTable, type Table } from "./say.ts";

type Pattern = Readonly<{ text: RegExp; names: readonly string[]; said: string }>;

const patternsOf = new WeakMap<Table, readonly Pattern[]>();

/** What stands between the gaps decides: the text with the most of it is tried first, one with next to nothing never. */
const leastLetters = 6;

function makePatterns(table: Table): readonly Pattern[] {
  const letters = (key: string): number => key.replace(/\{\w+\}/g, "").length;
  return Object.entries(table)
    .filter(([key, said]) => typeof said === "string" && /\{\w+\}/.test(key) && letters(key) >= leastLetters)
    .toSorted(([a], [b]) => letters(b) - letters(a))
    .map(([key, said]) => ({
      text: new RegExp(
        `^${key
          .split(/\{\w+\}/)
          .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
          .join("(.+?)")}$`,
        "s",
      ),
      names: [...key.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ""),
      said: String(said),
    }));
}

export function heard(text: string): string {
  const table = spokenTable();
  if (!table) return text;
  const whole = (table as Readonly<Record<string, unknown>>)[text];
  if (typeof whole === "string") return whole;
  let patterns = patternsOf.get(table);
  if (!patterns) {
    patterns = makePatterns(table);
    patternsOf.set(table, patterns);
  }
  for (const { text: pattern, names, said } of patterns) {
    const match = pattern.exec(text);
    if (!match) continue;
    return said.replace(/\{(\w+)\}/g, (gap, name: string) => {
      const value = match[names.indexOf(name) + 1] ?? gap;
      // What fills a gap may be English too ("a ZIP archive"). A name of three words that a text of the app is as well, is none.
      const inner = (table as Readonly<Record<string, unknown>>)[value];
      return typeof inner === "string" && value.split(" ").length > 2 ? inner : value;
    });
  }
  return text;
}
