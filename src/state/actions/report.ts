// Commands that write what is meant to be read by people: a prompt set's card, a report. Knows no screen; what they hold was shown first.
import type { PromptSetId } from "../../base/brand.ts";
import { cardText, promptCard } from "../../domain/prompt-card.ts";
import type { Action } from "../action.ts";
import { currentSlide, setById } from "../selectors.ts";
import { promptSetFileName } from "./prompt-sets.ts";

export const savePromptCard: Action<Readonly<{ id: PromptSetId }>> = {
  id: "prompt-set/card",
  title: "Save the card as text",
  enabled: (state, { id }) => setById(state, id) !== null || "This prompt set does not exist any more.",
  run: (context, { id }) => {
    const set = setById({ project: context.project.getState(), session: context.session.getState() }, id);
    if (!set) return;
    const name = promptSetFileName(set.metadata.name).replace(/\.safetensors$/, "");
    context.saveFile(`${name}.card.txt`, new TextEncoder().encode(cardText(promptCard(set))));
  },
};

/** Writes exactly the HTML that was previewed. */
export const saveReport: Action<Readonly<{ html: string }>> = {
  id: "report/save",
  title: "Save the report",
  enabled: (state) => currentSlide(state) !== null || "Open a slide first.",
  run: (context, { html }) => context.saveFile("pathotune-report.html", new TextEncoder().encode(html)),
};
