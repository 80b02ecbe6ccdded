// The person's work as a log: events, the state they add up to, and each event's inverse. Undo and the journal stand on it.
// Knows no storage and no screen. Every event that is persisted has a parser in parse-project.ts.
import type { ClassId, LabelId, ProjectId, PromptSetId, RunId, SlideId } from "../base/brand.ts";
import type { Aside, AsideId } from "./aside.ts";
import type { Estimate } from "./estimate.ts";
import type { HeldOutLabel } from "./held-out.ts";
import type { Label, TissueClass } from "./label.ts";
import type { LearnedPlace } from "./learned-places.ts";
import type { CheckAnswer, MapCheck, MapCheckId } from "./map-check.ts";
import { otherClassId, ownClasses, withOther } from "./other-class.ts";
import type { PromptSetSummary } from "./prompt-set.ts";
import type { TuningRun } from "./run.ts";
import type { Calibration, Fingerprint, SlideOrigin } from "./slide.ts";
import type { TissueSettings, Zone, ZoneId } from "./zone.ts";

/** As the person wrote it; null: not stated. */
export type StatedFacts = Readonly<{ stain: string | null; organ: string | null }>;

/** A slide the project knows; `name` is only ever shown on this machine. `source` says how to find it again. */
export type SlideRef = Readonly<{
  id: SlideId;
  name: string;
  fingerprint: Fingerprint;
  origin: SlideOrigin;
  source: Readonly<
    { kind: "embedded" } | { kind: "file" } | { kind: "files" } | { kind: "folder" } | { kind: "url"; url: string }
  >;
  /** Declared by the person; null while the file's own calibration stands. */
  declared: Calibration | null;
  /** Case (patient) the slide belongs to, if declared. */
  caseId: string | null;
  /** Its labels only test: nothing is tuned on them, and no preview follows them. Absent: they are labels like any other. */
  testOnly?: true;
  /** What the person says of it; absent: nothing. */
  stated?: StatedFacts;
}>;

/** `heldOut`: what was answered about each held-out label; absent where there is no figure, and in older records. */
export type RunRecord = Readonly<{
  run: TuningRun;
  estimate: Estimate | null;
  labels: number;
  heldOut?: readonly HeldOutLabel[];
}>;

export type Project = Readonly<{
  id: ProjectId;
  slides: ReadonlyMap<SlideId, SlideRef>;
  /** Other is always the last of them (other-class.ts). */
  classes: readonly TissueClass[];
  /** Side of the labelled field in um, which labels and prompt sets belong to; null: the backbone's own. */
  fieldUm: number | null;
  labels: ReadonlyMap<LabelId, Label>;
  /** Places without a class, not to be suggested again. */
  asides: ReadonlyMap<AsideId, Aside>;
  promptSets: ReadonlyMap<PromptSetId, PromptSetSummary>;
  /** Of sets that learned without labels: where; none of a set whose places are not known here. */
  learnedPlaces: ReadonlyMap<PromptSetId, readonly LearnedPlace[]>;
  /** null: the frozen preview (or, without labels, nothing) answers clicks. */
  activeSet: PromptSetId | null;
  runs: ReadonlyMap<RunId, RunRecord>;
  zones: ReadonlyMap<ZoneId, Zone>;
  /** Slides whose tissue is found otherwise than by default. */
  tissue: ReadonlyMap<SlideId, TissueSettings>;
  /** Maps looked at blind; their answers are no labels until they are released. */
  checks: ReadonlyMap<MapCheckId, MapCheck>;
}>;

/** "put" carries the whole new value, so that replaying twice changes nothing. */
export type ProjectEvent =
  | Readonly<{ type: "slide/put"; slide: SlideRef }>
  | Readonly<{ type: "slide/remove"; id: SlideId }>
  | Readonly<{ type: "class/put"; value: TissueClass; at: number }>
  | Readonly<{ type: "class/remove"; id: ClassId }>
  | Readonly<{ type: "field/put"; um: number | null }>
  | Readonly<{ type: "label/put"; label: Label }>
  | Readonly<{ type: "label/remove"; id: LabelId }>
  | Readonly<{ type: "aside/put"; aside: Aside }>
  | Readonly<{ type: "aside/remove"; id: AsideId }>
  | Readonly<{ type: "prompt-set/put"; summary: PromptSetSummary }>
  | Readonly<{ type: "prompt-set/remove"; id: PromptSetId }>
  /** null: not known (any more). */
  | Readonly<{ type: "learned-places/put"; id: PromptSetId; places: readonly LearnedPlace[] | null }>
  | Readonly<{ type: "active-set/put"; id: PromptSetId | null }>
  | Readonly<{ type: "run/put"; record: RunRecord }>
  | Readonly<{ type: "run/remove"; id: RunId }>
  | Readonly<{ type: "zone/put"; zone: Zone }>
  | Readonly<{ type: "zone/remove"; id: ZoneId }>
  /** null: found by default. */
  | Readonly<{ type: "tissue/put"; slideId: SlideId; settings: TissueSettings | null }>
  | Readonly<{ type: "check/put"; check: MapCheck }>
  | Readonly<{ type: "check/remove"; id: MapCheckId }>
  /** One answer of a check, by its place among the draws; without the check nothing happens. */
  | Readonly<{ type: "check-answer/put"; id: MapCheckId; at: number; answer: CheckAnswer | null }>;

/** What happens as one, is journalled in one transaction and undone as one. `title` is what undo shows: "Undo label Stroma". */
export type ProjectChange = Readonly<{ title: string; events: readonly ProjectEvent[]; undoable: boolean }>;

export function emptyProject(id: ProjectId): Project {
  return {
    id,
    slides: new Map(),
    classes: withOther([]),
    fieldUm: null,
    labels: new Map(),
    asides: new Map(),
    promptSets: new Map(),
    learnedPlaces: new Map(),
    activeSet: null,
    runs: new Map(),
    zones: new Map(),
    tissue: new Map(),
    checks: new Map(),
  };
}

/** A map that is copied when it is first written to, and only then. */
function copyOnce<K, V>(map: ReadonlyMap<K, V>) {
  let own: Map<K, V> | null = null;
  return {
    read: (): ReadonlyMap<K, V> => own ?? map,
    write: (): Map<K, V> => {
      own ??= new Map(map);
      return own;
    },
  };
}

/** A project under change: one copy for a thousand events, where a copy each would make long work quadratic. */
function createDraft(before: Project) {
  const slides = copyOnce(before.slides);
  const labels = copyOnce(before.labels);
  const asides = copyOnce(before.asides);
  const promptSets = copyOnce(before.promptSets);
  const learnedPlaces = copyOnce(before.learnedPlaces);
  const runs = copyOnce(before.runs);
  const zones = copyOnce(before.zones);
  const tissue = copyOnce(before.tissue);
  const checks = copyOnce(before.checks);
  let { classes, activeSet, fieldUm } = before;
  const apply = (event: ProjectEvent): void => {
    switch (event.type) {
      case "slide/put":
        slides.write().set(event.slide.id, event.slide);
        break;
      case "slide/remove":
        slides.write().delete(event.id);
        break;
      case "class/put": {
        if (event.value.id === otherClassId) break;
        const others = ownClasses(classes).filter((c) => c.id !== event.value.id);
        classes = withOther(others.toSpliced(Math.min(event.at, others.length), 0, event.value));
        break;
      }
      case "class/remove":
        classes = withOther(ownClasses(classes).filter((c) => c.id !== event.id));
        break;
      case "field/put":
        fieldUm = event.um;
        break;
      case "label/put":
        labels.write().set(event.label.id, event.label);
        break;
      case "label/remove":
        labels.write().delete(event.id);
        break;
      case "aside/put":
        asides.write().set(event.aside.id, event.aside);
        break;
      case "aside/remove":
        asides.write().delete(event.id);
        break;
      case "prompt-set/put":
        promptSets.write().set(event.summary.id, event.summary);
        break;
      case "prompt-set/remove":
        promptSets.write().delete(event.id);
        break;
      case "learned-places/put":
        if (event.places) learnedPlaces.write().set(event.id, event.places);
        else learnedPlaces.write().delete(event.id);
        break;
      case "active-set/put":
        activeSet = event.id;
        break;
      case "run/put":
        runs.write().set(event.record.run.id, event.record);
        break;
      case "run/remove":
        runs.write().delete(event.id);
        break;
      case "zone/put":
        zones.write().set(event.zone.id, event.zone);
        break;
      case "zone/remove":
        zones.write().delete(event.id);
        break;
      case "tissue/put":
        if (event.settings) tissue.write().set(event.slideId, event.settings);
        else tissue.write().delete(event.slideId);
        break;
      case "check/put":
        checks.write().set(event.check.id, event.check);
        break;
      case "check/remove":
        checks.write().delete(event.id);
        break;
      case "check-answer/put": {
        const check = checks.read().get(event.id);
        if (check && event.at < check.answers.length && fits(check, event.answer)) {
          checks.write().set(event.id, { ...check, answers: check.answers.with(event.at, event.answer) });
        }
        break;
      }
      default:
        event satisfies never;
    }
  };
  const read = (): Project => ({
    id: before.id,
    slides: slides.read(),
    classes,
    fieldUm,
    labels: labels.read(),
    asides: asides.read(),
    promptSets: promptSets.read(),
    learnedPlaces: learnedPlaces.read(),
    activeSet,
    runs: runs.read(),
    zones: zones.read(),
    tissue: tissue.read(),
    checks: checks.read(),
  });
  return { apply, read };
}

/** A finished check has no patch that was not looked at, and no answer names a class it does not have. */
const fits = ({ finished, choices }: MapCheck, answer: CheckAnswer | null): boolean =>
  answer === null ? !finished : answer.kind !== "class" || answer.choice < choices.length;

/** Applies events in order; `inverse` takes all of them back, in the order given. Pure; untouched parts stay the same objects. */
export function applyEvents(
  project: Project,
  events: readonly ProjectEvent[],
): Readonly<{ project: Project; inverse: readonly ProjectEvent[] }> {
  const draft = createDraft(project);
  const inverse: ProjectEvent[] = [];
  for (const event of events) {
    const back = inverseOf(draft.read(), event);
    if (back) inverse.push(back);
    draft.apply(event);
  }
  return { project: draft.read(), inverse: inverse.reverse() };
}

/** Pure. Applying an event a second time changes nothing. */
export function applyEvent(project: Project, event: ProjectEvent): Project {
  const draft = createDraft(project);
  draft.apply(event);
  return draft.read();
}

/** The event that takes `event` back, computed against the state before it; null where it changed nothing. */
export function inverseOf(project: Project, event: ProjectEvent): ProjectEvent | null {
  switch (event.type) {
    case "slide/put": {
      const before = project.slides.get(event.slide.id);
      return before ? { type: "slide/put", slide: before } : { type: "slide/remove", id: event.slide.id };
    }
    case "slide/remove": {
      const before = project.slides.get(event.id);
      return before ? { type: "slide/put", slide: before } : null;
    }
    case "class/put": {
      if (event.value.id === otherClassId) return null;
      const at = project.classes.findIndex((c) => c.id === event.value.id);
      const before = project.classes[at];
      return before ? { type: "class/put", value: before, at } : { type: "class/remove", id: event.value.id };
    }
    case "class/remove": {
      if (event.id === otherClassId) return null;
      const at = project.classes.findIndex((c) => c.id === event.id);
      const before = project.classes[at];
      return before ? { type: "class/put", value: before, at } : null;
    }
    case "field/put":
      return { type: "field/put", um: project.fieldUm };
    case "label/put": {
      const before = project.labels.get(event.label.id);
      return before ? { type: "label/put", label: before } : { type: "label/remove", id: event.label.id };
    }
    case "label/remove": {
      const before = project.labels.get(event.id);
      return before ? { type: "label/put", label: before } : null;
    }
    case "aside/put": {
      const before = project.asides.get(event.aside.id);
      return before ? { type: "aside/put", aside: before } : { type: "aside/remove", id: event.aside.id };
    }
    case "aside/remove": {
      const before = project.asides.get(event.id);
      return before ? { type: "aside/put", aside: before } : null;
    }
    case "prompt-set/put": {
      const before = project.promptSets.get(event.summary.id);
      return before ? { type: "prompt-set/put", summary: before } : { type: "prompt-set/remove", id: event.summary.id };
    }
    case "prompt-set/remove": {
      const before = project.promptSets.get(event.id);
      return before ? { type: "prompt-set/put", summary: before } : null;
    }
    case "learned-places/put":
      return { ...event, places: project.learnedPlaces.get(event.id) ?? null };
    case "active-set/put":
      return { type: "active-set/put", id: project.activeSet };
    case "run/put": {
      const before = project.runs.get(event.record.run.id);
      return before ? { type: "run/put", record: before } : { type: "run/remove", id: event.record.run.id };
    }
    case "run/remove": {
      const before = project.runs.get(event.id);
      return before ? { type: "run/put", record: before } : null;
    }
    case "zone/put": {
      const before = project.zones.get(event.zone.id);
      return before ? { type: "zone/put", zone: before } : { type: "zone/remove", id: event.zone.id };
    }
    case "zone/remove": {
      const before = project.zones.get(event.id);
      return before ? { type: "zone/put", zone: before } : null;
    }
    case "tissue/put":
      return { type: "tissue/put", slideId: event.slideId, settings: project.tissue.get(event.slideId) ?? null };
    case "check/put": {
      const before = project.checks.get(event.check.id);
      return before ? { type: "check/put", check: before } : { type: "check/remove", id: event.check.id };
    }
    case "check/remove": {
      const before = project.checks.get(event.id);
      return before ? { type: "check/put", check: before } : null;
    }
    case "check-answer/put": {
      const before = project.checks.get(event.id)?.answers[event.at];
      return before === undefined ? null : { ...event, answer: before };
    }
    default:
      return event satisfies never;
  }
}
