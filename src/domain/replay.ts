// Snapshot + changes -> the project they add up to, whatever state they are in. Pure; the journals of platform/ share it, so that
// browser and Node replay alike. Damaged entries are named and left out, never guessed.
import type { ClassId, ProjectId } from "../base/brand.ts";
import { isFault } from "../base/fault.ts";
import { ownClasses, withOther } from "./other-class.ts";
import { journalVersion, parseChange, parseEvents } from "./parse-project.ts";
import { applyEvents, emptyProject, type Project, type ProjectEvent } from "./project.ts";

/** A project as one list of events, under the journal's own parser and version. */
export type StoredSnapshot = Readonly<{ version: typeof journalVersion; events: readonly ProjectEvent[] }>;

export function snapshotOf(project: Project): StoredSnapshot {
  const events: ProjectEvent[] = [
    ...[...project.slides.values()].map((slide) => ({ type: "slide/put", slide }) as const),
    ...ownClasses(project.classes).map((value, at) => ({ type: "class/put", value, at }) as const),
    ...(project.fieldUm === null ? [] : [{ type: "field/put", um: project.fieldUm } as const]),
    ...[...project.labels.values()].map((label) => ({ type: "label/put", label }) as const),
    ...[...project.asides.values()].map((aside) => ({ type: "aside/put", aside }) as const),
    ...[...project.promptSets.values()].map((summary) => ({ type: "prompt-set/put", summary }) as const),
    ...[...project.learnedPlaces].map(([id, places]) => ({ type: "learned-places/put", id, places }) as const),
    { type: "active-set/put", id: project.activeSet },
    ...[...project.runs.values()].map((record) => ({ type: "run/put", record }) as const),
    ...[...project.zones.values()].map((zone) => ({ type: "zone/put", zone }) as const),
    ...[...project.tissue].map(([slideId, settings]) => ({ type: "tissue/put", slideId, settings }) as const),
    ...[...project.checks.values()].map((check) => ({ type: "check/put", check }) as const),
  ];
  return { version: journalVersion, events };
}

export type Replayed = Readonly<{
  project: Project;
  /** Indices of `entries` that could not be read. */
  damaged: readonly number[];
  /** In words, for the person; empty when all is well. */
  warnings: readonly string[];
}>;

/**
 * @param snapshot what the project was when the log was last cut, or null
 * @param entries changes since then, oldest first
 * Throws Fault `storage` where another version wrote them, `damaged` where the snapshot is no snapshot at all.
 */
export function replay(id: ProjectId, snapshot: unknown, entries: readonly unknown[]): Replayed {
  const warnings: string[] = [];
  const base = snapshot === null || snapshot === undefined ? { events: [], damaged: 0 } : parseEvents(snapshot);
  if (base.damaged > 0)
    warnings.push(`${base.damaged} entries of your saved project could not be read and were left out.`);
  const events: ProjectEvent[] = [...base.events];
  const damaged: number[] = [];
  entries.forEach((entry, i) => {
    try {
      events.push(...parseChange(entry).events);
    } catch (error) {
      if (!isFault(error, "damaged")) throw error;
      damaged.push(i);
    }
  });
  if (damaged.length === 1 && damaged[0] === entries.length - 1) {
    warnings.push("Your last action could not be read back and was left out. Everything before it is there.");
  } else if (damaged.length > 0) {
    warnings.push(
      `${damaged.length} of your actions could not be read back and were left out; what could be read is there.`,
    );
  }
  const mended = mend(applyEvents(emptyProject(id), events).project);
  return { project: mended.project, damaged, warnings: [...warnings, ...mended.warnings] };
}

/** Labels are work: where the class they belong to is lost, a class of another name is put in its place. */
function mend(project: Project): Readonly<{ project: Project; warnings: readonly string[] }> {
  const known = new Set(project.classes.map((c) => c.id));
  const lost = new Set<ClassId>();
  for (const { classId } of project.labels.values()) if (!known.has(classId)) lost.add(classId);
  if (lost.size === 0) return { project, warnings: [] };
  const classes = [...ownClasses(project.classes)];
  let n = 0;
  for (const id of lost) classes.push({ id, name: `Recovered class ${++n}`, color: "#999999", key: null });
  return {
    project: { ...project, classes: withOther(classes) },
    warnings: [
      `The names of ${n === 1 ? "a class" : `${n} classes`} were lost; their labels are kept under "Recovered class".`,
    ],
  };
}
