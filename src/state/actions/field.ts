// The field: how large a square of tissue one label speaks of. Chosen before the first label; labels and prompt sets belong to it.
import { type FieldRange, fieldRange, fieldWords, mppOfField } from "../../domain/field-size.ts";
import { say } from "../../words/say.ts";
import type { Action, AppState } from "../action.ts";
import { canWrite, modelInUse } from "../selectors.ts";

export type FieldHere = FieldRange &
  Readonly<{
    um: number;
    /** null: it can be chosen; else why not. */
    fixed: string | null;
    /** What the project asks for and the loaded backbone does not bear; null where they agree. */
    refused: number | null;
  }>;

/** What can be chosen here; null while no backbone is loaded. */
export function fieldHere(state: AppState): FieldHere | null {
  const { engine } = state.session;
  const model = modelInUse(state);
  if (engine.kind !== "ready" || !model) return null;
  const range = fieldRange(engine.status.model);
  const { fieldUm, labels } = state.project.project;
  const fixed =
    labels.size > 0
      ? say("Your labels speak of this field. Remove or undo them to choose another.")
      : range.min === range.max
        ? say("This backbone bears its own field only.")
        : null;
  const refused = fieldUm !== null && mppOfField(engine.status.model, fieldUm) === null ? fieldUm : null;
  return { ...range, um: model.patchPixels * model.mpp, fixed, refused };
}

export const chooseField: Action<Readonly<{ um: number }>> = {
  id: "field/choose",
  title: "Choose the field size",
  enabled: (state, { um }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    const here = fieldHere(state);
    if (!here) return say("The model is still loading.");
    if (here.fixed !== null) return here.fixed;
    const range = say("{from} to {to}", { from: fieldWords(here.min), to: fieldWords(here.max) });
    return (um >= here.min && um <= here.max) || say("This backbone bears fields of {range}.", { range });
  },
  run: ({ project, session }, { um }) => {
    const here = fieldHere({ project: project.getState(), session: session.getState() });
    if (!here || here.um === um) return;
    project.dispatch({
      title: `Field of ${fieldWords(um)}`,
      undoable: true,
      events: [{ type: "field/put", um: um === here.own ? null : um }],
    });
  },
};
