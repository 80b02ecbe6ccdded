// Texts that were encoded beforehand, as a file: one safetensors container. Knows the format; knows no encoder.
//
// One tensor `vectors` [n, E] in F16; __metadata__ has "format" = "pathotune-texts/1", "encoder", "licence", "case" ("lower": the encoder
// sees nothing else) and, as JSON, "texts" (n of them, in order) and "templates". Made by models/texts/make.py.
import { Fault } from "../base/fault.ts";
import { type At, field, readList, readOneOf, readString, rootAt } from "./json-reader.ts";
import { promptKindLimits } from "./prompt-kinds.ts";
import { floatsOf, parseSafetensors } from "./safetensors.ts";

export const textLibraryFormat = "pathotune-texts/1";
const limits = { fileBytes: 16 * 2 ** 20, headerBytes: 2 ** 21, tensors: 1 };
const mostTexts = 20_000;

/** `use`: whether it makes one text of a task, or one for each class. */
export type LibraryTemplate = Readonly<{ template: string; use: "task" | "classes" }>;

export type TextLibrary = Readonly<{
  encoder: string;
  width: number;
  templates: readonly LibraryTemplate[];
  /** The vector of a text, of length 1; null where the library does not have it. */
  find(text: string): Float32Array | null;
  /** How many texts there are. */
  size: number;
}>;

/** Throws Fault `damaged` or `limit` where the file is no such library. */
export function parseTextLibrary(bytes: Uint8Array): TextLibrary {
  const { tensors, metadata } = parseSafetensors(bytes, "the library of texts", limits);
  const bad = (why: string): Fault => new Fault("damaged", `The library of texts cannot be used: ${why}.`);
  if (metadata.format !== textLibraryFormat) throw bad(`its format is not "${textLibraryFormat}"`);
  const root = rootAt(
    { ...metadata, texts: json(metadata.texts, bad), templates: json(metadata.templates, bad) },
    "library",
  );
  const encoder = readString(field(root, "encoder"), { max: 200 });
  readOneOf(field(root, "case"), ["lower"]);
  const texts = readList(field(root, "texts"), { min: 1, max: mostTexts }).map((text) =>
    readString(text, { max: promptKindLimits.textCharacters }),
  );
  const templates = readList(field(root, "templates"), { min: 0, max: 100 }).map((at: At) => ({
    template: readString(field(at, "template"), { max: promptKindLimits.textCharacters }),
    use: readOneOf(field(at, "use"), ["task", "classes"]),
  }));
  if (root.problems.length > 0) throw bad(root.problems.slice(0, 3).join("; "));
  const tensor = tensors.get("vectors");
  const [count, width = 0] = tensor?.shape ?? [];
  if (tensor?.shape.length !== 2 || count !== texts.length || width < 1 || width > 8192) {
    throw bad("it has not one vector for each text");
  }
  const values = floatsOf(tensor);
  const rows = new Map(texts.map((text, i) => [text, i]));
  return {
    encoder,
    width,
    templates,
    size: texts.length,
    find(text) {
      const row = rows.get(asSeen(text));
      if (row === undefined) return null;
      const vector = values.slice(row * width, (row + 1) * width);
      const length = Math.hypot(...vector);
      // Half precision leaves a length of 1 give or take 1/2000.
      return Number.isFinite(length) && length > 0 ? vector.map((x) => x / length) : null;
    },
  };
}

const asSeen = (text: string): string => text.trim().replace(/\s+/g, " ").toLowerCase();

function json(text: string | undefined, bad: (why: string) => Fault): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    throw bad("its list of texts is no JSON");
  }
}
