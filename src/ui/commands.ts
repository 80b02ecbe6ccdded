// Every command a person can give, in one table: the keyboard, the command palette and the list of keys are made from it. The commands of
// the state floor know what they do; this adds what only the page can do, and which key means which.
import type { PromptSetId } from "../base/brand.ts";
import { centre, type Point } from "../domain/geometry.ts";
import type { Zone } from "../domain/zone.ts";
import { type Action, type AppState, perform, stateOf } from "../state/action.ts";
import { showAttention } from "../state/actions/attention.ts";
import { selectClass } from "../state/actions/classes.ts";
import { clearClick } from "../state/actions/clicks.ts";
import { redo, undo } from "../state/actions/history.ts";
import { labelPatch, removeLabel } from "../state/actions/labels.ts";
import { cancelLearning, learnTissue, startFrom } from "../state/actions/learning.ts";
import { cancelSweep, pauseSweep, resumeSweep, startSweep, toggleMap } from "../state/actions/maps.ts";
import { saveAudit, saveProject } from "../state/actions/project-file.ts";
import { activatePromptSet, blinkPromptSets } from "../state/actions/prompt-sets.ts";
import { addReadyLabels, removeReadyLabels } from "../state/actions/ready-labels.ts";
import { reviewLabels } from "../state/actions/review.ts";
import { showSlide } from "../state/actions/slides.ts";
import { acceptAll, closeSuggestions, sayUnsure, suggest } from "../state/actions/suggest.ts";
import { cancelTuning, finishEarly, startTuning } from "../state/actions/tuning.ts";
import { placeMeant } from "../state/map-looks.ts";
import { allSets, currentSlide, labelAt, slideMpp, startSets, zonesHere } from "../state/selectors.ts";
import { notify } from "../state/session-store.ts";
import { magnificationOf, magnificationWords, mppWords } from "../viewer/scale.ts";
import { say } from "../words/say.ts";
import type { App } from "./app-context.ts";
import { toggleFullScreen } from "./full-screen.ts";
import { changeLanguage, otherLanguages } from "./language.ts";
import { openAttention } from "./open-attention.ts";
import { turnBy } from "./stage.ts";
import type { Dialog, Drawing } from "./ui-store.ts";
import { copyViewLink } from "./view-link.ts";

export type Group = "Labels" | "Tuning" | "Map" | "Slide" | "View" | "Project" | "Help";

/** `keys`: the shortcuts as shown, the first of them the one to teach. `enabled`: true, or why not. */
export type Command = Readonly<{
  id: string;
  group: Group;
  title: string;
  keys: readonly string[];
  enabled: () => true | string;
  run: () => void;
}>;

/** The place keys speak of: under the pointer; with the keyboard alone the centre of the view; else the clicked patch. Never a guess. */
export function placeOf({ stage, context }: App): Point<"slide"> | null {
  // On a map a key corrects the patch that the map shows there, not one a little beside it.
  if (stage.pointer) return placeMeant(stateOf(context), context.maps, stage.pointer);
  if (stage.viewer?.byKeyboard()) return stage.view?.centre ?? null;
  const { click, currentSlide: id } = context.session.getState();
  return click.kind !== "none" && click.patch.slideId === id ? centre(click.patch.region) : null;
}

const yes = (): true => true;

const showChosenSet = (): void =>
  document.querySelector('[data-testid="prompt-set-row"][data-on="true"]')?.scrollIntoView({ block: "nearest" });

/** Made anew when asked: classes, sets and slides come and go. */
export function commandsOf(app: App): readonly Command[] {
  const { context, ui, stage, host } = app;
  const state = stateOf(context);
  const of = <P>(group: Group, action: Action<P>, ...params: P extends void ? [] : [P]): Command => ({
    id: action.id,
    group,
    title: say(action.title),
    keys: action.keys ?? [],
    enabled: () => action.enabled(stateOf(context), params[0] as P),
    run: () => void perform(context, action, ...(params as P extends void ? [] : [params: P])),
  });
  const plain = (group: Group, id: string, title: string, run: () => void, keys: readonly string[] = []): Command => ({
    id,
    group,
    title,
    keys,
    enabled: yes,
    run,
  });
  const dialog = (group: Group, open: Dialog, title: string, keys: readonly string[] = []): Command =>
    plain(group, `dialog/${open.kind}`, title, () => ui.setState({ dialog: open }), keys);
  const slide = currentSlide(state);
  const scale = slide && slideMpp(slide.info.calibration);

  return [
    ...labelling(app, of, plain),
    of("Tuning", startTuning, {}),
    of("Tuning", finishEarly),
    of("Tuning", cancelTuning),
    of("Tuning", learnTissue),
    of("Tuning", cancelLearning),
    ...startChoices(state).map(
      ({ from, name }): Command => ({
        ...of("Tuning", startFrom, { from }),
        id: `tuning/start-from/${from}`,
        title: say("Tune starts from: {name}", { name }),
      }),
    ),
    {
      ...of("Tuning", blinkPromptSets),
      // The list may be out of sight, and with it which of the two answers now.
      run: () => void perform(context, blinkPromptSets).then((done) => done && requestAnimationFrame(showChosenSet)),
    },
    ...[
      { id: null, name: say("No prompts (frozen)") },
      ...allSets(state).map((s) => ({ id: s.id, name: s.metadata.name })),
    ].map(
      ({ id, name }): Command => ({
        ...of("Tuning", activatePromptSet, { id }),
        id: `prompt-set/use/${id ?? "none"}`,
        title: say("Use prompt set: {name}", { name }),
      }),
    ),
    of("Map", startSweep),
    of("Map", pauseSweep),
    { ...of("Map", resumeSweep), title: say("Go on with the map") },
    { ...of("Map", cancelSweep), title: say("Cancel the map") },
    of("Map", toggleMap),
    ...[...state.session.openSlides.values()].map(
      ({ info, name }): Command => ({
        ...of("Slide", showSlide, { id: info.id }),
        id: `slide/show/${info.id}`,
        title: say("Show slide: {name}", { name }),
      }),
    ),
    plain("Slide", "slide/next", say("Next slide of the project"), () => nextSlide(app, 1), ["PageDown"]),
    plain("Slide", "slide/previous", say("Slide before"), () => nextSlide(app, -1), ["PageUp"]),
    plain("Slide", "slide/pick", say("Open a slide file…"), host.pickSlide),
    plain("Slide", "slide/pick-folder", say("Open a slide folder…"), host.pickSlideFolder),
    dialog("Slide", { kind: "open-url" }, say("Open a slide by its address…")),
    plain("Slide", "slide/demo", say("Open the demo slide"), host.openDemo),
    dialog("Slide", { kind: "slide-facts" }, say("About this slide…")),
    dialog("Slide", { kind: "calibration" }, say("State how large a pixel is…")),
    plain("View", "view/fit", say("The whole slide"), () => stage.viewer?.home(), ["Home"]),
    ...magnifications.flatMap(({ times, keys }): readonly Command[] =>
      scale
        ? [
            plain(
              "View",
              `view/${times}`,
              say("Magnification {times}× ({mpp})", { times, mpp: mppWords(10 / times) }),
              () => stage.viewer?.zoomTo(10 / times / scale),
              keys,
            ),
          ]
        : [],
    ),
    plain("View", "view/ruler", say("Ruler (keeps nothing)"), () => toggleRuler(app), ["L"]),
    plain("View", "view/right", say("Turn right by 90°"), () => turnBy(stage, 90), ["R"]),
    plain("View", "view/left", say("Turn left by 90°"), () => turnBy(stage, -90), ["Shift+R"]),
    plain("View", "view/full", say("Full screen"), () => void toggleFullScreen(context.session), ["F"]),
    plain("View", "view/split", say("Two prompt sets side by side"), () => toggleSplit(app), ["V"]),
    plain("View", "view/tissue", say("Show or hide the tissue's outline"), () =>
      ui.setState(({ tissueShown }) => ({ tissueShown: !tissueShown })),
    ),
    plain("View", "view/link", say("Copy a link to this view (no pixels)"), () => void copyViewLink(context.session)),
    ...otherLanguages(ui.getState().language).map(({ tag, name }) =>
      plain("View", `view/language/${tag}`, say("Language: {name}", { name }), () => void changeLanguage(ui, tag)),
    ),
    { ...of("View", showAttention, { patch: null }), run: () => openAttention(app, null) },
    ...zoneCommands(app, slide ? zonesHere(state, slide.info.id) : []),
    of("Project", undo),
    of("Project", redo),
    of("Project", saveProject, { names: "kept" }),
    plain("Project", "project/pick", say("Load a project file…"), host.pickProject),
    of("Project", saveAudit),
    dialog("Help", { kind: "commands" }, say("All commands"), ["Ctrl+K"]),
    dialog("Help", { kind: "shortcuts" }, say("All keys"), ["?"]),
    dialog("Help", { kind: "capabilities" }, say("This device: where it runs, what was checked")),
    plain("Help", "help/tour", say("Show me around"), () => ui.setState({ tour: 0 })),
    plain("Help", "view/escape", say("Stop what is going on; forget the patch"), () => stop(app), ["Escape"]),
  ];
}

/** There is a choice once something was learned without labels. */
function startChoices(state: AppState): readonly Readonly<{ from: PromptSetId | "labels"; name: string }>[] {
  const sets = startSets(state).map(({ id, metadata }) => ({ from: id, name: metadata.name }));
  return sets.length > 0 ? [{ from: "labels", name: say("Labels only") }, ...sets] : [];
}

type Of = <P>(group: Group, action: Action<P>, ...params: P extends void ? [] : [P]) => Command;
type Plain = (group: Group, id: string, title: string, run: () => void, keys?: readonly string[]) => Command;

function labelling(app: App, of: Of, plain: Plain): readonly Command[] {
  const { context, ui } = app;
  const { classes } = stateOf(context).project.project;
  const draw = (kind: Drawing["kind"], radiusUm: number): void =>
    ui.setState({ drawing: { kind, purpose: "label", radiusUm }, labelling: false, measuring: null, ruler: null });
  return [
    ...classes.map(
      (c): Command => ({
        ...plain(
          "Labels",
          `label/as/${c.id}`,
          say("Label as {name}", { name: c.name }),
          () => labelHere(app, c.id),
          [],
        ),
        keys: c.key === null ? [] : [String(c.key)],
      }),
    ),
    ...classes.map((c) =>
      plain("Labels", `label/click/${c.id}`, say("Label {name} by clicking", { name: c.name }), () => {
        void perform(context, selectClass, { id: c.id });
        ui.setState({ labelling: true, drawing: null });
      }),
    ),
    plain("Labels", "label/paint", say("Paint labels of the chosen class"), () => draw("brush", 120), ["P"]),
    plain("Labels", "label/box", say("Label all in a box with the chosen class"), () => draw("rectangle", 120), ["X"]),
    plain("Labels", "label/remove", say("Remove the label under the cursor"), () => removeHere(app), ["Delete"]),
    plain("Labels", "label/unsure", say("Unsure: no label here, and no suggestion"), () => unsureHere(app), ["U"]),
    of("Labels", suggest),
    of("Labels", acceptAll),
    { ...of("Labels", reviewLabels), run: () => openReview(app) },
    of("Labels", addReadyLabels),
    of("Labels", removeReadyLabels),
  ];
}

/** By um/px of the screen: 10 um/px is 1x. */
const magnifications: readonly Readonly<{ times: number; keys: readonly string[] }>[] = [
  { times: 2.5, keys: ["Alt+1"] },
  { times: 5, keys: ["Alt+2"] },
  { times: 10, keys: ["Alt+3"] },
  { times: 20, keys: ["Alt+4"] },
  { times: 40, keys: ["Alt+5"] },
];

function zoneCommands({ stage }: App, zones: readonly Zone[]): readonly Command[] {
  return zones.slice(0, 20).map((zone) => ({
    id: `zone/show/${zone.id}`,
    group: "Slide",
    title: say("Go to region: {name}", { name: zone.name }),
    keys: [],
    enabled: yes,
    run: () => {
      const points = zone.rings.flat();
      const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
      const [x, y] = [Math.min(...xs), Math.min(...ys)];
      stage.viewer?.flyTo({ x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y });
    },
  }));
}

export function labelHere(app: App, classId: Parameters<typeof labelPatch.run>[1]["classId"]): void {
  const { context } = app;
  const at = placeOf(app);
  const name = stateOf(context).project.project.classes.find((c) => c.id === classId)?.name ?? "";
  if (at) void perform(context, labelPatch, { at, classId });
  else notify(context.session, "info", say("Point at tissue first, then press its key to label it {name}.", { name }));
}

function removeHere(app: App): void {
  const at = placeOf(app);
  const label = at && labelAt(stateOf(app.context), at);
  if (label) void perform(app.context, removeLabel, { id: label.id });
}

function unsureHere(app: App): void {
  const at = placeOf(app);
  if (at) void perform(app.context, sayUnsure, { at });
  else notify(app.context.session, "info", say("Point at tissue first, then press U where even you cannot say."));
}

export function openReview({ context, ui }: App): void {
  if (reviewLabels.enabled(stateOf(context), undefined) === true) ui.setState({ dialog: { kind: "review" } });
  void perform(context, reviewLabels);
}

function toggleRuler({ ui }: App): void {
  ui.setState(({ ruler }) => ({
    ruler: ruler ? null : { from: null, to: null },
    measuring: null,
    drawing: null,
    labelling: false,
  }));
}

function toggleSplit({ ui }: App): void {
  ui.setState(({ split }) => ({ split: !split }));
}

function nextSlide({ context }: App, step: number): void {
  const { openSlides, currentSlide: id } = context.session.getState();
  const ids = [...openSlides.keys()];
  const at = id === null ? -1 : ids.indexOf(id);
  const next = ids[(at + step + ids.length) % Math.max(1, ids.length)];
  if (next && next !== id) void perform(context, showSlide, { id: next });
  else notify(context.session, "info", say("Only one slide of this project is open."));
}

function stop({ ui, context }: App): void {
  const { measuring, labelling: clicking, drawing, ruler, tour } = ui.getState();
  if (tour !== null) ui.setState({ tour: null });
  else if (measuring || clicking || drawing || ruler) {
    ui.setState({ measuring: null, labelling: false, drawing: null, ruler: null });
  } else if (context.session.getState().suggesting.kind !== "closed") void perform(context, closeSuggestions);
  else void perform(context, clearClick);
}

/** "20× (0.50 µm/px)", what a magnification stands for. */
export const magnificationStandsFor = (umPerPixel: number): string =>
  `${magnificationWords(magnificationOf(umPerPixel))} (${mppWords(umPerPixel)})`;
