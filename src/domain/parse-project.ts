// Untrusted data -> what the journal holds: changes and events, with their version and migrations. Knows every event of
// project.ts; knows no storage. Nothing is persisted that cannot be read back here.
import type { ClassId, LabelId, PromptSetId, RunId, SlideId } from "../base/brand.ts";
import { mpp } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import { type Aside, type AsideId, readAsideWords } from "./aside.ts";
import type { Region } from "./geometry.ts";
import { readHeldOut } from "./held-out.ts";
import {
  type At,
  field,
  hex64,
  readBoolean,
  readList,
  readNullable,
  readNumber,
  readObject,
  readOneOf,
  readString,
  rootAt,
} from "./json-reader.ts";
import { type Label, labelOrigins } from "./label.ts";
import { type LearnedPlace, mostPlaces } from "./learned-places.ts";
import { readEstimate } from "./parse-estimate.ts";
import { readCheckAnswer, readCheckId, readCheckPlace, readMapCheck } from "./parse-map-check.ts";
import { readClass, readPromptSetMetadata } from "./parse-prompt-metadata.ts";
import { readTuningRun } from "./parse-run.ts";
import { readTissueSettings, readZone } from "./parse-zone.ts";
import type { ProjectChange, ProjectEvent, RunRecord, SlideRef, StatedFacts } from "./project.ts";
import type { PromptSetSummary } from "./prompt-set.ts";
import { type Calibration, calibrationSources, type Fingerprint } from "./slide.ts";
import type { ZoneId } from "./zone.ts";

/** Version of what is written now. Readers know every older one through `migrations`. */
export const journalVersion = "journal/3";

/**
 * Step from each older version to the next, as plain data to plain data; no gaps. A new version adds a row here and its own
 * number above; the parsers below only know the newest shape.
 */
const migrations: Readonly<Record<string, Readonly<{ to: string; step: (entry: unknown) => unknown }>>> = {
  // The second version adds kinds of events; every event of the first reads as it did.
  "journal/1": { to: "journal/2", step: (entry) => ({ ...(entry as object), version: "journal/2" }) },
  // So does the third, and prompt sets of a later format.
  "journal/2": { to: "journal/3", step: (entry) => ({ ...(entry as object), version: "journal/3" }) },
};

const maxEvents = 2_000_000;
const id = (at: At): string => readString(at, { max: 100 });
const hash = (at: At): string => readString(at, { max: 64, pattern: hex64 });
const coordinate = (at: At): number => readNumber(at, { min: -1e9, max: 1e9 });
const side = (at: At): number => readNumber(at, { min: 1e-6, max: 1e9 });
const scale = (at: At) => mpp(readNumber(at, { min: 1e-6, max: 1e6 }));

/** One entry of the journal as it is stored. */
export type StoredChange = Readonly<{ version: typeof journalVersion }> & ProjectChange;

function readEvent(at: At): ProjectEvent {
  const type = readOneOf(field(at, "type"), [
    "slide/put",
    "slide/remove",
    "class/put",
    "class/remove",
    "field/put",
    "label/put",
    "label/remove",
    "aside/put",
    "aside/remove",
    "prompt-set/put",
    "prompt-set/remove",
    "learned-places/put",
    "active-set/put",
    "run/put",
    "run/remove",
    "zone/put",
    "zone/remove",
    "tissue/put",
    "check/put",
    "check/remove",
    "check-answer/put",
  ]);
  switch (type) {
    case "slide/put":
      return { type, slide: readSlideRef(field(at, "slide")) };
    case "slide/remove":
      return { type, id: hash(field(at, "id")) as SlideId };
    case "class/put": {
      const position = readNumber(field(at, "at"), { min: 0, max: 1e6, integer: true });
      return { type, value: readClass(field(at, "value")), at: position };
    }
    case "class/remove":
      return { type, id: id(field(at, "id")) as ClassId };
    case "field/put":
      return { type, um: readNullable(field(at, "um"), (value) => readNumber(value, { min: 1, max: 100_000 })) };
    case "label/put":
      return { type, label: readLabel(field(at, "label")) };
    case "label/remove":
      return { type, id: id(field(at, "id")) as LabelId };
    case "aside/put":
      return { type, aside: readAside(field(at, "aside")) };
    case "aside/remove":
      return { type, id: id(field(at, "id")) as AsideId };
    case "prompt-set/put":
      return { type, summary: readSummary(field(at, "summary")) };
    case "prompt-set/remove":
      return { type, id: hash(field(at, "id")) as PromptSetId };
    case "learned-places/put": {
      const set = hash(field(at, "id")) as PromptSetId;
      return { type, id: set, places: readNullable(field(at, "places"), readLearnedPlaces) };
    }
    case "active-set/put":
      return { type, id: readNullable(field(at, "id"), (value) => hash(value) as PromptSetId) };
    case "run/put":
      return { type, record: readRecord(field(at, "record")) };
    case "run/remove":
      return { type, id: id(field(at, "id")) as RunId };
    case "zone/put":
      return { type, zone: readZone(field(at, "zone")) };
    case "zone/remove":
      return { type, id: id(field(at, "id")) as ZoneId };
    case "tissue/put": {
      const slideId = hash(field(at, "slideId")) as SlideId;
      return { type, slideId, settings: readNullable(field(at, "settings"), readTissueSettings) };
    }
    case "check/put":
      return { type, check: readMapCheck(field(at, "check")) };
    case "check/remove":
      return { type, id: readCheckId(field(at, "id")) };
    case "check-answer/put": {
      const place = readCheckPlace(field(at, "at"));
      return { type, id: readCheckId(field(at, "id")), at: place, answer: readCheckAnswer(field(at, "answer")) };
    }
    default:
      return type satisfies never;
  }
}

function readRegion(at: At): Region {
  return {
    x: coordinate(field(at, "x")),
    y: coordinate(field(at, "y")),
    width: side(field(at, "width")),
    height: side(field(at, "height")),
  };
}

function readLabel(at: At): Label {
  return {
    id: id(field(at, "id")) as LabelId,
    slideId: hash(field(at, "slideId")) as SlideId,
    classId: id(field(at, "classId")) as ClassId,
    region: readRegion(field(at, "region")),
    slideMpp: scale(field(at, "slideMpp")),
    origin: readOneOf(field(at, "origin"), labelOrigins),
    group: id(field(at, "group")),
  };
}

function readLearnedPlaces(at: At): readonly LearnedPlace[] {
  return readList(at, { min: 1, max: mostPlaces }).map((place) => ({
    slideId: hash(field(place, "slideId")) as SlideId,
    region: readRegion(field(place, "region")),
  }));
}

function readAside(at: At): Aside {
  return {
    ...readAsideWords(at),
    slideId: hash(field(at, "slideId")) as SlideId,
    region: readRegion(field(at, "region")),
    slideMpp: scale(field(at, "slideMpp")),
  };
}

function readFingerprint(at: At): Fingerprint {
  return {
    bytes: readNumber(field(at, "bytes"), { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true }),
    head: hash(field(at, "head")),
    tail: hash(field(at, "tail")),
  };
}

function readCalibration(at: At): Calibration {
  const kind = readOneOf(field(at, "kind"), ["measured", "declared", "unknown"]);
  if (kind === "unknown") return { kind };
  const both = { mppX: scale(field(at, "mppX")), mppY: scale(field(at, "mppY")) };
  if (kind === "declared") return { kind, ...both, how: readOneOf(field(at, "how"), ["stated", "known-distance"]) };
  return { kind, ...both, source: readOneOf(field(at, "source"), calibrationSources) };
}

function readSource(at: At): SlideRef["source"] {
  const kind = readOneOf(field(at, "kind"), ["embedded", "file", "files", "folder", "url"]);
  return kind === "url" ? { kind, url: readString(field(at, "url"), { max: 4096 }) } : { kind };
}

function readStated(at: At): StatedFacts {
  readObject(at);
  const fact = (key: string): string | null => readNullable(field(at, key), (value) => readString(value, { max: 100 }));
  return { stain: fact("stain"), organ: fact("organ") };
}

function readSlideRef(at: At): SlideRef {
  const [testOnly, stated] = [field(at, "testOnly"), field(at, "stated")];
  return {
    id: hash(field(at, "id")) as SlideId,
    name: readString(field(at, "name"), { min: 0, max: 4096 }),
    fingerprint: readFingerprint(field(at, "fingerprint")),
    origin: readOneOf(field(at, "origin"), ["scanned", "generated"]),
    source: readSource(field(at, "source")),
    declared: readNullable(field(at, "declared"), readCalibration),
    caseId: readNullable(field(at, "caseId"), (value) => readString(value, { max: 200 })),
    ...(testOnly.value !== undefined && readBoolean(testOnly) && { testOnly: true as const }),
    ...(stated.value !== undefined && { stated: readStated(stated) }),
  };
}

function readSummary(at: At): PromptSetSummary {
  const count = (key: string): number => readNumber(field(at, key), { min: 0, max: 1e12, integer: true });
  return {
    id: hash(field(at, "id")) as PromptSetId,
    bytes: count("bytes"),
    trainedParameters: count("trainedParameters"),
    metadata: readPromptSetMetadata(field(at, "metadata")),
  };
}

function readRecord(at: At): RunRecord {
  const heldOut = field(at, "heldOut");
  return {
    run: readTuningRun(field(at, "run")),
    estimate: readNullable(field(at, "estimate"), readEstimate),
    labels: readNumber(field(at, "labels"), { min: 0, max: 1e7, integer: true }),
    ...(heldOut.value !== undefined && { heldOut: readHeldOut(heldOut) }),
  };
}

function readChange(at: At): ProjectChange {
  readObject(at);
  return {
    title: readString(field(at, "title"), { min: 0, max: 1000 }),
    undoable: readBoolean(field(at, "undoable")),
    events: readList(field(at, "events"), { min: 0, max: maxEvents }).map(readEvent),
  };
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length > 3 ? ` (and ${problems.length - 3} more)` : "";
  const first = problems.slice(0, 3).join("; ");
  throw new Fault("damaged", `An entry of the project's journal cannot be read: ${first}${more}.`, {
    problems: problems.slice(0, 50),
  });
}

/** An entry in the newest shape. Throws Fault `storage` for a version this build does not know, which must not be touched. */
function migrate(entry: unknown): unknown {
  let current = entry;
  for (let version = versionOf(current); version !== journalVersion; version = versionOf(current)) {
    const next = Object.hasOwn(migrations, version) ? migrations[version] : undefined;
    if (!next) {
      throw new Fault(
        "storage",
        `This project was written by another version of PathoTune ("${version.slice(0, 40)}", this one reads "${journalVersion}"). ` +
          "Nothing was changed. Open it with that version.",
        { version },
      );
    }
    current = next.step(current);
  }
  return current;
}

function versionOf(entry: unknown): string {
  const at = rootAt(entry, "entry");
  const version = readString(field(at, "version"), { max: 100, pattern: /^journal\/\d+$/ });
  refuse(at.problems);
  return version;
}

/** Reads one entry. Throws Fault `damaged` with every path that is wrong, or `storage` for a version from elsewhere. */
export function parseChange(entry: unknown): ProjectChange {
  const at = rootAt(migrate(entry), "entry");
  const change = readChange(at);
  refuse(at.problems);
  return change;
}

/** An entry as it is stored. Throws Fault `damaged` rather than write what could not be read back. */
export function storedChange(change: ProjectChange): StoredChange {
  return { version: journalVersion, ...parseChange({ version: journalVersion, ...change }) };
}

/** Reads what it can of a list of events: damaged ones are left out and counted. For snapshots, where one bad row is not all. */
export function parseEvents(entry: unknown): Readonly<{ events: readonly ProjectEvent[]; damaged: number }> {
  const at = rootAt(migrate(entry), "snapshot");
  const list = readList(field(at, "events"), { min: 0, max: maxEvents });
  refuse(at.problems);
  const events: ProjectEvent[] = [];
  for (const { value, path } of list) {
    const own = { value, path, problems: [] };
    const event = readEvent(own);
    if (own.problems.length === 0) events.push(event);
  }
  return { events, damaged: list.length - events.length };
}
