// Keys of the whole page. Commands know what they do; this knows which key means which, and when keys are for typing.
import { useEffect } from "react";
import { centre, type Point } from "../domain/geometry.ts";
import { stateOf } from "../state/action.ts";
import { clearClick } from "../state/actions/clicks.ts";
import { redo, undo } from "../state/actions/history.ts";
import { labelPatch, removeLabel } from "../state/actions/labels.ts";
import { toggleMap } from "../state/actions/maps.ts";
import { blinkPromptSets } from "../state/actions/prompt-sets.ts";
import { reviewLabels } from "../state/actions/review.ts";
import { closeSuggestions, sayUnsure, suggest } from "../state/actions/suggest.ts";
import { startTuning } from "../state/actions/tuning.ts";
import { placeMeant } from "../state/map-looks.ts";
import { labelAt } from "../state/selectors.ts";
import { notify } from "../state/session-store.ts";
import { type App, useApp, usePerform } from "./app-context.ts";
import { toggleFullScreen } from "./full-screen.ts";
import { turnBy } from "./stage.ts";

/** For the list of shortcuts. */
export const shortcuts: readonly (readonly [keys: readonly string[], what: string])[] = [
  [["Click"], "Classify this patch"],
  [["1 … 9", "0"], "Label the patch under the cursor"],
  [["Delete"], "Remove the label under the cursor"],
  [["U"], "Unsure: no label here, and no suggestion"],
  [["S"], "Suggest patches to label"],
  [["G"], "Review all labels"],
  [["Ctrl Z"], "Undo"],
  [["Ctrl Shift Z"], "Redo"],
  [["T"], "Tune"],
  [["B"], "Blink between the last two prompt sets"],
  [["M"], "Show or hide the map"],
  [["Alt Wheel"], "Opacity of the map"],
  [["Esc"], "Stop labelling, drawing or measuring; forget the patch"],
  [["Arrows"], "Move over the slide"],
  [["+", "−"], "Zoom"],
  [["R", "Shift R"], "Turn the slide by 90° to the right, to the left"],
  [["F"], "Full screen"],
  [["Enter"], "Classify the patch in the centre (slide focused)"],
  [["?"], "This list"],
];

/** Of whatever marks itself with `data-own-keys`. */
const ownKeys = /^(?:Enter| |\d|u|U|ArrowLeft|ArrowRight)$/;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox])"))
  );
}

/** The place keys speak of: under the pointer; with the keyboard alone the centre of the view; else the clicked patch. Never a guess. */
function placeOf({ stage, context }: App): Point<"slide"> | null {
  // On a map a key corrects the patch that the map shows there, not one a little beside it.
  if (stage.pointer) return placeMeant(stateOf(context), context.maps, stage.pointer);
  if (stage.viewer?.byKeyboard()) return stage.view?.centre ?? null;
  const { click, currentSlide } = context.session.getState();
  return click.kind !== "none" && click.patch.slideId === currentSlide ? centre(click.patch.region) : null;
}

export function useKeyboard(): void {
  const app = useApp();
  const perform = usePerform();
  useEffect(() => {
    const { context, ui } = app;
    const onDigit = (digit: number): void => {
      const state = stateOf(context);
      const wanted = state.project.project.classes.find((c) => c.key === digit);
      const at = placeOf(app);
      if (!wanted) notify(context.session, "info", `No class has the key ${digit}. Add a class on the left first.`);
      else if (at) perform(labelPatch, { at, classId: wanted.id });
      else notify(context.session, "info", `Point at tissue first, then press ${digit} to label it ${wanted.name}.`);
    };
    const onDelete = (): void => {
      const at = placeOf(app);
      const label = at && labelAt(stateOf(context), at);
      if (label) perform(removeLabel, { id: label.id });
    };
    const onUnsure = (): void => {
      const at = placeOf(app);
      if (at) perform(sayUnsure, { at });
      else notify(context.session, "info", "Point at tissue first, then press U where even you cannot say.");
    };
    const onReview = (): void => {
      if (reviewLabels.enabled(stateOf(context), undefined) === true) ui.setState({ dialog: { kind: "review" } });
      perform(reviewLabels);
    };
    const onEscape = (): void => {
      const { measuring, labelling, drawing } = ui.getState();
      if (measuring || labelling || drawing) ui.setState({ measuring: null, labelling: false, drawing: null });
      else if (context.session.getState().suggesting.kind !== "closed") perform(closeSuggestions);
      else perform(clearClick);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || ui.getState().dialog.kind !== "none" || isTyping(event.target)) return;
      const control = event.ctrlKey || event.metaKey;
      // The strip of suggestions has keys of its own, while it is used.
      const own = event.target instanceof HTMLElement && event.target.closest("[data-own-keys]") !== null;
      if (own && !control && ownKeys.test(event.key)) return;
      const key = event.key.toLowerCase();
      if (control && key === "z") perform(event.shiftKey ? redo : undo);
      else if (control && key === "y") perform(redo);
      else if (control || event.altKey) return;
      else if (/^\d$/.test(key)) onDigit(Number(key));
      else if (key === "delete") onDelete();
      else if (key === "escape") onEscape();
      else if (event.key === "?") ui.setState({ dialog: { kind: "shortcuts" } });
      else if (key === "u") onUnsure();
      else if (key === "s") perform(suggest);
      else if (key === "g") onReview();
      else if (key === "t") perform(startTuning, {});
      else if (key === "b") perform(blinkPromptSets);
      else if (key === "m") perform(toggleMap);
      else if (key === "r" && !event.repeat) turnBy(app.stage, event.shiftKey ? -90 : 90);
      else if (key === "f" && !event.repeat) void toggleFullScreen(context.session);
      else return;
      // Escape also closes menus: they must still see it.
      if (key !== "escape") event.preventDefault();
    };
    // Captured: OpenSeadragon stops some keys on their way up.
    window.addEventListener("keydown", onKey, true);
    return () => window.removeEventListener("keydown", onKey, true);
  }, [app, perform]);
}
