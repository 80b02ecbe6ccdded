// Labels on drawings beside labels on tissue: said before they are tuned on together.
import { expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { drawnAmong } from "../../src/state/label-hints.ts";
import { createLabelledWorld } from "../support/state-world.ts";

test("says how many labels lie on a drawn slide where others lie on tissue, and nothing where all are alike", async () => {
  const world = await createLabelledWorld(2);
  expect(drawnAmong(world.state())).toBeNull();
  const [first] = world.state().session.openSlides.keys();
  await world.open("another.svs");
  await world.labelAt(200, 200, "A");
  const count = world.state().project.project.labels.size;
  expect(drawnAmong(world.state())).toBeNull();

  const draw = (ids: ReadonlySet<unknown>): void =>
    world.context.session.setState(({ openSlides }) => ({
      openSlides: new Map(
        [...openSlides].map(([id, open]) => [
          id,
          ids.has(id) ? { ...open, info: { ...open.info, origin: "generated" as const } } : open,
        ]),
      ),
    }));
  draw(new Set([present(first, "the first slide")]));
  expect(drawnAmong(world.state())).toContain(`${count - 1} of ${count} labels are on a slide that is drawn`);
  draw(new Set(world.state().session.openSlides.keys()));
  expect(drawnAmong(world.state())).toBeNull();
});
