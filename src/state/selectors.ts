// Questions about the state, answered from it alone: counts, examples, who scores a click, what blocks Tune. Pure; no action.
import { type ClassId, type Mpp, mpp, type PromptSetId, type SlideId } from "../base/brand.ts";
import { computationDifferences } from "../domain/computation.ts";
import { modelAtField } from "../domain/field-size.ts";
import { centre, contains, type Point, type Region } from "../domain/geometry.ts";
import type { Label, TissueClass } from "../domain/label.ts";
import { type Model, patchSpecOf } from "../domain/model.ts";
import { ownClasses } from "../domain/other-class.ts";
import { type PatchSpec, regionAround } from "../domain/patch.ts";
import type { SlideRef } from "../domain/project.ts";
import { textsNeeded } from "../domain/prompt-kinds.ts";
import type { PromptSetSummary } from "../domain/prompt-set.ts";
import { waitsForLabels } from "../domain/prompt-set-file.ts";
import type { TuningSettings } from "../domain/run.ts";
import { type Calibration, mppOf } from "../domain/slide.ts";
import type { Zone } from "../domain/zone.ts";
import type { EngineStatus, Example, Scorer } from "../protocol/engine-api.ts";
import { many, say } from "../words/say.ts";
import type { AppState } from "./action.ts";
import { readOnlyMessage } from "./project-store.ts";
import type { OpenSlide } from "./session-store.ts";
import { usedOtherwise } from "./used-otherwise.ts";

export function currentSlide({ session }: AppState): OpenSlide | null {
  return session.currentSlide === null ? null : (session.openSlides.get(session.currentSlide) ?? null);
}

/** The loaded backbone at the field this project labels; null while none is loaded. */
export function modelInUse({ session, project }: AppState): Model | null {
  return session.engine.kind === "ready" ? modelAtField(session.engine.status.model, project.project.fieldUm) : null;
}

export function patchSpec(state: AppState): PatchSpec | null {
  const model = modelInUse(state);
  return model && patchSpecOf(model);
}

/** Mean of both directions; null where unknown. */
export function slideMpp(calibration: Calibration): Mpp | null {
  const scale = mppOf(calibration);
  return scale && mpp((scale.x + scale.y) / 2);
}

/** True, or why nothing may be written. */
export function canWrite({ project }: AppState): true | string {
  return project.role === "writer" ? true : say(readOnlyMessage);
}

export function countsPerClass({ project }: AppState): ReadonlyMap<ClassId, number> {
  const counts = new Map(project.project.classes.map((c) => [c.id, 0]));
  for (const label of project.project.labels.values()) counts.set(label.classId, (counts.get(label.classId) ?? 0) + 1);
  return counts;
}

/** Of labels to learn from. */
function learnedPerClass(state: AppState): ReadonlyMap<ClassId, number> {
  const labels = [...state.project.project.labels].filter(([, { slideId }]) => !onlyTests(state, slideId));
  const { project } = state.project;
  return countsPerClass({ ...state, project: { ...state.project, project: { ...project, labels: new Map(labels) } } });
}

export function labelsHere({ project, session }: AppState): readonly Label[] {
  return [...project.project.labels.values()].filter((label) => label.slideId === session.currentSlide);
}

/** A label's outline as the loaded model sees it: the place stays, the size is that of the model's patch. */
export function labelRegion(state: AppState, { region, slideId }: Label): Region {
  const slide = state.session.openSlides.get(slideId);
  const spec = patchSpec(state);
  if (!spec || !slide) return region;
  return regionAround(centre(region), spec, slide.info.calibration) ?? region;
}

/** The label whose outline holds the point; the nearest centre where outlines overlap. */
export function labelAt(state: AppState, at: Point<"slide">): Label | null {
  let best: Label | null = null;
  let nearest = Number.POSITIVE_INFINITY;
  for (const label of labelsHere(state)) {
    if (!contains(labelRegion(state, label), at)) continue;
    const c = centre(label.region);
    const distance = Math.hypot(c.x - at.x, c.y - at.y);
    if (distance >= nearest) continue;
    nearest = distance;
    best = label;
  }
  return best;
}

/** Why a place of the current slide cannot be classified or labelled; null: it can. */
export function blocksPatches(state: AppState): string | null {
  const slide = currentSlide(state);
  if (!slide) return say("Open a slide first.");
  if (mppOf(slide.info.calibration) === null) {
    return say(
      'The um/px of "{name}" is unknown. State it, or measure a known distance, before patches are read from it.',
      { name: slide.name },
    );
  }
  const { engine } = state.session;
  if (engine.kind === "failed")
    return say("The model could not be loaded: {message}", { message: engine.fault.message });
  return engine.kind === "loading" ? say("The model is still loading.") : null;
}

/** Every set, the person's first. */
export function allSets({ project, session }: AppState): readonly PromptSetSummary[] {
  const own = project.project.promptSets;
  return [...own.values(), ...[...session.shippedSets.values()].filter((set) => !own.has(set.id))];
}

export function setById(state: AppState, id: PromptSetId): PromptSetSummary | null {
  return state.project.project.promptSets.get(id) ?? state.session.shippedSets.get(id) ?? null;
}

/** True where the set may answer on the current slide, else why not. */
export function setOffer(state: AppState, set: PromptSetSummary): true | string {
  const { session } = state;
  const { engine } = session;
  if (engine.kind === "ready" && engine.status.weightsDigest !== set.metadata.backbone.weightsDigest) {
    return say('"{name}" was made for another backbone ({backbone}).', {
      name: set.metadata.name,
      backbone: set.metadata.backbone.name,
    });
  }
  if (engine.kind === "ready") {
    const { model, computation } = engine.status;
    const otherwise = usedOtherwise(set, modelAtField(model, state.project.project.fieldUm));
    if (otherwise !== null) return otherwise;
    const [difference] = computationDifferences(set.metadata.backbone.computation, computation, model.origin);
    if (difference !== undefined)
      return say('"{name}" cannot be used with this backbone: {difference}.', { name: set.metadata.name, difference });
  }
  if (set.metadata.onlyOn !== null && set.metadata.onlyOn !== session.currentSlide) {
    return say('"{name}" only works on the slide it was made for.', { name: set.metadata.name });
  }
  const slide = session.currentSlide === null ? undefined : session.openSlides.get(session.currentSlide);
  if (set.metadata.synthetic && slide?.info.origin === "scanned") {
    return say('"{name}" was trained on drawings: it gives no scores on tissue.', { name: set.metadata.name });
  }
  return true;
}

export function offeredSets(state: AppState): readonly PromptSetSummary[] {
  return allSets(state).filter((set) => setOffer(state, set) === true);
}

/** The active set if it may answer here; null: the preview or the frozen backbone answers. */
export function activeSetHere(state: AppState): PromptSetSummary | null {
  const { activeSet } = state.project.project;
  const set = activeSet === null ? null : setById(state, activeSet);
  return set && setOffer(state, set) === true ? set : null;
}

/** Sets learned without labels that a tuning can start from here, oldest first of the person's own. */
export const startSets = (state: AppState): readonly PromptSetSummary[] =>
  offeredSets(state).filter(({ metadata }) => waitsForLabels(metadata));

/** The person has a set of their own that answers; one that waits for labels does not. */
export const hasAnsweringSet = ({ project }: AppState): boolean =>
  [...project.project.promptSets.values()].some(({ metadata }) => !waitsForLabels(metadata));

/** Whose prompts a tuning keeps; null: it makes them of the labels alone. */
export function startingSet(state: AppState): PromptSetSummary | null {
  const { startFrom } = state.session;
  if (startFrom === "labels") return null;
  const sets = startSets(state);
  const own = state.project.project.promptSets;
  const newest = sets.findLast(({ id }) => own.has(id)) ?? sets.at(-1) ?? null;
  return sets.find(({ id }) => id === startFrom) ?? newest;
}

/** Its prompts were learned, without labels, from tissue of a slide that has labels. */
export function sawLabelled({ project }: AppState, { metadata }: PromptSetSummary): boolean {
  const seen = new Set(metadata.learned?.slides ?? []);
  return seen.size > 0 && [...project.project.labels.values()].some(({ slideId }) => seen.has(slideId));
}

/** Slides whose labels only test. */
export const onlyTests = ({ project }: Pick<AppState, "project">, id: SlideId): boolean =>
  project.project.slides.get(id)?.testOnly === true;

/** Labels to learn from, as patches of the loaded model; those that only test are none of them. */
export function examples(state: AppState): readonly Example[] {
  return labelledPatches(state).filter(({ patch }) => !onlyTests(state, patch.slideId));
}

/** All labels as patches of the loaded model, in a fixed order; only of slides that are open, whose pixels can be read. */
export function labelledPatches(state: AppState): readonly Example[] {
  const spec = patchSpec(state);
  if (!spec) return [];
  const found: Example[] = [];
  const labels = [...state.project.project.labels.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const { id, slideId, classId, region: labelled } of labels) {
    const slide = state.session.openSlides.get(slideId);
    // The outline follows the model's patch and the slide's present um/px; the place that was labelled stays.
    const region = slide && regionAround(centre(labelled), spec, slide.info.calibration);
    if (region) found.push({ labelId: id, classId, patch: { slideId, region, spec } });
  }
  return found;
}

const classesOf = (state: AppState, list: readonly Example[]): readonly TissueClass[] => {
  const used = new Set(list.map((example) => example.classId));
  return state.project.project.classes.filter((c) => used.has(c.id));
};

/** Who answers a click now: the active set, else from two labelled classes on the preview, else similar places only. */
export function scorer(state: AppState): Scorer {
  const set = activeSetHere(state);
  if (set && set.metadata.head.kind !== "none") return { kind: "prompt-set", id: set.id };
  const list = examples(state);
  const classes = classesOf(state, list);
  if (set) return { kind: "prompt-set", id: set.id, labelled: { classes, examples: list } };
  return classes.length >= 2 ? { kind: "preview", classes, examples: list } : { kind: "similar" };
}

/** Slides the project knows that are not open: asked for by name, recognised by fingerprint. */
export function missingSlides({ project, session }: AppState): readonly SlideRef[] {
  return [...project.project.slides.values()].filter((slide) => !session.openSlides.has(slide.id));
}

/** How many of the last blocks can be tuned with the loaded backbone on this device; null while none is loaded. */
export function tunableBlocks({ session }: AppState): EngineStatus["tunable"] | null {
  return session.engine.kind === "ready" ? session.engine.status.tunable : null;
}

/** What the engine proposes here, with what the person changed of it; never more blocks than can be tuned here. */
export function tuningSettings({ session }: AppState): TuningSettings | null {
  const { engine, settings: changed } = session;
  if (engine.kind !== "ready") return null;
  const { defaults, tunable } = engine.status;
  const most = Math.max(1, tunable.blocks);
  const known = merged.get(defaults);
  if (known && known.changed === changed && known.most === most) return known.settings;
  const wanted = { ...defaults, ...changed };
  const settings = changed || wanted.blocks > most ? { ...wanted, blocks: Math.min(wanted.blocks, most) } : defaults;
  merged.set(defaults, { changed, most, settings });
  return settings;
}

/** By what the engine proposes: the same object every time, so that who compares by identity sees no change where there is none. */
const merged = new WeakMap<
  TuningSettings,
  Readonly<{ changed: Partial<TuningSettings> | null; most: number; settings: TuningSettings }>
>();

/** Names of the classes a tuning would have, in its order: those with labels on slides that are open. */
export function tunedClassNames(state: AppState): readonly string[] {
  return classesOf(state, examples(state)).map((c) => c.name);
}

export function isTuning({ session }: AppState): boolean {
  return session.tuning?.state === "preparing" || session.tuning?.state === "running";
}

/** Prompts are being learned without labels. */
export const isLearning = ({ session }: AppState): boolean => session.learning?.state === "running";

/** Something is trained to answer a question to the labels: nothing else can be meanwhile. */
export function isComparing({ session }: AppState): boolean {
  return Object.values(session.studies).some((study) => study.kind === "asking" && study.trains);
}

export const learningRuns = (): string => say("Prompts are being learned from tissue. Let that end, or cancel it.");

/** Labels each of two classes must have before tuning means anything. */
export const minimumLabels = 2;

/** Why Tune cannot start, in words and with the way on; null: it can. */
export function blocksTune(state: AppState): string | null {
  if (state.project.role === "reader") return say(readOnlyMessage);
  if (isTuning(state)) return say("A tuning is running.");
  if (isLearning(state)) return learningRuns();
  if (isComparing(state))
    return say("Trainings are running to answer a question to your labels. Let them end, or cancel them.");
  const { engine } = state.session;
  if (engine.kind === "ready") {
    const { tunable } = engine.status;
    if (tunable.blocks < 1) return say("This backbone cannot be tuned here. {why}", { why: tunable.why ?? "" }).trim();
  }
  const blocked = blocksLearning(state);
  if (blocked !== null) return blocked;
  // Nothing is made of text where prompts are there already.
  if (startingSet(state)) return null;
  const [problem] = textsNeeded(tuningSettings(state)?.text, tunedClassNames(state)).problems;
  return problem === undefined
    ? null
    : say("The text of the prompts cannot be made: {problem}. See Advanced.", { problem });
}

/** Why nothing can be learned from the labels as they are; null: it can. */
export function blocksLearning(state: AppState): string | null {
  const { project } = state.project;
  const { engine } = state.session;
  if (engine.kind === "failed")
    return say("The model could not be loaded: {message}", { message: engine.fault.message });
  if (engine.kind === "loading") return say("The model is still loading.");
  const own = ownClasses(project.classes);
  if (own.length === 0) return say("Add a class first.");
  const counts = learnedPerClass(state);
  const enough = project.classes.filter((c) => (counts.get(c.id) ?? 0) >= minimumLabels);
  if (enough.length < 2) {
    // Other is named where it must be one of the two.
    const asked = own.length < 2 ? project.classes : own;
    const short = asked.filter((c) => (counts.get(c.id) ?? 0) < minimumLabels).map((c) => c.name);
    return say("Label at least {minimumLabels} patches in each of two classes. Too few so far: {short}.", {
      minimumLabels,
      short: short.join(", "),
    });
  }
  for (const slide of missingSlides(state)) {
    const count = [...project.labels.values()].filter((label) => label.slideId === slide.id).length;
    if (count > 0 && !onlyTests(state, slide.id))
      return many(
        count,
        'Open "{name}" again: 1 of your labels is on it.',
        'Open "{name}" again: {n} of your labels are on it.',
        { name: slide.name },
      );
  }
  const lost = [...project.labels.values()].filter(
    ({ slideId }) => !project.slides.has(slideId) && !state.session.openSlides.has(slideId),
  );
  if (lost.length > 0) {
    return many(
      lost.length,
      "1 label is on a slide this project has lost the name of. Open that slide, or remove it.",
      "{n} labels are on a slide this project has lost the name of. Open that slide, or remove them.",
    );
  }
  for (const { info, name } of state.session.openSlides.values()) {
    const labelled = [...project.labels.values()].some((label) => label.slideId === info.id);
    if (labelled && mppOf(info.calibration) === null)
      return say('State the um/px of "{name}" first: labels are on it.', { name });
  }
  return null;
}

export function zonesHere({ project }: Pick<AppState, "project">, slideId: SlideId): readonly Zone[] {
  return [...project.project.zones.values()].filter((zone) => zone.slideId === slideId);
}
