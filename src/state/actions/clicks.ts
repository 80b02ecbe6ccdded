// Asking what a place is: outline at once, answer when it comes, a newer click cancels an older one. Knows no screen.
// `followScorer` asks again whenever whoever answers has changed: a label, an undo, a swap, a calibration, a new engine.
import { faultToData, isAbort, toFault } from "../../base/fault.ts";
import { centre, contains, type Point } from "../../domain/geometry.ts";
import { type Patch, patchKey, regionAround } from "../../domain/patch.ts";
import { mppOf, slideBounds } from "../../domain/slide.ts";
import type { Scorer } from "../../protocol/engine-api.ts";
import { say } from "../../words/say.ts";
import { type Action, type ActionContext, stateOf } from "../action.ts";
import { ensureKnown } from "../known-sets.ts";
import { blocksPatches, currentSlide, patchSpec, scorer } from "../selectors.ts";

/** Asks about the patch; the answer lands in `session.click`. Never rejects but for our own mistakes. */
async function ask(context: ActionContext, patch: Patch): Promise<void> {
  const { session, clicks } = context;
  const blocked = blocksPatches(stateOf(context));
  if (blocked !== null) {
    clicks.cancel();
    session.setState({ click: { kind: "waiting", patch, reason: blocked } });
    return;
  }
  session.setState({ click: { kind: "asking", patch } });
  try {
    const prediction = await clicks.run(async (signal) => {
      const by = scorer(stateOf(context));
      if (by.kind === "prompt-set") await ensureKnown(context, by.id, signal);
      return context.engine.classify({ patch, scorer: by }, { signal });
    });
    session.setState({ click: { kind: "answered", patch, prediction } });
  } catch (error) {
    if (isAbort(error)) return;
    const fault = toFault(error, "runtime", say("This patch could not be classified"));
    session.setState({ click: { kind: "failed", patch, fault: faultToData(fault) } });
  }
}

/** Shows what the model would see around `at` (level-0 pixels) and asks what it is. */
export const classifyAt: Action<Readonly<{ at: Point<"slide"> }>> = {
  id: "click/classify",
  title: "Classify this patch",
  enabled: (state, { at }) => {
    const slide = currentSlide(state);
    if (!slide) return say("Open a slide first.");
    if (!contains(slideBounds(slide.info), at)) return say("This place is outside the slide.");
    return blocksPatches(state) ?? true;
  },
  run: async (context, { at }) => {
    const state = stateOf(context);
    const slide = currentSlide(state);
    const spec = patchSpec(state);
    const region = slide && spec && regionAround(at, spec, slide.info.calibration);
    if (slide && spec && region) await ask(context, { slideId: slide.info.id, region, spec });
  },
};

export const clearClick: Action = {
  id: "click/clear",
  title: "Forget this patch",
  keys: ["Escape"],
  enabled: () => true,
  run: ({ clicks, session }) => {
    clicks.cancel();
    session.setState({ click: { kind: "none" } });
  },
};

type Labelled = NonNullable<Extract<Scorer, { kind: "prompt-set" }>["labelled"]>;

function labelledKey({ classes, examples }: Labelled): string {
  const names = classes.map((c) => `${c.id} ${c.name} ${c.color}`).join("\n");
  return `${names}\n${examples.map((e) => `${e.classId} ${patchKey(e.patch)}`).join("\n")}`;
}

/** What tells two scorers apart without comparing their examples one by one. */
function scorerKey(by: Scorer): string {
  switch (by.kind) {
    case "prompt-set":
      return by.labelled ? `set ${by.id}\n${labelledKey(by.labelled)}` : `set ${by.id}`;
    case "preview":
      return `preview\n${labelledKey(by)}`;
    case "similar":
      return "similar";
    default:
      return by satisfies never;
  }
}

const placesWorthALook = 48;

const indexStage = ({ done, complete }: Readonly<{ done: number; complete: boolean }>): "none" | "some" | "all" =>
  complete ? "all" : done >= placesWorthALook ? "some" : "none";

/** Asks about the clicked patch again whenever its answer would come from elsewhere. Returns what ends it. */
export function followScorer(context: ActionContext): () => void {
  const keyNow = (): string => {
    const state = stateOf(context);
    const { engine, indexing, currentSlide: id } = state.session;
    const slide = currentSlide(state);
    const by = scorer(state);
    const calibration = slide && mppOf(slide.info.calibration);
    const loaded = engine.kind === "ready" ? engine.status.weightsDigest : engine.kind;
    // Similar places come as the slide is indexed: asked again once there are enough to be worth a look, and at the end.
    const indexed = by.kind === "similar" && indexing?.slideId === id ? indexStage(indexing) : "none";
    const scale = patchSpec(state)?.mpp;
    return [scorerKey(by), id, calibration?.x, calibration?.y, loaded, indexed, scale].join("\n");
  };
  let last = keyNow();
  let seen: readonly unknown[] = [];
  const look = (): void => {
    const { project } = context.project.getState();
    const { engine, openSlides, currentSlide: id, indexing, shippedSets } = context.session.getState();
    // Most changes of state cannot change who answers; computing the key for those would cost a pass over all labels.
    const inputs = [project, engine, openSlides, id, indexing && indexStage(indexing), shippedSets];
    if (inputs.every((value, i) => value === seen[i])) return;
    seen = inputs;
    const key = keyNow();
    if (key === last) return;
    last = key;
    const { click } = context.session.getState();
    if (click.kind === "none") return;
    const slide = currentSlide(stateOf(context));
    if (!slide || click.patch.slideId !== slide.info.id) {
      context.clicks.cancel();
      context.session.setState({ click: { kind: "none" } });
      return;
    }
    const spec = patchSpec(stateOf(context)) ?? click.patch.spec;
    const region = regionAround(centre(click.patch.region), spec, slide.info.calibration) ?? click.patch.region;
    void ask(context, { slideId: slide.info.id, region, spec });
  };
  const ends = [context.project.subscribe(look), context.session.subscribe(look)];
  return () => {
    for (const end of ends) end();
  };
}
