// Says what a slide's stain and organ are. A scanner does not know, and nothing is guessed from colours.
import type { SlideId } from "../../base/brand.ts";
import type { StatedFacts } from "../../domain/project.ts";
import { say } from "../../words/say.ts";
import type { Action } from "../action.ts";
import { canWrite } from "../selectors.ts";

export const stateFacts: Action<Readonly<{ id: SlideId } & Partial<StatedFacts>>> = {
  id: "slide/stated",
  title: "State stain and organ",
  enabled: (state, { id, stain, organ }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    if (!state.project.project.slides.has(id)) return say("Open a slide first.");
    return [stain, organ].every((text) => (text?.length ?? 0) <= 100) || say("At most 100 characters.");
  },
  run: ({ project }, { id, ...said }) => {
    const known = project.getState().project.slides.get(id);
    if (!known) return;
    const tidy = (text: string | null | undefined, before: string | null): string | null =>
      text === undefined ? before : text?.trim() || null;
    const before = known.stated ?? { stain: null, organ: null };
    const stated = { stain: tidy(said.stain, before.stain), organ: tidy(said.organ, before.organ) };
    project.dispatch({
      title: "State stain and organ of a slide",
      undoable: true,
      events: [{ type: "slide/put", slide: { ...known, stated } }],
    });
  },
};
