// Asking where the model looked: whose prompts are asked under, what cannot be asked, what a newer question does to an older one.
import { describe, expect, test } from "vitest";
import { closeAttention, showAttention } from "../../src/state/actions/attention.ts";
import { classifyAt } from "../../src/state/actions/clicks.ts";
import { importPromptSet } from "../../src/state/actions/prompt-sets.ts";
import { setFile } from "../support/fake-apis.ts";
import { createStateWorld, type StateWorld } from "../support/state-world.ts";

const click = (world: StateWorld, x = 3000, y = 3000) => world.do(classifyAt, { at: { x, y } });
const look = (world: StateWorld) => world.do(showAttention, { patch: null });
const shown = (world: StateWorld) => world.state().session.attention;
const load = (world: StateWorld, name: string) =>
  world.do(importPromptSet, { name: `${name}.safetensors`, bytes: setFile(name) });

async function clickedWorld(): Promise<StateWorld> {
  const world = await createStateWorld();
  await world.open("1");
  await click(world);
  return world;
}

describe("where the model looked", () => {
  test("is shown of the clicked patch, without prompts where no set answers", async () => {
    const world = await clickedWorld();
    expect(await look(world)).toBe(true);
    expect(shown(world)).toMatchObject({
      kind: "shown",
      patch: { region: { x: 2888, y: 2888 } },
      by: null,
      under: null,
      frozen: { side: 2, prompts: 0 },
    });
  });

  test("is shown under the prompts of the set that answers, and without them beside it", async () => {
    const world = await clickedWorld();
    await load(world, "tumour");
    await look(world);
    expect(shown(world)).toMatchObject({
      kind: "shown",
      by: { name: "tumour", views: 1, frozenShare: 0 },
      under: { prompts: 0.1 },
      frozen: { prompts: 0 },
    });
  });

  test("is another for another patch, and nothing once it is closed", async () => {
    const world = await clickedWorld();
    await look(world);
    const first = shown(world);
    await click(world, 5040, 3000);
    await look(world);
    const second = shown(world);
    expect(first.kind === "shown" && second.kind === "shown" && first.frozen.patches).not.toEqual(
      second.kind === "shown" && second.frozen.patches,
    );
    await world.do(closeAttention);
    expect(shown(world)).toEqual({ kind: "none" });
  });

  test("is not shown any more when it is closed before it came", async () => {
    const world = await clickedWorld();
    const asked = look(world);
    expect(shown(world).kind).toBe("looking");
    await world.do(closeAttention);
    await asked;
    expect(shown(world)).toEqual({ kind: "none" });
  });
});

describe("it cannot be asked, and why is said", () => {
  test("of no patch", async () => {
    const world = await createStateWorld();
    await world.open("1");
    expect(await look(world)).toBe(false);
    expect(world.said()).toBe("Click on tissue first.");
  });

  test("of a backbone that gives no attention", async () => {
    const world = await clickedWorld();
    const withoutAttention = "Where this backbone looks cannot be shown: its last attention is written in another way.";
    world.context.session.setState(({ engine }) =>
      engine.kind === "ready" ? { engine: { ...engine, status: { ...engine.status, withoutAttention } } } : {},
    );
    expect(showAttention.enabled(world.state(), { patch: null })).toBe(withoutAttention);
  });
});
