// Untrusted data -> a check of a map, as the journal and project files hold it. Knows no document around it.
import { mpp, type SlideId } from "../base/brand.ts";
import {
  type At,
  field,
  hex64,
  problem,
  readBoolean,
  readList,
  readNullable,
  readNumber,
  readObject,
  readOneOf,
  readString,
} from "./json-reader.ts";
import type { CheckAnswer, CheckDraw, CheckedMap, MapCheck, MapCheckId } from "./map-check.ts";
import { mostCells } from "./map-grid.ts";
import type { LayerKey, SheetId } from "./map-sheet.ts";
import { readClass } from "./parse-prompt-metadata.ts";

const mostChoices = 1_000;
const mostDraws = 10_000;
const hash = (at: At): string => readString(at, { max: 64, pattern: hex64 });
const count = (at: At, max: number): number => readNumber(at, { min: 0, max, integer: true });
const coordinate = (at: At): number => readNumber(at, { min: -1e9, max: 1e9 });
const side = (at: At): number => readNumber(at, { min: 1e-6, max: 1e9 });

export const readCheckId = (at: At): MapCheckId => readString(at, { max: 100 }) as MapCheckId;

function readMap(at: At): CheckedMap {
  readObject(at);
  return {
    sheet: hash(field(at, "sheet")) as SheetId,
    layer: readString(field(at, "layer"), { max: 300 }) as LayerKey,
    name: readString(field(at, "name"), { max: 400 }),
    threshold: readNumber(field(at, "threshold"), { min: 0, max: 1 }),
    digest: hash(field(at, "digest")),
  };
}

/** `choice` is held against a check's own choices where both are known. */
export function readAnswer(at: At, choices = mostChoices): CheckAnswer {
  const kind = readOneOf(field(at, "kind"), ["class", "none-of-these", "unsure", "skipped"]);
  if (kind === "class") return { kind, choice: count(field(at, "choice"), choices - 1) };
  if (kind === "skipped") return { kind, times: count(field(at, "times"), 1e6) };
  return { kind };
}

function readDraw(at: At, strata: number): CheckDraw {
  readObject(at);
  const region = field(at, "region");
  return {
    cell: count(field(at, "cell"), mostCells),
    region: {
      x: coordinate(field(region, "x")),
      y: coordinate(field(region, "y")),
      width: side(field(region, "width")),
      height: side(field(region, "height")),
    },
    stratum: count(field(at, "stratum"), Math.max(0, strata - 1)),
  };
}

export const readCheckAnswer = (at: At): CheckAnswer | null => readNullable(at, (value) => readAnswer(value));
export const readCheckPlace = (at: At): number => count(at, mostDraws);

export function readMapCheck(at: At): MapCheck {
  readObject(at);
  const choices = readList(field(at, "choices"), { min: 1, max: mostChoices }).map(readClass);
  const mapped = readNumber(field(at, "mapped"), { min: 1, max: Math.max(1, choices.length), integer: true });
  const sizes = readList(field(at, "sizes"), { min: mapped + 1, max: mapped + 1 }).map((n) => count(n, mostCells));
  const draws = readList(field(at, "draws"), { min: 1, max: mostDraws }).map((draw) => readDraw(draw, sizes.length));
  const answers = readList(field(at, "answers"), { min: draws.length, max: draws.length }).map((answer) =>
    readNullable(answer, (value) => readAnswer(value, choices.length)),
  );
  const finished = readBoolean(field(at, "finished"));
  if (finished && answers.includes(null)) problem(field(at, "finished"), "false while a patch was not looked at");
  return {
    id: readCheckId(field(at, "id")),
    slideId: hash(field(at, "slideId")) as SlideId,
    map: readMap(field(at, "map")),
    choices,
    mapped,
    sizes,
    leftOut: count(field(at, "leftOut"), mostCells),
    cellMm2: readNumber(field(at, "cellMm2"), { min: 0, max: 1e6 }),
    slideMpp: mpp(readNumber(field(at, "slideMpp"), { min: 1e-6, max: 1e6 })),
    seed: count(field(at, "seed"), Number.MAX_SAFE_INTEGER),
    draws,
    answers,
    finished,
    released: readBoolean(field(at, "released")),
  };
}
