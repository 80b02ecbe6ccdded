// The person's work as a log: events, the state they add up to, and each event's inverse. Undo and the journal stand on it.
// Knows no storage and no screen. Every event that is persisted has a parser in parse-project.ts.
import type { ClassId, LabelId, ProjectId, PromptSetId, RunId, SlideId } from "../base/brand.ts";
import type { Estimate } from "./estimate.ts";
import type { Label, TissueClass } from "./label.ts";
import type { PromptSetSummary } from "./prompt-set.ts";
import type { TuningRun } from "./run.ts";
import type { Calibration, Fingerprint, SlideOrigin } from "./slide.ts";

/** A slide the project knows; `name` is only ever shown on this machine. `source` says how to find it again. */
export type SlideRef = Readonly<{
  id: SlideId;
  name: string;
  fingerprint: Fingerprint;
  origin: SlideOrigin;
  source: Readonly<{ kind: "embedded" } | { kind: "file" } | { kind: "url"; url: string }>;
  /** Declared by the person; null while the file's own calibration stands. */
  declared: Calibration | null;
  /** Case (patient) the slide belongs to, if declared. */
  caseId: string | null;
}>;

export type RunRecord = Readonly<{ run: TuningRun; estimate: Estimate | null; labels: number }>;

export type Project = Readonly<{
  id: ProjectId;
  slides: ReadonlyMap<SlideId, SlideRef>;
  classes: readonly TissueClass[];
  labels: ReadonlyMap<LabelId, Label>;
  promptSets: ReadonlyMap<PromptSetId, PromptSetSummary>;
  /** null: the frozen preview (or, without labels, nothing) answers clicks. */
  activeSet: PromptSetId | null;
  runs: ReadonlyMap<RunId, RunRecord>;
}>;

/** "put" carries the whole new value, so that replaying twice changes nothing. */
export type ProjectEvent =
  | Readonly<{ type: "slide/put"; slide: SlideRef }>
  | Readonly<{ type: "slide/remove"; id: SlideId }>
  | Readonly<{ type: "class/put"; value: TissueClass; at: number }>
  | Readonly<{ type: "class/remove"; id: ClassId }>
  | Readonly<{ type: "label/put"; label: Label }>
  | Readonly<{ type: "label/remove"; id: LabelId }>
  | Readonly<{ type: "prompt-set/put"; summary: PromptSetSummary }>
  | Readonly<{ type: "prompt-set/remove"; id: PromptSetId }>
  | Readonly<{ type: "active-set/put"; id: PromptSetId | null }>
  | Readonly<{ type: "run/put"; record: RunRecord }>
  | Readonly<{ type: "run/remove"; id: RunId }>;

/** What happens as one, is journalled in one transaction and undone as one. `title` is what undo shows: "Undo label Stroma". */
export type ProjectChange = Readonly<{ title: string; events: readonly ProjectEvent[]; undoable: boolean }>;

export function emptyProject(id: ProjectId): Project {
  return {
    id,
    slides: new Map(),
    classes: [],
    labels: new Map(),
    promptSets: new Map(),
    activeSet: null,
    runs: new Map(),
  };
}

function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function withoutEntry<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const next = new Map(map);
  next.delete(key);
  return next;
}

/** Pure. Applying an event a second time changes nothing. */
export function applyEvent(project: Project, event: ProjectEvent): Project {
  switch (event.type) {
    case "slide/put":
      return { ...project, slides: withEntry(project.slides, event.slide.id, event.slide) };
    case "slide/remove":
      return { ...project, slides: withoutEntry(project.slides, event.id) };
    case "class/put": {
      const others = project.classes.filter((c) => c.id !== event.value.id);
      return { ...project, classes: others.toSpliced(Math.min(event.at, others.length), 0, event.value) };
    }
    case "class/remove":
      return { ...project, classes: project.classes.filter((c) => c.id !== event.id) };
    case "label/put":
      return { ...project, labels: withEntry(project.labels, event.label.id, event.label) };
    case "label/remove":
      return { ...project, labels: withoutEntry(project.labels, event.id) };
    case "prompt-set/put":
      return { ...project, promptSets: withEntry(project.promptSets, event.summary.id, event.summary) };
    case "prompt-set/remove":
      return { ...project, promptSets: withoutEntry(project.promptSets, event.id) };
    case "active-set/put":
      return { ...project, activeSet: event.id };
    case "run/put":
      return { ...project, runs: withEntry(project.runs, event.record.run.id, event.record) };
    case "run/remove":
      return { ...project, runs: withoutEntry(project.runs, event.id) };
    default:
      return event satisfies never;
  }
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
      const at = project.classes.findIndex((c) => c.id === event.value.id);
      const before = project.classes[at];
      return before ? { type: "class/put", value: before, at } : { type: "class/remove", id: event.value.id };
    }
    case "class/remove": {
      const at = project.classes.findIndex((c) => c.id === event.id);
      const before = project.classes[at];
      return before ? { type: "class/put", value: before, at } : null;
    }
    case "label/put": {
      const before = project.labels.get(event.label.id);
      return before ? { type: "label/put", label: before } : { type: "label/remove", id: event.label.id };
    }
    case "label/remove": {
      const before = project.labels.get(event.id);
      return before ? { type: "label/put", label: before } : null;
    }
    case "prompt-set/put": {
      const before = project.promptSets.get(event.summary.id);
      return before ? { type: "prompt-set/put", summary: before } : { type: "prompt-set/remove", id: event.summary.id };
    }
    case "prompt-set/remove": {
      const before = project.promptSets.get(event.id);
      return before ? { type: "prompt-set/put", summary: before } : null;
    }
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
    default:
      return event satisfies never;
  }
}
