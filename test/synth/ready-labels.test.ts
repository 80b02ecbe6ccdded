// The ready labels against the drawing they speak of, and what they do in a project.
import { describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import { fieldRange } from "../../src/domain/field-size.ts";
import { readyLabels, readySlide } from "../../src/domain/ready-labels.ts";
import { undo } from "../../src/state/actions/history.ts";
import { addReadyLabels, hasReadyLabels, removeReadyLabels } from "../../src/state/actions/ready-labels.ts";
import { createSpecimenLayout } from "../../src/synth/layout-specimen.ts";
import { type Tissue, tissueNumber } from "../../src/synth/tissue.ts";
import { createLabelledWorld, createStateWorld } from "../support/state-world.ts";

describe("ready labels", () => {
  test("lie well inside the tissue they name, at the largest field the embedded backbone bears", () => {
    const layout = createSpecimenLayout(7);
    const { max } = fieldRange({ patchPixels: 224, mpp: mpp(0.5), mppRange: [mpp(0.4), mpp(0.6)] });
    const half = max / 0.5 / 2;
    for (const { tissue, at } of readyLabels) {
      const wanted = tissueNumber[tissue as Tissue];
      for (let dy = -half; dy <= half; dy += 8) {
        for (let dx = -half; dx <= half; dx += 8) expect(layout.at(at.x + dx, at.y + dy)).toBe(wanted);
      }
    }
  });

  test("are 18, six of each of three classes, none of which touch", () => {
    expect(readyLabels).toHaveLength(18);
    const counts = new Map<string | null, number>();
    for (const { className } of readyLabels) counts.set(className, (counts.get(className) ?? 0) + 1);
    expect([...counts.values()]).toEqual([6, 6, 6]);
    readyLabels.forEach(({ at: a }, i) => {
      for (const { at: b } of readyLabels.slice(i + 1)) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(380);
    });
  });

  test("are for the embedded slide alone", async () => {
    const world = await createLabelledWorld(0);
    expect(await world.do(addReadyLabels)).toBe(false);
    expect(world.said()).toBe("Ready labels are for the demo slide only.");
  });

  test("come with their classes in one step, marked, and are put away with them in one", async () => {
    const world = await createStateWorld();
    await world.open("1");
    const { session } = world.context;
    const [open] = [...session.getState().openSlides.values()];
    if (!open) throw new Error("the slide is not open");
    const info = { ...open.info, id: readySlide };
    session.setState({ openSlides: new Map([[readySlide, { ...open, info }]]), currentSlide: readySlide });
    await world.do(addReadyLabels);
    const { project } = world.state().project;
    expect([...project.labels.values()].every(({ origin }) => origin === "ready")).toBe(true);
    expect(project.labels.size).toBe(18);
    expect(project.classes.map(({ name, key }) => [name, key])).toEqual([
      ["High-grade glands", 1],
      ["Low-grade glands", 2],
      ["Other", 0],
    ]);
    await world.do(removeReadyLabels);
    expect(world.state().project.project.labels.size).toBe(0);
    expect(world.state().project.project.classes.map(({ name }) => name)).toEqual(["Other"]);
    await world.do(undo);
    expect(hasReadyLabels(world.state())).toBe(true);
  });
});
