// The table of commands that keyboard, palette and list of keys are made from, over the real stores without a screen.
import { describe, expect, test } from "vitest";
import type { App, Host, Keeping } from "../../src/ui/app-context.ts";
import { commandsOf } from "../../src/ui/commands.ts";
import { isShortcut, keyParts } from "../../src/ui/keys.ts";
import { matching } from "../../src/ui/matching.ts";
import { createStage } from "../../src/ui/stage.ts";
import { createUiStore } from "../../src/ui/ui-store.ts";
import { viewLink } from "../../src/ui/view-link.ts";
import { createLabelledWorld } from "../support/state-world.ts";

async function app(): Promise<App> {
  const world = await createLabelledWorld(1);
  const host = new Proxy({}, { get: () => () => undefined }) as Host;
  const keeping = new Proxy({}, { get: () => () => undefined }) as Keeping;
  return { context: world.context, host, keeping, ui: createUiStore(), stage: createStage() };
}
const plain = { ctrl: false, alt: false, shift: false };

describe("commands", () => {
  test("have each an id of their own, and no key means two things", async () => {
    const commands = commandsOf(await app());
    const ids = commands.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const keys = commands.flatMap((command) => command.keys);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });

  test("take no key the slide viewer moves by", async () => {
    // OpenSeadragon's own: w a s d and the arrows pan, + - = zoom.
    const keys = commandsOf(await app()).flatMap((command) => command.keys);
    expect(keys.filter((key) => /^(?:[wasd]|Arrow|[+\-=])/i.test(key) && key.length === 1)).toEqual([]);
  });

  test("can each be given or say why not", async () => {
    const commands = commandsOf(await app());
    const blocked = commands.filter((command) => command.enabled() !== true);
    expect(blocked.length).toBeGreaterThan(3);
    for (const command of blocked) expect(command.enabled()).toMatch(/[.]$/);
  });

  test("label the place of the clicked patch with a class's key, and undo it", async () => {
    const one = await app();
    const { project, session } = one.context;
    await session.setState({
      click: {
        kind: "waiting",
        reason: "",
        patch: {
          slideId: session.getState().currentSlide ?? ("" as never),
          region: { x: 4000, y: 4000, width: 224, height: 224 },
          spec: {} as never,
        },
      },
    });
    commandsOf(one)
      .find(({ keys }) => keys.includes("2"))
      ?.run();
    expect(project.getState().project.labels.size).toBe(3);
    commandsOf(one)
      .find(({ keys }) => keys.includes("Ctrl+Z"))
      ?.run();
    expect(project.getState().project.labels.size).toBe(2);
  });

  test("are found by the beginnings of their words, what can be done now first", async () => {
    const commands = commandsOf(await app());
    expect(matching(commands, "lab OTH cli").map(({ title }) => title)).toEqual(["Label Other by clicking"]);
    expect(matching(commands, "nothing of the kind")).toEqual([]);
    const all = matching(commands, "").map((command) => command.enabled() === true);
    expect(all.indexOf(false)).toBe(all.lastIndexOf(true) + 1);
  });
});

describe("keys", () => {
  test.each([
    ["Ctrl+Z", { ...plain, key: "z", code: "KeyZ", ctrl: true }, true],
    ["Ctrl+Z", { ...plain, key: "Z", code: "KeyZ", ctrl: true, shift: true }, false],
    ["Ctrl+Shift+Z", { ...plain, key: "Z", code: "KeyZ", ctrl: true, shift: true }, true],
    ["?", { ...plain, key: "?", code: "Minus", shift: true }, true],
    ["T", { ...plain, key: "t", code: "KeyT", ctrl: true }, false],
    ["Alt+2", { ...plain, key: "™", code: "Digit2", alt: true }, true],
    ["2", { ...plain, key: "2", code: "Digit2", alt: true }, false],
    ["Escape", { ...plain, key: "Escape", code: "Escape" }, true],
  ])("%s against what was pressed", (written, pressed, is) => {
    expect(isShortcut(written, pressed)).toBe(is);
  });

  test("are drawn one by one", () => {
    expect(keyParts("Ctrl+Shift+Z")).toEqual(["Ctrl", "Shift", "Z"]);
    expect(keyParts("Escape")).toEqual(["Esc"]);
  });
});

test("a link to a view holds no address of a slide", () => {
  const link = viewLink({ origin: "https://x.org", pathname: "/app/", hash: "#x=1&y=2&z=3&s=abc" });
  expect(link).toBe("https://x.org/app/#x=1&y=2&z=3&s=abc");
});
