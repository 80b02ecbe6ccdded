// Commands on tissue classes. Knows no screen; a class goes with its labels, in one undo.
import type { ClassId } from "../../base/brand.ts";
import type { TissueClass } from "../../domain/label.ts";
import { otherClassId, ownClasses } from "../../domain/other-class.ts";
import type { ProjectEvent } from "../../domain/project.ts";
import { type Plain, say } from "../../words/say.ts";
import type { Action, AppState } from "../action.ts";
import { canWrite } from "../selectors.ts";

/** Okabe & Ito 2008, without black (invisible on dark) and grey (Other's own): distinct for colour-blind eyes; then darker and lighter companions. */
export const classColors: readonly string[] = [
  "#e69f00",
  "#56b4e9",
  "#009e73",
  "#f0e442",
  "#0072b2",
  "#d55e00",
  "#cc79a7",
  "#8c510a",
  "#b3de69",
  "#6a51a3",
  "#fb9a99",
];

const otherStays = (): string => say("Other is in every project: what is none of your classes goes there.");
const maxClasses = 64;
const maxName = 80;

const classesOf = (state: AppState): readonly TissueClass[] => state.project.project.classes;
const withId = (state: AppState, id: ClassId): TissueClass | undefined => classesOf(state).find((c) => c.id === id);

/** True, or why a class of the project (other than `except`) may not have this name. */
export function nameIsFree(state: AppState, name: string, except: ClassId | null = null): true | string {
  const clean = name.trim();
  if (clean === "") return say("A class needs a name.");
  if (clean.length > maxName) return say("A class name has at most {maxName} characters.", { maxName });
  const same = classesOf(state).some((c) => c.id !== except && c.name.toLowerCase() === clean.toLowerCase());
  return same ? say('There is already a class "{clean}".', { clean }) : true;
}

/** Number keys 1..9 then 0, as they lie on the keyboard. */
export const classKeys: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0];

export function nextColor(classes: readonly TissueClass[]): string {
  const used = (color: string): number => classes.filter((c) => c.color.toLowerCase() === color).length;
  return classColors.toSorted((a, b) => used(a) - used(b))[0] ?? "#999999";
}

/** The new class is selected. */
export const addClass: Action<Readonly<{ name: string; color?: string }>> = {
  id: "class/add",
  title: "Add class",
  enabled: (state, { name }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    if (ownClasses(classesOf(state)).length >= maxClasses) return say("At most {maxClasses} classes.", { maxClasses });
    return nameIsFree(state, name);
  },
  run: ({ project, session, newId }, { name, color }) => {
    const { classes } = project.getState().project;
    const own = ownClasses(classes);
    const key = classKeys.find((k) => classes.every((c) => c.key !== k)) ?? null;
    const value: TissueClass = {
      id: newId() as ClassId,
      name: name.trim(),
      color: (color ?? nextColor(own)).toLowerCase(),
      key,
    };
    project.dispatch({
      title: `Add class ${value.name}`,
      undoable: true,
      events: [{ type: "class/put", value, at: own.length }],
    });
    session.setState({ selectedClass: value.id });
  },
};

function change(id: string, title: Plain, refuse: (state: AppState, next: TissueClass) => true | string) {
  type Params = Readonly<{ id: ClassId; name?: string; color?: string; key?: number | null }>;
  const nextOf = (state: AppState, { id: classId, ...fields }: Params): TissueClass | null => {
    const before = withId(state, classId);
    if (!before) return null;
    const next = { ...before, ...fields };
    return { ...next, name: next.name.trim(), color: next.color.toLowerCase() };
  };
  const action: Action<Params> = {
    id,
    title,
    enabled: (state, params) => {
      const write = canWrite(state);
      if (write !== true) return write;
      if (params.id === otherClassId) return otherStays();
      const next = nextOf(state, params);
      return next ? refuse(state, next) : say("This class does not exist any more.");
    },
    run: ({ project, session }, params) => {
      const state = { project: project.getState(), session: session.getState() };
      const value = nextOf(state, params);
      if (!value) return;
      const before = withId(state, value.id);
      if (before && before.name === value.name && before.color === value.color && before.key === value.key) return;
      const at = classesOf(state).findIndex((c) => c.id === value.id);
      project.dispatch({
        title: `${title} ${before?.name ?? ""}`.trim(),
        undoable: true,
        events: [{ type: "class/put", value, at }],
      });
    },
  };
  return action;
}

export const renameClass = change("class/rename", "Rename class", (state, next) =>
  nameIsFree(state, next.name, next.id),
);

export const recolourClass = change("class/recolour", "Change colour of", (_, next) =>
  /^#[0-9a-f]{6}$/.test(next.color) ? true : say('"{color}" is no colour of the form #rrggbb.', { color: next.color }),
);

export const changeClassKey = change("class/key", "Change key of", (state, next) => {
  if (next.key !== null && !classKeys.includes(next.key)) return say("A class key is a number key, 0 to 9.");
  const other = classesOf(state).find((c) => c.id !== next.id && c.key !== null && c.key === next.key);
  return other ? say("Key {key} already labels {name}.", { key: next.key ?? "", name: other.name }) : true;
});

/** Takes its labels with it; one undo brings all back. */
export const removeClass: Action<Readonly<{ id: ClassId }>> = {
  id: "class/remove",
  title: "Remove class",
  enabled: (state, { id }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    if (id === otherClassId) return otherStays();
    return withId(state, id) ? true : say("This class does not exist any more.");
  },
  run: ({ project, session }, { id }) => {
    const { classes, labels } = project.getState().project;
    const name = classes.find((c) => c.id === id)?.name ?? "";
    const removals = [...labels.values()]
      .filter((label) => label.classId === id)
      .map((label): ProjectEvent => ({ type: "label/remove", id: label.id }));
    // Labels first: undone in reverse, the class is there before its labels are.
    project.dispatch({
      title: `Remove class ${name}`,
      undoable: true,
      events: [...removals, { type: "class/remove", id }],
    });
    if (session.getState().selectedClass === id) session.setState({ selectedClass: null });
  },
};

export const selectClass: Action<Readonly<{ id: ClassId | null }>> = {
  id: "class/select",
  title: "Select class",
  enabled: (state, { id }) => (id === null || withId(state, id) ? true : say("This class does not exist any more.")),
  run: ({ session }, { id }) => session.setState({ selectedClass: id }),
};
