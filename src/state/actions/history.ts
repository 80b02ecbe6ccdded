// Undo and redo as commands; their titles say what they would undo. Knows nothing of what the changes are.
import { heard } from "../../words/heard.ts";
import { say } from "../../words/say.ts";
import type { Action, AppState } from "../action.ts";
import { canWrite } from "../selectors.ts";

/** "Undo Label Stroma", for a button's name; null: nothing to undo. */
export const undoTitle = ({ project }: AppState): string | null => {
  const last = project.undo.at(-1);
  return last ? say("Undo: {title}", { title: heard(last.title) }) : null;
};

export const redoTitle = ({ project }: AppState): string | null => {
  const last = project.redo.at(-1);
  return last ? say("Redo: {title}", { title: heard(last.title) }) : null;
};

export const undo: Action = {
  id: "history/undo",
  title: "Undo",
  keys: ["Ctrl+Z"],
  enabled: (state) => {
    const write = canWrite(state);
    return write !== true ? write : undoTitle(state) !== null || say("There is nothing to undo.");
  },
  run: ({ project }) => project.undo(),
};

export const redo: Action = {
  id: "history/redo",
  title: "Redo",
  keys: ["Ctrl+Shift+Z", "Ctrl+Y"],
  enabled: (state) => {
    const write = canWrite(state);
    return write !== true ? write : redoTitle(state) !== null || say("There is nothing to redo.");
  },
  run: ({ project }) => project.redo(),
};
