// A slide's own tissue -> a prompt set without a head: prompts learned without labels, and what its patches say of features under them and
// without. Knows the order of things; which places is learn-places.ts, the learning warm-start.ts.
import { Fault } from "../base/fault.ts";
import { type LearnedPlace, usualPlaces } from "../domain/learned-places.ts";
import { minimumTissue, type Patch } from "../domain/patch.ts";
import { type PromptSetMetadata, researchUseNotice } from "../domain/prompt-set.ts";
import { formatFor, promptSetFileLimits } from "../domain/prompt-set-file.ts";
import { randomFor } from "../math/random.ts";
import type { LearnParams } from "../protocol/learn-api.ts";
import type { PatchSource } from "../protocol/slide-api.ts";
import type { WarmPrompts, WarmStartSettings } from "../protocol/warm-start-api.ts";
import { assertBears, preprocessingOf } from "./fits-backbone.ts";
import type { Speed, Workload } from "./forecast.ts";
import type { StepShape } from "./gates/gradient-gates.ts";
import { type Whitener, whitenerOf } from "./heads/whitened.ts";
import { choosePlaces, type Tissue } from "./learn-places.ts";
import type { Session } from "./session.ts";
import type { WrittenSet } from "./tune.ts";
import { labelsMetadata } from "./tune-request.ts";
import { written } from "./tuned-set.ts";
import { viewCount } from "./views.ts";
import { embed, passesOfStep, warmStart, warmStartDefaults } from "./warm-start.ts";

/** With fewer there is no step that tells a patch from many others. */
const fewestPlaces = 33;
/** So many of them say what features are centred with and how views differ. */
export const mostShown = 110;
/** A grid of more is thinned evenly. */
const mostTissue = 50_000;

type Hooks = Readonly<{
  signal: AbortSignal;
  onDone: (done: number, total: number) => void;
  /** A gradient of the same blocks and prompts, summed and used in parts as here. Rejects with Fault `self-test`. */
  checkGradient: (step: StepShape) => Promise<unknown>;
}>;

/** `blocks`: the last ones that prompts may enter here. Faults as `LearnApi.learn`. */
export async function learn(
  session: Session,
  slides: PatchSource,
  params: LearnParams,
  blocks: number,
  { signal, onDone, checkGradient }: Hooks,
): Promise<WrittenSet & Readonly<{ places: readonly LearnedPlace[] }>> {
  const { model } = session;
  const { seed } = params;
  const { patchPixels: pixels, filter, edge, snap } = model;
  const spec = { pixels, mpp: params.mpp ?? model.mpp, filter, edge, snap };
  assertBears(model, spec);
  if (2 * model.shape.featureWidth ** 2 * Float32Array.BYTES_PER_ELEMENT > promptSetFileLimits.fileBytes / 2) {
    throw new Fault(
      "limit",
      `${model.name} has ${model.shape.featureWidth} features, too many for what learning keeps of them in a prompt set. Tune on labels only.`,
    );
  }
  const tissue: Tissue[] = [];
  for (const slideId of params.slides) {
    const asked = { slideId, spec, max: mostTissue, minimumTissue };
    tissue.push({ slideId, regions: await slides.tissueGrid(asked, { signal }) });
  }
  const places = choosePlaces(tissue, params.avoid, usualPlaces, randomFor(seed, "places to learn from"));
  if (places.length < fewestPlaces) {
    throw new Fault(
      "too-few-labels",
      `There are ${places.length} places of tissue to learn from away from labels, and ${fewestPlaces} are needed. ` +
        "Open another slide of the same kind beside it, choose a smaller field, or tune on labels only.",
    );
  }
  const patches = places.map((place): Patch => ({ ...place, spec }));
  const settings = { ...warmStartDefaults, blocks, seed };
  const firstBlock = model.shape.depth - blocks;
  await checkGradient({
    firstBlock,
    tokensPerBlock: settings.tokensPerBlock,
    instance: null,
    textTokens: 0,
    inParts: true,
  });

  const each = Math.ceil(patches.length / mostShown);
  const shown = patches.filter((_, i) => i % each === 0);
  // One bar over both: learning, and then a look at some patches under the prompts and without.
  const parts = passesOf(patches.length, shown.length);
  const total = parts.learning + 2 * parts.look;
  const tellFrom =
    (before: number, passes: number) =>
    (done: number, of: number): void =>
      onDone(Math.round(before + (passes * done) / of), total);
  const prompts = await warmStart(session, patches, settings, { signal, onDone: tellFrom(0, parts.learning) });
  const look = async (under: WarmPrompts | null, before: number): Promise<Whitener> => {
    const asked = { patches: shown, views: viewCount, prompts: under };
    const values = await embed(session, asked, { signal, onDone: tellFrom(before, parts.look) });
    return whitenerOf({ values, views: viewCount, width: model.shape.featureWidth });
  };
  const own = await look(prompts, parts.learning);
  const plain = await look(null, parts.learning + parts.look);
  const none = new Float32Array();
  const made = written(describe(session, params, places, settings), {
    prompts: prompts.values,
    headCentre: own.centre,
    headWhitening: own.whitening,
    frozen: { weight: none, bias: none, ...plain },
  });
  return { ...made, places };
}

/** In passes of one picture through the backbone. */
function passesOf(patches: number, shown: number): Readonly<{ learning: number; look: number }> {
  const { epochs } = warmStartDefaults;
  return { learning: patches * (1 + 2 * epochs * passesOfStep), look: shown * viewCount };
}

/** Seconds of learning from as many places as there may be. */
export function learnSeconds(speed: Speed, { forward }: Pick<Workload, "forward">): number {
  const { learning, look } = passesOf(usualPlaces, mostShown);
  return (speed.seconds / speed.flops) * forward * (learning + 2 * look);
}

function describe(
  { model, digest, computation, appVersion }: Session,
  { name, slides, mpp, syntheticSlides }: LearnParams,
  places: readonly LearnedPlace[],
  { blocks, tokensPerBlock, epochs, batch, learningRate, temperature, seed }: WarmStartSettings,
): PromptSetMetadata {
  const used = slides.filter((id) => places.some(({ slideId }) => slideId === id));
  const learned = { patches: places.length, slides: used, epochs, batch, learningRate, temperature, seed };
  const made: Omit<PromptSetMetadata, "format"> = {
    name: name.trim().slice(0, 200) || "Untitled",
    backbone: { name: model.name, weightsDigest: digest, computation },
    preprocessing: preprocessingOf(model, mpp),
    classes: [],
    method: { kind: "task-visual-deep", firstBlock: model.shape.depth - blocks, blocks, tokensPerBlock },
    head: { kind: "none" },
    learned,
    settings: null,
    labels: labelsMetadata({ labels: [], classes: [], targets: [] }),
    estimate: null,
    stain: null,
    organ: null,
    onlyOn: null,
    synthetic: used.some((id) => syntheticSlides.includes(id)),
    parent: null,
    appVersion,
    licence: "The maker of this file holds its rights; its backbone's licence applies to the backbone.",
    notice: researchUseNotice,
  };
  return { format: formatFor(made), ...made };
}
