// Commands of a blind check: draw patches of the map that is shown, say what each is, finish, release its labels for tuning, discard.
// Until they are released the answers are no labels: nothing that tunes, previews or suggests can see them.
import type { ClassId, LabelId } from "../../base/brand.ts";
import { centre, contains } from "../../domain/geometry.ts";
import type { Label } from "../../domain/label.ts";
import {
  type CheckAnswer,
  checkCounts,
  checkSeed,
  checkSizes,
  choicesOf,
  drawFrom,
  type MapCheck,
  type MapCheckId,
  nextDraw,
} from "../../domain/map-check.ts";
import type { Project, ProjectEvent } from "../../domain/project.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, type AppState, stateOf } from "../action.ts";
import { digestShown, strataShown } from "../map-checks.ts";
import { cellMm2, shownMap } from "../map-looks.ts";
import { shownLayers } from "../map-selectors.ts";
import { canWrite, slideMpp } from "../selectors.ts";
import { notify } from "../session-store.ts";

const gone = (): string => say("This check does not exist any more.");
const notFinished = (): string => say("Finish the check first.");

const checkOf = ({ project }: AppState, id: MapCheckId): MapCheck | null => project.project.checks.get(id) ?? null;

/** The new check has the id that is given, so that whoever asks for it can open it. */
export const drawCheck: Action<Readonly<{ id: MapCheckId; patches: (typeof checkSizes)[number] }>> = {
  id: "check/draw",
  title: "Check this map",
  enabled: (state) => {
    const write = canWrite(state);
    if (write !== true) return write;
    const { sweep } = state.session.maps;
    if (sweep && sweep.state !== "paused") return say("The map is still being computed. Wait for it, or pause it.");
    if (!shownLayers(state).layer) return say("There is no map with classes to check. Map the tissue first.");
    const unfinished = [...state.project.project.checks.values()].some(
      (check) => !check.finished && check.slideId === state.session.currentSlide,
    );
    return !unfinished || say("A check of this slide is not finished. Go on with it, or discard it.");
  },
  run: (context, { id, patches }) => {
    const state = stateOf(context);
    const map = shownMap(state, context.maps);
    const slide = map && state.session.openSlides.get(map.sheet.slideId);
    const scale = slide ? slideMpp(slide.info.calibration) : null;
    if (!map?.layer || scale === null) return;
    const { strata, leftOut } = strataShown(state, map);
    const places = strata.reduce((sum, cells) => sum + cells.length, 0);
    if (places < checkSizes[0]) {
      const words = say(
        "This map has {places} answered patches that are not labelled; a check needs at least {fewest}. Map more tissue.",
        { places, fewest: checkSizes[0] },
      );
      notify(context.session, "warning", words);
      return;
    }
    const seed = checkSeed(id);
    const draws = drawFrom(strata, map.sheet.grid, patches, seed);
    const { layer, sheet } = map;
    const check: MapCheck = {
      id,
      slideId: sheet.slideId,
      map: {
        sheet: sheet.id,
        layer: layer.key,
        name: layer.name,
        threshold: state.session.maps.view.threshold,
        digest: digestShown(state, context.maps, map),
      },
      choices: choicesOf(layer.classes, state.project.project.classes),
      mapped: layer.classes.length,
      sizes: strata.map(({ length }) => length),
      leftOut,
      cellMm2: cellMm2(sheet),
      slideMpp: scale,
      seed,
      draws,
      answers: draws.map(() => null),
      finished: false,
      released: false,
    };
    put(context, `Draw ${draws.length} patches to check the map of ${layer.name}`, [{ type: "check/put", check }]);
  },
};

function put(context: ActionContext, title: string, events: readonly ProjectEvent[]): void {
  context.project.dispatch({ title, undoable: true, events });
}

const answering = (state: AppState, id: MapCheckId, at: number): true | string => {
  const write = canWrite(state);
  if (write !== true) return write;
  const check = checkOf(state, id);
  if (!check) return gone();
  if (check.finished) return say("This check is finished: its answers stand.");
  return at in check.draws || say("This check has no such patch.");
};

/** The last answer that is due finishes the check: figures are shown from then on. */
export const answerCheck: Action<
  Readonly<{ id: MapCheckId; at: number; answer: Exclude<CheckAnswer, { kind: "skipped" }> }>
> = {
  id: "check/answer",
  title: "Say what this patch is",
  enabled: (state, { id, at }) => answering(state, id, at),
  run: (context, { id, at, answer }) => {
    const check = checkOf(stateOf(context), id);
    if (!check) return;
    const after = { ...check, answers: check.answers.with(at, answer) };
    const said = answer.kind === "class" ? (check.choices[answer.choice]?.name ?? "") : answerWords[answer.kind];
    const title = `Check patch ${at + 1} of ${check.draws.length}: ${said}`;
    const events: ProjectEvent[] = [{ type: "check-answer/put", id, at, answer }];
    if (nextDraw(after) === null) events.push({ type: "check/put", check: { ...after, finished: true } });
    put(context, title, events);
  },
};

const answerWords = { "none-of-these": "none of these", unsure: "unsure" } as const;

export const skipCheck: Action<Readonly<{ id: MapCheckId; at: number }>> = {
  id: "check/skip",
  title: "Look at this patch later",
  enabled: (state, { id, at }) => answering(state, id, at),
  run: (context, { id, at }) => {
    const before = checkOf(stateOf(context), id)?.answers[at];
    const answer = { kind: "skipped", times: before?.kind === "skipped" ? before.times + 1 : 1 } as const;
    put(context, `Put patch ${at + 1} of the check off`, [{ type: "check-answer/put", id, at, answer }]);
  },
};

/** With patches that were put off for good; never with patches that were not looked at. */
export const finishCheck: Action<Readonly<{ id: MapCheckId }>> = {
  id: "check/finish",
  title: "Finish the check",
  enabled: (state, { id }) => {
    const able = answering(state, id, 0);
    const check = checkOf(state, id);
    if (able !== true || !check) return able;
    return checkCounts(check).left === 0 || say("Look at every drawn patch once; unsure is an answer.");
  },
  run: (context, { id }) => {
    const check = checkOf(stateOf(context), id);
    if (check)
      put(context, "Finish the check of the map", [{ type: "check/put", check: { ...check, finished: true } }]);
  },
};

export const removeCheck: Action<Readonly<{ id: MapCheckId }>> = {
  id: "check/remove",
  title: "Discard this check",
  enabled: (state, { id }) => {
    const write = canWrite(state);
    return write === true ? checkOf(state, id) !== null || gone() : write;
  },
  run: (context, { id }) => put(context, "Discard a check of the map", [{ type: "check/remove", id }]),
};

/** From here on the answers are labels: tuned on, and so no test of anything tuned after. The check's own figures stand. */
export const releaseCheck: Action<Readonly<{ id: MapCheckId }>> = {
  id: "check/release",
  title: "Release its labels for tuning",
  enabled: (state, { id }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    const check = checkOf(state, id);
    if (!check) return gone();
    if (!check.finished) return notFinished();
    if (check.released) return say("Its labels are released already.");
    return check.answers.some((answer) => answer?.kind === "class") || say("No patch of this check was given a class.");
  },
  run: (context, { id }) => {
    const { project } = context.project.getState();
    const check = project.checks.get(id);
    if (!check) return;
    const { events, labels } = labelsOf(check, project, context.newId);
    const released: ProjectEvent = { type: "check/put", check: { ...check, released: true } };
    put(context, `Release ${labels} labels of a check for tuning`, [...events, released]);
  },
};

/** Classes the project lacks come with the labels that name them. */
function labelsOf(
  check: MapCheck,
  { classes, labels: there }: Pick<Project, "classes" | "labels">,
  newId: () => string,
): Readonly<{ events: readonly ProjectEvent[]; labels: number }> {
  const known = new Map<number, ClassId>();
  const added: ProjectEvent[] = [];
  const classOf = (choice: number): ClassId | null => {
    const wanted = check.choices[choice];
    if (!wanted) return null;
    const found =
      known.get(choice) ??
      classes.find(({ id }) => id === wanted.id)?.id ??
      classes.find(({ name }) => name.trim().toLowerCase() === wanted.name.trim().toLowerCase())?.id;
    if (found === undefined) {
      const taken = classes.some(({ key }) => key === wanted.key);
      const value = { ...wanted, key: taken ? null : wanted.key };
      added.push({ type: "class/put", value, at: classes.length + added.length });
    }
    known.set(choice, found ?? wanted.id);
    return found ?? wanted.id;
  };
  const labels = check.answers.flatMap((answer, i): readonly ProjectEvent[] => {
    const draw = check.draws[i];
    const classId = answer?.kind === "class" ? classOf(answer.choice) : null;
    // A label that was put there since is the person's later word.
    const labelled = [...there.values()].some(
      ({ slideId: on, region: own }) => on === check.slideId && draw && contains(draw.region, centre(own)),
    );
    if (!draw || classId === null || labelled) return [];
    const id = newId();
    const { slideId, slideMpp: scale } = check;
    const { region } = draw;
    const label: Label = { id: id as LabelId, slideId, classId, region, slideMpp: scale, origin: "checked", group: id };
    return [{ type: "label/put", label }];
  });
  return { events: [...added, ...labels], labels: labels.length };
}
