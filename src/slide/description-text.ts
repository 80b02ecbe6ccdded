// The "text|key = value|key = value" descriptions of Aperio and of our own generator, and which of them may name a patient.
// Knows no container.
import type { SlideProperty } from "../domain/slide.ts";

export type DescriptionText = Readonly<{ title: string; fields: ReadonlyMap<string, string> }>;

const maxFields = 200;
const maxCharacters = 2000;

/** Fields are matched without regard to case; the first of two equal ones wins. */
export function parseDescriptionText(text: string): DescriptionText {
  const [title = "", ...rest] = text.split("|");
  const fields = new Map<string, string>();
  for (const part of rest.slice(0, maxFields)) {
    const at = part.indexOf("=");
    if (at < 0) continue;
    const name = clean(part.slice(0, at));
    if (name !== "" && !hasField(fields, name)) fields.set(name, clean(part.slice(at + 1)));
  }
  return { title: clean(title), fields };
}

export function field(text: DescriptionText, name: string): string | null {
  for (const [key, value] of text.fields) if (key.toLowerCase() === name.toLowerCase()) return value;
  return null;
}

/** Names that cannot identify anybody. All others may: scanners put names, dates, barcodes and file names anywhere. */
const harmless = new Set(
  [
    "AppMag",
    "MPP",
    "StripeWidth",
    "Left",
    "Top",
    "LineCameraSkew",
    "LineAreaXOffset",
    "LineAreaYOffset",
    "Focus Offset",
    "OriginalWidth",
    "OriginalHeight",
    "Filtered",
    "Gamma",
    "DisplayColor",
    "Exposure Time",
    "Exposure Scale",
    "ICC Profile",
    "Seed",
    "Generator",
    "Stain",
    "Compression",
    "Quality",
    "Software",
    "Make",
    "Model",
    "Embedded colour profile",
    "Drawn by a program",
    "Not tissue",
  ].map((name) => name.toLowerCase()),
);

export function property(name: string, value: string): SlideProperty {
  return { name: clean(name), value: clean(value), mayIdentify: !harmless.has(name.trim().toLowerCase()) };
}

export function propertiesOf(text: DescriptionText): readonly SlideProperty[] {
  const fields = [...text.fields].map(([name, value]) => property(name, value));
  return text.title === "" ? fields : [property("Description", text.title), ...fields];
}

const hasField = (fields: ReadonlyMap<string, string>, name: string): boolean =>
  [...fields.keys()].some((key) => key.toLowerCase() === name.toLowerCase());

/** One line of printable text of a bounded length; metadata is shown, never interpreted. */
function clean(text: string): string {
  // Control and format characters (some turn the direction of writing) and line separators.
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, maxCharacters);
}
