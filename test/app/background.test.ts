// What happens by itself, over the real stores and commands.
import { describe, expect, test } from "vitest";
import { followIndex, leadIn } from "../../src/app/background.ts";
import { addClass } from "../../src/state/actions/classes.ts";
import { loadEngine } from "../../src/state/actions/engine.ts";
import { activatePromptSet } from "../../src/state/actions/prompt-sets.ts";
import { setFileId } from "../support/fake-apis.ts";
import { createStateWorld } from "../support/state-world.ts";

const shipped = setFileId("shipped");

describe("the first visit", () => {
  test("the shipped set answers the first click, and nothing of that can be undone", async () => {
    const world = await createStateWorld({ shipped: ["shipped"] });
    leadIn(world.context, true);
    await world.open("1");
    expect(world.state().project.project.activeSet).toBe(shipped);
    expect(world.state().project.undo).toEqual([]);
  });

  test("it steps back once two classes carry a label, says so, and stays where the person put it after", async () => {
    const world = await createStateWorld({ shipped: ["shipped"] });
    leadIn(world.context, true);
    await world.open("1");
    await world.do(addClass, { name: "Tumour" });
    await world.do(addClass, { name: "Stroma" });
    await world.labelAt(1000, 1000, "Tumour");
    expect(world.state().project.project.activeSet).toBe(shipped);
    await world.labelAt(2000, 2000, "Stroma");
    await world.settle();
    expect(world.state().project.project.activeSet).toBeNull();
    expect(world.said()).toContain("Your labels answer now");
    await world.do(activatePromptSet, { id: shipped });
    await world.labelAt(3000, 3000, "Stroma");
    await world.settle();
    expect(world.state().project.project.activeSet).toBe(shipped);
  });

  test("a later visit chooses nothing for the person", async () => {
    const world = await createStateWorld({ shipped: ["shipped"] });
    leadIn(world.context, false);
    await world.open("1");
    expect(world.state().project.project.activeSet).toBeNull();
  });
});

describe("similar places", () => {
  test("are looked for again with a backbone that was loaded anew: what another found is nothing to it", async () => {
    const world = await createStateWorld();
    await world.open("1");
    const end = followIndex(world.context);
    const complete = async (): Promise<boolean> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return world.state().session.indexing?.complete === true;
    };
    expect(await complete()).toBe(true);
    const loading = world.do(loadEngine, { source: { kind: "folder", manifestUrl: "m" }, prefer: "auto" });
    expect(world.state().session.indexing).toBeNull();
    await loading;
    expect(await complete()).toBe(true);
    end();
  });
});
