// Commands: the project out to a file and in from one. Knows no file picker: text goes out and comes in.
import type { ClassId, PromptSetId } from "../../base/brand.ts";
import { auditFile, brokenAt } from "../../domain/audit.ts";
import { ownClasses } from "../../domain/other-class.ts";
import type { Project, ProjectEvent } from "../../domain/project.ts";
import { type ProjectFileOptions, parseProjectFile, writeProjectFile } from "../../domain/project-file.ts";
import { many, say } from "../../words/say.ts";
import type { Action, AppState } from "../action.ts";
import { canWrite } from "../selectors.ts";
import { notify } from "../session-store.ts";

const isEmpty = ({ labels, classes, promptSets }: Project): boolean =>
  labels.size === 0 && ownClasses(classes).length === 0 && promptSets.size === 0;

export const saveProject: Action<ProjectFileOptions> = {
  id: "project/save",
  title: "Save project as a file",
  enabled: (state) => !isEmpty(state.project.project) || say("There is nothing in this project yet."),
  run: async (context, options) => {
    const { project } = context.project.getState();
    const bytes = new Map<PromptSetId, Uint8Array>();
    for (const id of project.promptSets.keys()) {
      const kept = await context.journal.promptSet(id);
      if (kept) bytes.set(id, kept);
    }
    const missing = project.promptSets.size - bytes.size;
    if (missing > 0) {
      notify(
        context.session,
        "warning",
        many(
          missing,
          "1 prompt set is not in the file: the bytes are not kept in this browser.",
          "{n} prompt sets are not in the file: the bytes are not kept in this browser.",
        ),
      );
    }
    context.saveFile("project.pathotune.zip", writeProjectFile(project, bytes, options));
    context.session.setState({ exported: project });
  },
};

/** Adds what the file holds to what is there, as one step that can be undone; what has the same identity is replaced. */
export const loadProject: Action<Readonly<{ name: string; bytes: Uint8Array }>> = {
  id: "project/load",
  title: "Load a project file",
  enabled: (state: AppState) => canWrite(state),
  run: async (context, { name, bytes }) => {
    const { events, promptSets, warnings } = parseProjectFile(bytes, name);
    for (const [id, set] of promptSets) await context.journal.putPromptSet(id, set);
    const { project } = context.project.getState();
    context.project.dispatch({ title: `Load project ${name}`, undoable: true, events: joined(project, events) });
    for (const warning of warnings) notify(context.session, "warning", warning);
    const labels = events.filter((event) => event.type === "label/put").length;
    notify(
      context.session,
      "info",
      many(
        labels,
        'Loaded 1 label from "{name}". Undo takes it back.',
        'Loaded {n} labels from "{name}". Undo takes it back.',
        { name },
      ),
    );
  },
};

/** Titles name classes, prompt sets and slides as the person called them. */
export const saveAudit: Action = {
  id: "project/audit",
  title: "Save the audit log",
  enabled: () => true,
  run: async (context) => {
    const entries = await context.journal.audit();
    const broken = brokenAt(entries);
    if (broken !== null) {
      const why = say(
        "The audit log does not fit together from entry {broken} on: it was changed from outside. The file says so.",
        { broken: broken + 1 },
      );
      notify(context.session, "warning", why);
    }
    const text = auditFile(entries, (at) => new Date(at).toISOString());
    context.saveFile("audit.pathotune.jsonl", new TextEncoder().encode(text));
  },
};

/**
 * What the file adds: a class of a name that is there already is that class, and a key belongs to the one that has it. What is active
 * stays, unless nothing is.
 */
function joined(project: Project, events: readonly ProjectEvent[]): readonly ProjectEvent[] {
  const names = new Map(project.classes.map(({ name, id }) => [name, id]));
  const keys = new Map(project.classes.map(({ key, id }) => [key, id]));
  const same = new Map<ClassId, ClassId>();
  for (const event of events) {
    const there = event.type === "class/put" ? names.get(event.value.name) : undefined;
    if (event.type === "class/put" && there !== undefined) same.set(event.value.id, there);
  }
  return events.flatMap((event): readonly ProjectEvent[] => {
    switch (event.type) {
      case "active-set/put":
        return project.activeSet === null && event.id !== null ? [event] : [];
      case "label/put": {
        const classId = same.get(event.label.classId) ?? event.label.classId;
        return [{ ...event, label: { ...event.label, classId } }];
      }
      case "class/put": {
        const { value } = event;
        if (same.has(value.id)) return [];
        const holder = keys.get(value.key);
        const taken = value.key !== null && holder !== undefined && holder !== value.id;
        return [
          {
            ...event,
            at: ownClasses(project.classes).length + event.at,
            value: taken ? { ...value, key: null } : value,
          },
        ];
      }
      default:
        return [event];
    }
  });
}
