// Commands on slides: open, show, close, declare um/px or case. Knows no picker and no container format. A slide the project
// knows is recognised by its fingerprint, whatever its file is called.
import { mpp, type SlideId } from "../../base/brand.ts";
import type { SlideRef } from "../../domain/project.ts";
import type { Calibration, SlideInfo } from "../../domain/slide.ts";
import type { SlideSource } from "../../protocol/slide-api.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, stateOf } from "../action.ts";
import { canWrite } from "../selectors.ts";
import { notify } from "../session-store.ts";
import { changeMaps } from "./maps.ts";

/** `kept`: how the project finds it again. `expected`: the slide this file is asked to be, after a reload. */
export type OpenParams = Readonly<{
  source: SlideSource;
  name: string;
  kept: SlideRef["source"];
  expected?: SlideId;
  /** False: opened in the background, what is on screen stays. */
  show?: boolean;
}>;

function putSlide(context: ActionContext, slide: SlideRef): void {
  // A reader may look at any slide; only the writer's project remembers it.
  if (context.project.getState().role === "reader") return;
  context.project.dispatch({ title: `Slide ${slide.name}`, undoable: false, events: [{ type: "slide/put", slide }] });
}

function setInfo(context: ActionContext, info: SlideInfo): void {
  context.session.setState(({ openSlides }) => {
    const open = openSlides.get(info.id);
    return open ? { openSlides: new Map(openSlides).set(info.id, { ...open, info }) } : {};
  });
}

const sameSource = (a: SlideRef["source"], b: SlideRef["source"]): boolean =>
  a.kind === b.kind && (a.kind !== "url" || b.kind !== "url" || a.url === b.url);

/** Opens, applies what was declared before, remembers and shows it. A newer opening cancels an older one that is shown. */
export const openSlide: Action<OpenParams> = {
  id: "slide/open",
  title: "Open slide",
  enabled: () => true,
  run: async (context, { source, name, kept, expected, show = true }) => {
    const open = async (signal?: AbortSignal): Promise<void> => {
      const options = signal ? { signal } : {};
      let info = await context.slides.open({ source }, options);
      const known = stateOf(context).project.project.slides.get(info.id);
      if (known?.declared) {
        info = await context.slides.calibrate({ slideId: info.id, calibration: known.declared }, options);
      }
      signal?.throwIfAborted();
      if (expected !== undefined && info.id !== expected) {
        const wanted = stateOf(context).project.project.slides.get(expected)?.name ?? say("the slide asked for");
        notify(
          context.session,
          "warning",
          say('"{name}" is not {wanted}: its content differs. It was opened as another slide.', { name, wanted }),
        );
      }
      if (!known || known.name !== name || !sameSource(known.source, kept)) {
        const { id, fingerprint, origin } = info;
        const before = known ?? { declared: null, caseId: null };
        putSlide(context, { ...before, id, name, fingerprint, origin, source: kept });
        // Tissue is looked at before an answer lies on it; M shows the map.
        if (!known && show) changeMaps(context, ({ view }) => ({ view: { ...view, visible: false } }));
      }
      context.session.setState(({ openSlides }) => ({
        openSlides: new Map(openSlides).set(info.id, { info, name, source: kept }),
      }));
      if (show) putOnScreen(context, info.id);
      for (const warning of info.warnings) notify(context.session, "warning", `${name}: ${warning}`);
    };
    if (!show) return open();
    context.session.setState({ opening: name });
    await context.opening.run(open).finally(() => {
      // A newer opening has put its own name there.
      if (context.session.getState().opening === name) context.session.setState({ opening: null });
    });
  },
};

function putOnScreen(context: ActionContext, id: SlideId | null): void {
  if (context.session.getState().currentSlide === id) return;
  context.clicks.cancel();
  context.session.setState({ currentSlide: id, click: { kind: "none" } });
}

const notOpen = (): string => say("This slide is not open.");

export const showSlide: Action<Readonly<{ id: SlideId }>> = {
  id: "slide/show",
  title: "Show slide",
  enabled: ({ session }, { id }) => session.openSlides.has(id) || notOpen(),
  run: (context, { id }) => putOnScreen(context, id),
};

/** The project keeps the slide and its labels. */
export const closeSlide: Action<Readonly<{ id: SlideId }>> = {
  id: "slide/close",
  title: "Close slide",
  enabled: ({ session }, { id }) => session.openSlides.has(id) || notOpen(),
  run: async (context, { id }) => {
    const rest = new Map(context.session.getState().openSlides);
    rest.delete(id);
    if (context.session.getState().currentSlide === id) putOnScreen(context, [...rest.keys()].at(-1) ?? null);
    context.session.setState({ openSlides: rest });
    await context.slides.close({ slideId: id });
  },
};

/** um/px a person may state: from beyond any objective to a macro photograph. */
export const mppLimits = { min: 0.01, max: 100 } as const;

/** True, or why this is no um/px. */
export function mppIsPlausible(value: number): true | string {
  if (Number.isFinite(value) && value >= mppLimits.min && value <= mppLimits.max) return true;
  return say("Um/px must be a number from {min} to {max} (0.25 is usual at 40x, 0.5 at 20x).", {
    min: mppLimits.min,
    max: mppLimits.max,
  });
}

/** um/px from a distance of `micrometres` measured between two points `pixels` level-0 pixels apart. */
export const mppFromDistance = (micrometres: number, pixels: number): number =>
  pixels > 0 ? micrometres / pixels : Number.NaN;

/** The person's um/px holds from now on, also after a reload. */
export const declareCalibration: Action<
  Readonly<{ id: SlideId; mppX: number; mppY: number; how: "stated" | "known-distance" }>
> = {
  id: "slide/calibrate",
  title: "Declare um/px",
  enabled: ({ session }, { id, mppX, mppY }) => {
    if (!session.openSlides.has(id)) return notOpen();
    const plausible = mppIsPlausible(mppX);
    return plausible === true ? mppIsPlausible(mppY) : plausible;
  },
  run: async (context, { id, mppX, mppY, how }) => {
    const declared: Calibration = { kind: "declared", mppX: mpp(mppX), mppY: mpp(mppY), how };
    const info = await context.slides.calibrate({ slideId: id, calibration: declared });
    setInfo(context, info);
    const known = stateOf(context).project.project.slides.get(id);
    if (known) putSlide(context, { ...known, declared });
  },
};

/** Slides of one case (patient) stay together in the estimate's folds. Null: not declared. */
export const declareCase: Action<Readonly<{ id: SlideId; caseId: string | null }>> = {
  id: "slide/case",
  title: "Declare case",
  enabled: (state, { id, caseId }) => {
    const write = canWrite(state);
    if (write !== true) return write;
    if (!state.project.project.slides.has(id)) return notOpen();
    return (caseId?.length ?? 0) <= 100 || say("A case has at most 100 characters.");
  },
  run: (context, { id, caseId }) => {
    const known = stateOf(context).project.project.slides.get(id);
    if (known) putSlide(context, { ...known, caseId: caseId?.trim() || null });
  },
};

/**
 * After the death of whoever reads slides: nothing is open any more. Returns what was, for the roof to open again what it can; only
 * one is shown again, as showing a second would cancel the first.
 */
export function forgetOpenSlides(context: ActionContext): readonly Readonly<{ id: SlideId; show: boolean }>[] {
  const { openSlides, currentSlide } = context.session.getState();
  context.clicks.cancel();
  context.session.setState({ openSlides: new Map(), currentSlide: null, opening: null, click: { kind: "none" } });
  return [...openSlides.keys()].map((id) => ({ id, show: id === currentSlide }));
}
