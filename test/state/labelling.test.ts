// Classes, labels, history and slides through their commands, over the real stores and a memory journal.
import { describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import {
  addClass,
  changeClassKey,
  classColors,
  recolourClass,
  removeClass,
  renameClass,
} from "../../src/state/actions/classes.ts";
import { chooseField, fieldHere } from "../../src/state/actions/field.ts";
import { redo, redoTitle, undo, undoTitle } from "../../src/state/actions/history.ts";
import { labelAsNew, relabel, removeLabel } from "../../src/state/actions/labels.ts";
import {
  closeSlide,
  declareCalibration,
  declareCase,
  forgetOpenSlides,
  mppFromDistance,
  showSlide,
} from "../../src/state/actions/slides.ts";
import { blocksPatches, countsPerClass, labelAt, missingSlides } from "../../src/state/selectors.ts";
import { slideId } from "../support/sample-project.ts";
import { createLabelledWorld, createStateWorld } from "../support/state-world.ts";

describe("classes", () => {
  test("a new class gets the next number key, a colour of its own, and is selected", async () => {
    const world = await createStateWorld();
    for (let i = 0; i < 11; i++) await world.do(addClass, { name: `C${i}` });
    const { classes } = world.state().project.project;
    expect(classes.map((c) => c.key)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, null, null, 0]);
    expect(new Set(classes.map((c) => c.color)).size).toBe(12);
    expect(classes[0]?.color).toBe(classColors[0]);
    expect(world.state().session.selectedClass).toBe(classes[10]?.id);
  });

  test("a class that only the answering set has is added by labelling with it, and undone label first", async () => {
    const world = await createLabelledWorld(0);
    await world.do(labelAsNew, { at: { x: 5000, y: 5000 }, name: "Lymphocytes" });
    const made = world.classId("Lymphocytes");
    expect(countsPerClass(world.state()).get(made)).toBe(1);
    expect(await world.do(labelAsNew, { at: { x: 9000, y: 9000 }, name: "lymphocytes" })).toBe(false);
    expect(world.said()).toContain('There is already a class "lymphocytes".');
    await world.do(undo);
    expect(world.state().project.project.labels.size).toBe(0);
    expect(world.classId("Lymphocytes")).toBe(made);
    await world.do(undo);
    expect(world.state().project.project.classes.some(({ id }) => id === made)).toBe(false);
  });

  test("Other labels like any class, and stays", async () => {
    const world = await createLabelledWorld(0);
    const other = world.classId("Other");
    await world.labelAt(500, 1000, "Other");
    expect(countsPerClass(world.state()).get(other)).toBe(1);
    expect(await world.do(removeClass, { id: other })).toBe(false);
    expect(world.said()).toContain("Other is in every project");
    expect(await world.do(renameClass, { id: other, name: "Rest" })).toBe(false);
  });

  test("the field is chosen before the first label, decides its size, and is fixed by it", async () => {
    const world = await createLabelledWorld(0);
    const own = fieldHere(world.state());
    expect(own).toMatchObject({ um: 112, fixed: null });
    await world.do(chooseField, { um: 100 });
    await world.labelAt(5000, 5000, "A");
    const [label] = [...world.state().project.project.labels.values()];
    // 100 um at the slide's 0.5 um/px.
    expect(label?.region).toMatchObject({ width: 200, height: 200 });
    expect(await world.do(chooseField, { um: 112 })).toBe(false);
    expect(world.said()).toContain("Your labels speak of this field");
    await world.do(undo);
    expect(await world.do(chooseField, { um: 5000 })).toBe(false);
    await world.do(undo);
    expect(fieldHere(world.state())?.um).toBe(112);
  });

  test("two classes may not share a name or a key, and a refusal says why and changes nothing", async () => {
    const world = await createStateWorld();
    await world.do(addClass, { name: "Tumour" });
    await world.do(addClass, { name: "Stroma" });
    const before = world.state().project;
    const id = world.classId("Stroma");
    expect(await world.do(addClass, { name: " tumour " })).toBe(false);
    expect(world.said()).toBe('There is already a class "tumour".');
    expect(await world.do(renameClass, { id, name: "TUMOUR" })).toBe(false);
    expect(await world.do(addClass, { name: "  " })).toBe(false);
    expect(await world.do(changeClassKey, { id, key: 1 })).toBe(false);
    expect(world.said()).toBe("Key 1 already labels Tumour.");
    expect(await world.do(recolourClass, { id, color: "red" })).toBe(false);
    expect(world.state().project).toBe(before);
  });

  test("renaming and recolouring keep place and labels, and are undone", async () => {
    const world = await createLabelledWorld(1);
    const id = world.classId("A");
    await world.do(renameClass, { id, name: "Gland" });
    await world.do(recolourClass, { id, color: "#ABCDEF" });
    expect(world.state().project.project.classes[0]).toMatchObject({ name: "Gland", color: "#abcdef" });
    expect(countsPerClass(world.state()).get(id)).toBe(1);
    await world.do(undo);
    await world.do(undo);
    expect(world.state().project.project.classes[0]).toMatchObject({ name: "A", color: classColors[0] });
  });

  test("a class goes with its labels, and one undo brings all back", async () => {
    const world = await createLabelledWorld(3);
    const id = world.classId("A");
    await world.do(removeClass, { id });
    expect(world.state().project.project.labels.size).toBe(3);
    expect(undoTitle(world.state())).toBe("Undo: Remove class A");
    await world.do(undo);
    expect(world.state().project.project.classes.map((c) => c.name)).toEqual(["A", "B", "Other"]);
    expect(countsPerClass(world.state()).get(id)).toBe(3);
    expect(redoTitle(world.state())).toBe("Redo: Remove class A");
    await world.do(redo);
    expect(world.state().project.project.labels.size).toBe(3);
  });
});

describe("labels", () => {
  test("a label covers what the model sees: its pixels times its um/px, at the slide's um/px", async () => {
    const world = await createStateWorld();
    await world.open("1");
    await world.do(addClass, { name: "A" });
    const id = world.state().session.currentSlide;
    if (id === null) throw new Error("no slide");
    await world.do(declareCalibration, { id, mppX: 0.25, mppY: 0.2, how: "stated" });
    await world.labelAt(5000, 4000, "A");
    const [label] = world.state().project.project.labels.values();
    // 224 px at 0.5 um/px are 112 um: 448 px of 0.25 um and 560 px of 0.2 um.
    expect(label).toMatchObject({ region: { x: 4776, y: 3720, width: 448, height: 560 }, origin: "free" });
    expect(label?.slideMpp).toBeCloseTo(0.225);
    expect(label?.group).toBe(label?.id);
  });

  test("labelling inside an existing outline changes that label's class; the same class is refused", async () => {
    const world = await createLabelledWorld(1);
    expect(await world.labelAt(590, 1090, "B")).toBe(true);
    expect(world.state().project.project.labels.size).toBe(2);
    expect(undoTitle(world.state())).toBe("Undo: Relabel B");
    expect(await world.labelAt(590, 1090, "B")).toBe(false);
    expect(world.said()).toBe("This place is already labelled B.");
    expect(await world.labelAt(500 + 113, 1000, "B")).toBe(true);
    expect(world.state().project.project.labels.size).toBe(3);
  });

  test("where outlines overlap the nearest centre is meant", async () => {
    const world = await createLabelledWorld(1);
    await world.labelAt(500 + 120, 1000, "B");
    const left = labelAt(world.state(), { x: 540, y: 1000 });
    const right = labelAt(world.state(), { x: 590, y: 1000 });
    expect([left?.classId, right?.classId]).toEqual([world.classId("A"), world.classId("B")]);
    expect(labelAt(world.state(), { x: 3000, y: 3000 })).toBe(null);
  });

  test("relabelling and removing keep everything else, and are undone", async () => {
    const world = await createLabelledWorld(1);
    const before = [...world.state().project.project.labels.values()];
    const [first] = before;
    if (!first) throw new Error("no label");
    await world.do(relabel, { id: first.id, classId: world.classId("B") });
    expect(world.state().project.project.labels.get(first.id)).toEqual({ ...first, classId: world.classId("B") });
    await world.do(removeLabel, { id: first.id });
    expect(await world.do(removeLabel, { id: first.id })).toBe(false);
    await world.do(undo);
    await world.do(undo);
    expect(new Set(world.state().project.project.labels.values())).toEqual(new Set(before));
  });

  test("no place is labelled without a slide, a model, um/px, or outside the slide; each refusal says what to do", async () => {
    const world = await createStateWorld({ load: false });
    await world.do(addClass, { name: "A" });
    await world.labelAt(1, 1, "A");
    expect(world.said()).toBe("Open a slide first.");
    await world.open("1");
    await world.labelAt(1, 1, "A");
    expect(world.said()).toBe("The model is still loading.");
    await world.open("plain");
    await world.labelAt(1, 1, "A");
    expect(world.said()).toContain('The um/px of "plain.svs" is unknown. State it');
    const ready = await createLabelledWorld(0);
    await ready.labelAt(10_001, 10, "A");
    expect(ready.said()).toBe("This place is outside the slide.");
    expect(ready.state().project.project.labels.size).toBe(0);
  });
});

describe("a reload", () => {
  test("brings classes, labels and slides back; the local slide is asked for by name and recognised whatever its name", async () => {
    const world = await createLabelledWorld(2);
    await world.do(declareCase, { id: slideId(1), caseId: " case 7 " });
    const again = await world.reload();
    const { project } = again.state().project;
    expect(project.classes.map((c) => c.name)).toEqual(["A", "B", "Other"]);
    expect(project.labels.size).toBe(4);
    expect(missingSlides(again.state()).map((slide) => [slide.name, slide.caseId])).toEqual([["1.svs", "case 7"]]);
    await again.open("1", slideId(1));
    expect(missingSlides(again.state())).toEqual([]);
    expect(again.said()).toBe(null);
    await again.labelAt(500, 1000, "B");
    expect(countsPerClass(again.state()).get(again.classId("B"))).toBe(3);
  });

  test("another file than the one asked for is opened as another slide, and that is said", async () => {
    const world = await createLabelledWorld(1);
    const again = await world.reload();
    await again.open("2", slideId(1));
    expect(again.said()).toBe(
      '"2" is not 1.svs: its content differs. It was opened as another slide.'.replace('"2"', '"2.svs"'),
    );
    expect(missingSlides(again.state()).map((slide) => slide.name)).toEqual(["1.svs"]);
  });

  test("a declared um/px holds again when the slide is opened again", async () => {
    const world = await createStateWorld();
    await world.open("plain");
    expect(blocksPatches(world.state())).toContain("unknown");
    await world.do(declareCalibration, {
      id: slideId(9),
      mppX: mppFromDistance(1000, 4000),
      mppY: mppFromDistance(1000, 4000),
      how: "known-distance",
    });
    expect(blocksPatches(world.state())).toBe(null);
    const again = await world.reload();
    await again.open("plain");
    expect(again.state().session.openSlides.get(slideId(9))?.info.calibration).toEqual({
      kind: "declared",
      mppX: mpp(0.25),
      mppY: mpp(0.25),
      how: "known-distance",
    });
  });

  test("a second tab sees the work but writes nothing", async () => {
    const world = await createLabelledWorld(1);
    await world.context.project.flush();
    const second = await createStateWorld({ disk: world.disk });
    await second.open("1");
    expect(second.state().project.role).toBe("reader");
    expect(second.state().project.project.labels.size).toBe(2);
    expect(await second.labelAt(5000, 5000, "A")).toBe(false);
    expect(second.said()).toContain("open in another tab");
    expect(await second.do(undo)).toBe(false);
    expect(second.state().project.project.labels.size).toBe(2);
  });
});

describe("slides", () => {
  test("a file that is no slide is said, and what was open stays", async () => {
    const world = await createLabelledWorld(1);
    expect(await world.open("bad")).toBe(false);
    expect(world.said()).toBe('"bad" is not a slide.');
    expect(world.state().session).toMatchObject({ currentSlide: slideId(1), opening: null });
  });

  test("a newer opening wins over an older one", async () => {
    const world = await createStateWorld();
    const outcomes = await Promise.all([world.open("1"), world.open("2")]);
    expect(outcomes).toEqual([false, true]);
    expect(world.state().session).toMatchObject({ currentSlide: slideId(2), opening: null, notices: [] });
  });

  test("when the reader of slides dies all that were open are named, and the one on the screen is shown again", async () => {
    const world = await createStateWorld();
    for (const name of ["1", "2", "3"]) await world.open(name);
    await world.do(showSlide, { id: slideId(2) });
    expect(forgetOpenSlides(world.context)).toEqual([
      { id: slideId(1), show: false },
      { id: slideId(2), show: true },
      { id: slideId(3), show: false },
    ]);
    expect(world.state().session.openSlides.size).toBe(0);
    expect(world.state().session.currentSlide).toBe(null);
  });

  test("closing shows another open slide and keeps the labels", async () => {
    const world = await createLabelledWorld(1);
    await world.open("2");
    await world.do(showSlide, { id: slideId(1) });
    await world.do(closeSlide, { id: slideId(1) });
    expect(world.state().session.currentSlide).toBe(slideId(2));
    expect(world.state().project.project.labels.size).toBe(2);
    expect(missingSlides(world.state()).map((slide) => slide.name)).toEqual(["1.svs"]);
  });

  test.each([0, -1, Number.NaN, 1000])("%s um/px is refused", async (value) => {
    const world = await createStateWorld();
    await world.open("plain");
    expect(await world.do(declareCalibration, { id: slideId(9), mppX: value, mppY: value, how: "stated" })).toBe(false);
    expect(world.said()).toContain("Um/px must be a number from 0.01 to 100");
  });
});
