// What a person reads, in the language they chose. English is written where it is said and is its own key; every other language is a table
// from English (de.ts). A text that the table lacks does not compile. Knows no screen and no store: a roof says which language is spoken.
import type { de } from "./de.ts";

/** A text that counts something, by the plural rules of its language. */
export type Plural = Readonly<{ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>>;

type German = typeof de;

/** What a language must have: everything German has. */
export type Table = Readonly<{ [Key in keyof German]: German[Key] extends string ? string : Plural }>;
export type Text = { [Key in keyof German]: German[Key] extends string ? Key : never }[keyof German];
type Counted = Exclude<keyof German, Text>;

/** The names in a text: "count" and "name" of "{count} labels of {name}". */
export type Names<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Value = string | number;
type Values<Name extends string> = [Name] extends [never] ? [] : [values: Readonly<Record<Name, Value>>];

/** A text that is whole as it stands, for tables and titles made before a language is chosen: they are said when they are shown. */
export type Plain = { [Key in Text]: [Names<Key>] extends [never] ? Key : never }[Text];

/** `tag` as of BCP 47; `table` null: English, as written. */
export type Language = Readonly<{ tag: string; table: Table | null }>;

const english: Language = { tag: "en", table: null };
let spoken = english;

/** From now on. What was said before stays as it was said. */
export function speak(language: Language): void {
  spoken = language;
}

export const spokenTag = (): string => spoken.tag;
export const spokenTable = (): Table | null => spoken.table;

/** Two meanings of one English text are told apart behind a bar, which is not shown: "Open|adjective". */
const shown = (key: string): string => key.replace(/\|[^|{}]*$/, "");

/** Numbers as the language writes them; in English as the code does. */
export const written = (value: Value): string =>
  typeof value === "string" || spoken.table === null ? String(value) : numeral(value);

const fill = (text: string, values: Readonly<Record<string, Value>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : written(value);
  });

const found = (key: string): string | Plural | undefined =>
  (spoken.table as Readonly<Record<string, string | Plural>> | null)?.[key];

/** @param text English, with names in braces where something is put in */
export function say<T extends Text>(text: T, ...[values]: Values<Names<T>>): string {
  const other = found(text);
  return fill(typeof other === "string" ? other : shown(text), values ?? {});
}

/**
 * A text about a number of things, which is its {n}.
 * @param one English for exactly one
 * @param more English for any other number; the key
 */
export function many<T extends Counted>(
  n: number,
  one: string,
  more: T,
  ...[values]: Values<Exclude<Names<T>, "n">>
): string {
  const other = found(more);
  const text =
    typeof other === "object"
      ? (other[new Intl.PluralRules(spoken.tag).select(n)] ?? other.other)
      : n === 1
        ? one
        : shown(more);
  return fill(text, { n, ...values });
}

/** A text around what is more than text (a key, a link): its words, and between them the names of its gaps. */
export function pieces<T extends Text>(text: T): readonly (string | Readonly<{ gap: Names<T> }>)[] {
  const other = found(text);
  const whole = typeof other === "string" ? other : shown(text);
  return whole
    .split(/(\{\w+\})/)
    .map((part) => (/^\{\w+\}$/.test(part) ? { gap: part.slice(1, -1) as Names<T> } : part));
}

/** "0.50"; with the sign its language puts before decimals. */
export const fixed = (value: number, digits: number): string =>
  spoken.table === null || !Number.isFinite(value)
    ? value.toFixed(digits)
    : value.toLocaleString(spoken.tag, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** "18,345", "0.25": with thousands apart. */
export const numeral = (value: number): string =>
  value.toLocaleString(spoken.table === null ? "en-GB" : spoken.tag, { maximumSignificantDigits: 15 });
