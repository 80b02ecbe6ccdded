// Questions to the labels through their commands: what blocks them, what they send, how they end, and that an answer knows its labels.
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { type Ablation, everyKinds, isNoKind, type LabelCurve } from "../../src/domain/label-study.ts";
import { keepFrozen } from "../../src/state/actions/keep-frozen.ts";
import {
  askAblation,
  askCurve,
  cancelStudy,
  comparedSettings,
  comparisonSeconds,
  tunedCurveSeconds,
} from "../../src/state/actions/studies.ts";
import { changePromptKinds, startTuning } from "../../src/state/actions/tuning.ts";
import { activeSetHere, isComparing } from "../../src/state/selectors.ts";
import { settings } from "../support/sample-project.ts";
import { createLabelledWorld, type StateWorld } from "../support/state-world.ts";

const none: LabelCurve & Ablation = { kind: "none", reason: "Label B in a second place.", withoutFigure: [] };
const studies = (world: StateWorld) => world.state().session.studies;
const asked = (world: StateWorld) => world.engine.studies.asked.at(-1);
const curve = async (world: StateWorld, tuned = false) => {
  const done = world.do(askCurve, { tuned });
  await world.settle();
  return { done };
};

describe("the curve over labels", () => {
  test("is asked with the labels and settings of a tuning, shows its progress, and keeps its answer with the labels it is of", async () => {
    const world = await createLabelledWorld(2);
    const { done } = await curve(world);
    expect(asked(world)).toMatchObject({ question: "labelCurve", params: { settings, tunedDraws: 0 } });
    expect(asked(world)?.params.labels).toHaveLength(4);
    world.engine.studies.progress({ what: "frozen", done: 0.5, secondsLeft: 3 });
    expect(studies(world).curve).toMatchObject({ kind: "asking", progress: { done: 0.5 }, trains: false });
    world.engine.studies.answer(none);
    expect(await done).toBe(true);
    expect(studies(world).curve).toEqual({ kind: "answered", result: none, of: world.state().project.project.labels });
    await world.labelAt(500, 3000, "A");
    const { curve: stale } = studies(world);
    expect(stale.kind === "answered" && stale.of === world.state().project.project.labels).toBe(false);
  });

  test("of frozen features is for everyone, and a tuning may run beside it; with trainings it may not", async () => {
    const world = await createLabelledWorld(2);
    await curve(world);
    expect(isComparing(world.state())).toBe(false);
    expect(startTuning.enabled(world.state(), {})).toBe(true);
    expect(askCurve.enabled(world.state(), { tuned: false })).toMatch(/^One question at a time/);
    world.engine.studies.answer(none);
    await world.settle();
    await curve(world, true);
    expect(isComparing(world.state())).toBe(true);
    expect(startTuning.enabled(world.state(), {})).toMatch(/^Trainings are running to answer a question/);
  });

  test("that is cancelled leaves what was known before, and a late progress does not bring it back", async () => {
    const world = await createLabelledWorld(2);
    const first = await curve(world);
    world.engine.studies.answer(none);
    await first.done;
    const { done } = await curve(world, true);
    await world.do(cancelStudy);
    world.engine.studies.progress({ what: "tuned", done: 0.5, secondsLeft: null });
    expect(await done).toBe(true);
    expect(studies(world).curve).toMatchObject({ kind: "answered", result: none });
    expect(isComparing(world.state())).toBe(false);
  });

  test("that fails says why where it was asked", async () => {
    const world = await createLabelledWorld(2);
    const { done } = await curve(world);
    world.engine.studies.fail(new Fault("read", "The slide is gone."));
    await done;
    expect(studies(world).curve).toMatchObject({ kind: "failed", fault: { message: "The slide is gone." } });
  });

  test("needs what learning needs, and says what is missing", async () => {
    const world = await createLabelledWorld(1);
    expect(askCurve.enabled(world.state(), { tuned: false })).toMatch(/^Label at least 2 patches/);
  });
});

describe("the comparison of prompts", () => {
  test("is asked with something of every kind that is compared, and without a text nobody compares", async () => {
    const world = await createLabelledWorld(2);
    const done = world.do(askAblation, { kinds: everyKinds.filter(({ text }) => !text) });
    await world.settle();
    expect(asked(world)?.params.settings).toMatchObject({
      tokensPerBlock: settings.tokensPerBlock,
      instance: { tokens: 2 },
    });
    expect(asked(world)?.params.settings.text).toBeUndefined();
    expect(asked(world)?.params.text).toBeUndefined();
    world.engine.studies.answer(none);
    await done;
    expect(studies(world).ablation).toMatchObject({ kind: "answered" });
  });

  test("keeps what the person set of a kind, and takes task visual prompts at their usual number where they are off", async () => {
    const world = await createLabelledWorld(2);
    await world.do(changePromptKinds, { instance: { tokens: 5, hidden: 8 } });
    await world.do(changePromptKinds, { visual: false });
    expect(comparedSettings(world.state())).toMatchObject({
      tokensPerBlock: settings.tokensPerBlock,
      instance: { tokens: 5, hidden: 8 },
      text: { tokens: { template: "a histopathology image of {class}" } },
    });
  });

  test("of nothing but frozen features is no comparison", async () => {
    const world = await createLabelledWorld(2);
    expect(askAblation.enabled(world.state(), { kinds: everyKinds.filter(isNoKind) })).toMatch(/^Choose at least one/);
  });

  test("is forecast as the sum of what is trained: seven tunings without their final training", async () => {
    const world = await createLabelledWorld(2, { secondsPerLabel: 0.5 });
    const all = comparedSettings(world.state());
    if (!all) throw new Error("no settings");
    // Kinds on: 1+1+1 (one alone), 2+2+2 (two), 3: twelve times 4 labels, half a second each, four fifths of it.
    expect(await comparisonSeconds(world.context, all, everyKinds, 4)).toBeCloseTo(0.8 * 12 * 4 * 0.5, 9);
    // 10 labels a class of 2 classes: 1, 2, 4, 8 a class; two draws.
    expect(await tunedCurveSeconds(world.context, settings, 10, 2)).toBeCloseTo(2 * (2 + 4 + 8 + 16) * 0.5, 9);
    const unmeasured = await createLabelledWorld(2);
    expect(await comparisonSeconds(unmeasured.context, all, everyKinds, 4)).toBe(null);
  });
});

describe("the frozen baseline as a set to keep", () => {
  test("is kept, named and active as a tuned one, and there again after a reload", async () => {
    const world = await createLabelledWorld(2);
    expect(await world.do(keepFrozen)).toBe(true);
    const set = activeSetHere(world.state());
    expect(set?.metadata.name).toMatch(/^frozen by/);
    const again = await world.reload();
    expect(activeSetHere(again.state())).toEqual(set);
  });

  test("needs labels, and no tuning at the same time", async () => {
    const world = await createLabelledWorld(1);
    expect(keepFrozen.enabled(world.state(), undefined)).toMatch(/^Label at least 2 patches/);
    const more = await createLabelledWorld(2);
    void more.do(startTuning, {});
    await more.settle();
    expect(keepFrozen.enabled(more.state(), undefined)).toBe("A tuning is running.");
  });
});
