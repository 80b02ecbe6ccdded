// The class every project has, and the field its labels speak of: what holds whatever a project went through before.
import { describe, expect, test } from "vitest";
import type { ProjectId } from "../../src/base/brand.ts";
import { mpp } from "../../src/base/brand.ts";
import { fieldRange, modelAtField, mppOfField, scaleWords } from "../../src/domain/field-size.ts";
import { isOther, otherClassId } from "../../src/domain/other-class.ts";
import { parseChange } from "../../src/domain/parse-project.ts";
import { applyEvents, emptyProject, type ProjectEvent } from "../../src/domain/project.ts";
import { replay } from "../../src/domain/replay.ts";
import { label, model, tissueClass } from "../support/sample-project.ts";

const id = "p" as ProjectId;
const after = (...events: ProjectEvent[]) => applyEvents(emptyProject(id), events);

describe("the class Other", () => {
  test("is in a new project, last, grey and on key 0", () => {
    expect(emptyProject(id).classes).toEqual([{ id: otherClassId, name: "Other", color: "#999999", key: 0 }]);
    const { project } = after({ type: "class/put", value: tissueClass(1), at: 7 });
    expect(project.classes.map((c) => c.name)).toEqual(["Class 1", "Other"]);
  });

  test("cannot be changed or removed by any event, and such an event leaves nothing to undo", () => {
    const other = { ...tissueClass(3), id: otherClassId };
    const { project, inverse } = after(
      { type: "class/put", value: other, at: 0 },
      { type: "class/remove", id: otherClassId },
    );
    expect(project.classes).toEqual(emptyProject(id).classes);
    expect(inverse).toEqual([]);
  });

  test("leaves a project older than itself its key and its names", () => {
    const { project } = after(
      { type: "class/put", value: { ...tissueClass(1), name: "other", key: 0 }, at: 0 },
      { type: "class/put", value: tissueClass(2), at: 1 },
    );
    expect(project.classes.map(({ name, key }) => [name, key])).toEqual([
      ["other", 0],
      ["Class 2", 2],
      ["Other (none of these)", null],
    ]);
  });

  test("keeps its labels when a journal of the first version is read", () => {
    const entry = {
      version: "journal/1",
      title: "x",
      undoable: true,
      events: [{ type: "label/put", label: { ...label(1), classId: otherClassId } }],
    };
    const { project, warnings } = replay(id, null, [entry]);
    expect(warnings).toEqual([]);
    expect(project.classes.filter(isOther)).toHaveLength(1);
    expect(project.fieldUm).toBeNull();
    expect(parseChange(entry).events).toHaveLength(1);
  });
});

describe("the field size", () => {
  const tiny = { ...model, patchPixels: 224, mpp: mpp(0.5), mppRange: [mpp(0.4), mpp(0.6)] as const };

  test("ranges over whole micrometres that the backbone bears, around its own", () => {
    // 224 px at 0.4 and 0.6 um/px are 89.6 and 134.4 um.
    expect(fieldRange(tiny)).toEqual({ min: 90, max: 134, own: 112 });
  });

  test("gives the scale at which it fills the input, and none beyond the range", () => {
    expect(mppOfField(tiny, 90)).toBeCloseTo(90 / 224, 12);
    expect(mppOfField(tiny, 135)).toBeNull();
    expect(modelAtField(tiny, 112)).toBe(tiny);
    expect(modelAtField(tiny, 300)).toBe(tiny);
    expect(modelAtField(tiny, 100).mpp).toBe(100 / 224);
    // 116 / 224 is 0.5178571428571429: nobody reads that.
    expect([scaleWords(116 / 224), scaleWords(0.5)]).toEqual(["0.5179", "0.5"]);
  });

  test("of a backbone that bears one scale is that one alone", () => {
    const exact = { ...tiny, mpp: mpp(0.33), mppRange: [mpp(0.33), mpp(0.33)] as const };
    const { min, max, own } = fieldRange(exact);
    expect([min, max]).toEqual([own, own]);
    expect(mppOfField(exact, own)).toBeCloseTo(0.33, 12);
  });

  test("is undone by what stood before", () => {
    const { inverse } = after({ type: "field/put", um: 100 }, { type: "field/put", um: 120 });
    expect(inverse).toEqual([
      { type: "field/put", um: 100 },
      { type: "field/put", um: null },
    ]);
  });
});
