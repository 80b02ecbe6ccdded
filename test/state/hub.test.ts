// Downloads of open backbones as commands: begun, paused, broken, there again after a reload, loaded through the form, gone from the
// downloads once kept.
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { hubModels } from "../../src/domain/hub-models.ts";
import { hub } from "../../src/domain/hub-place.ts";
import type { ImportFacts } from "../../src/domain/model-import.ts";
import {
  downloadModel,
  filesOfDownload,
  pauseDownload,
  removeDownload,
  setHubPlace,
  startHub,
} from "../../src/state/actions/hub.ts";
import { importModel } from "../../src/state/actions/models.ts";
import type { Inspected } from "../../src/state/import-fields.ts";
import { answersOf, emptyForm, fieldState, openFields, withTyped } from "../../src/state/import-form.ts";
import { contradictions, listedForm } from "../../src/state/listed-answers.ts";
import { broken, downloadOf, progressOf, wholeFile } from "../support/fake-hub.ts";
import { createStateWorld, type StateWorld } from "../support/state-world.ts";

const facts: ImportFacts = {
  name: "Phikon",
  mpp: 0.5,
  normalisation: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  licence: { id: "Owkin-Non-Commercial", text: "", source: "https://huggingface.co/owkin/phikon" },
  heads: 6,
  readout: "cls",
};
const id = "phikon";
const stateOf = (world: StateWorld) => world.state().session.hub.downloads[id];
const begin = (world: StateWorld, token: string | null = null) => world.do(downloadModel, { id, token });

describe("a download", () => {
  test("asks for what the list says, tells how far it is, and is ready but not loaded", async () => {
    const world = await createStateWorld();
    const seen: unknown[] = [];
    world.hub.goesLike(async (_job, _signal, tell) => {
      tell(progressOf(1, 3));
      seen.push(stateOf(world));
    });
    await begin(world);
    expect(world.hub.jobs).toEqual([
      {
        id,
        repo: "owkin/phikon",
        revision: "main",
        weights: "model.safetensors",
        agreedBytes: 344_000_000,
        place: hub,
        token: null,
      },
    ]);
    expect(seen).toMatchObject([{ kind: "running", progress: { bytes: 1, total: 3 } }]);
    expect(stateOf(world)).toMatchObject({ kind: "ready" });
    expect(world.state().session.activeModel).toBeNull();
    expect(world.said()).toContain("Phikon is here and checked");
    expect(downloadModel.enabled(world.state(), { id, token: null })).toContain("here already");
  });

  test("that breaks keeps where it was and why; paused it keeps where it was", async () => {
    const world = await createStateWorld();
    world.hub.goesLike(async (_job, _signal, tell) => {
      tell(progressOf(2, 3));
      throw broken();
    });
    await begin(world);
    expect(stateOf(world)).toMatchObject({
      kind: "paused",
      bytes: 2,
      total: 3,
      fault: { message: "The connection broke." },
    });
    world.hub.goesLike(
      (_job, signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    const going = begin(world);
    await world.settle();
    expect(downloadModel.enabled(world.state(), { id, token: null })).toContain("being downloaded");
    expect(removeDownload.enabled(world.state(), { id })).toBe("Pause it first.");
    await world.do(pauseDownload, { id });
    await going;
    expect(stateOf(world)).toEqual({ kind: "paused", bytes: 2, total: 3, fault: null });
    world.hub.goesLike(null);
    await begin(world);
    expect(stateOf(world)?.kind).toBe("ready");
  });

  test("is there again after a reload: half of it paused, all of it ready; nothing is asked", async () => {
    const world = await createStateWorld();
    world.hub.disk.records.set(id, {
      format: "pathotune-download/1",
      ...downloadOf(id, { ...wholeFile, bytes: 9, done: null }),
    });
    world.hub.disk.pieces.set(id, new Map([["model.safetensors", [new Uint8Array(4)]]]));
    world.hub.disk.records.set("uni", { format: "pathotune-download/1", ...downloadOf("uni") });
    world.hub.disk.records.set("odd", { format: "pathotune-download/9" });
    await world.do(startHub);
    expect(world.state().session.hub.downloads).toMatchObject({
      [id]: { kind: "paused", bytes: 4, total: 9, fault: null },
      uni: { kind: "ready" },
    });
    expect(world.said()).toContain("A kept download cannot be read");
    expect(world.hub.jobs).toEqual([]);
    await world.do(removeDownload, { id });
    expect(stateOf(world)).toBeUndefined();
    expect(world.hub.disk.records.has(id)).toBe(false);
  });

  test("whose bytes the browser threw away is not offered as a backbone", async () => {
    const world = await createStateWorld();
    await begin(world);
    world.hub.disk.pieces.clear();
    await expect(filesOfDownload(world.context, id)).rejects.toMatchObject({ kind: "storage" });
    expect(stateOf(world)).toMatchObject({ kind: "paused", bytes: 0 });
  });

  test("that was loaded and kept is a backbone with its origin, and no download any more", async () => {
    const world = await createStateWorld();
    await begin(world, "hf_secret");
    const files = await filesOfDownload(world.context, id);
    const state = stateOf(world);
    const download = state?.kind === "ready" ? state.download : null;
    await world.do(importModel, { files, facts, download });
    await world.settle();
    const [own] = world.state().session.ownModels;
    expect(own).toMatchObject({ kept: "yes", model: { from: { repo: "a/b", commit: "c".repeat(40) } } });
    expect(own?.model.from?.files).toEqual([
      { path: "model.safetensors", sha256: "a".repeat(64), against: "hub-sha256" },
    ]);
    expect(stateOf(world)).toBeUndefined();
    expect(world.hub.disk.records.size).toBe(0);
    expect(JSON.stringify([...world.models.entries.values()].map(({ record }) => record))).not.toContain("hf_secret");
  });

  test("that could not be kept as a backbone stays a download", async () => {
    const world = await createStateWorld({ room: 1 });
    await begin(world);
    const files = await filesOfDownload(world.context, id);
    const state = stateOf(world);
    await world.do(importModel, {
      files,
      facts,
      download: state?.kind === "ready" ? state.download : null,
    });
    await world.settle();
    expect(stateOf(world)?.kind).toBe("ready");
  });

  test("comes from a mirror the person names; a wrong address changes nothing, an empty one is the hub", async () => {
    const world = await createStateWorld();
    await world.do(setHubPlace, { address: "https://mirror.org/hub/", fileHosts: "https://files.org" });
    expect(world.state().session.hub.place).toEqual({
      base: "https://mirror.org/hub",
      fileHosts: ["https://files.org"],
    });
    await world.do(setHubPlace, { address: "mirror", fileHosts: "" });
    expect(world.said()).toContain("is no address of a mirror");
    await begin(world);
    expect(world.hub.jobs[0]?.place.base).toBe("https://mirror.org/hub");
    const later = await world.reload();
    await later.do(startHub);
    expect(later.state().session.hub.place.base).toBe("https://mirror.org/hub");
    await later.do(setHubPlace, { address: " ", fileHosts: "" });
    expect(later.state().session.hub.place).toEqual(hub);
  });
});

describe("the form for downloaded files", () => {
  const inspected = (more: Partial<Inspected["inspection"]> = {}): Inspected => ({
    inspection: {
      container: "safetensors",
      name: "model",
      bytes: 9,
      facts: { depth: 12, width: 384, patchPixels: 8 },
      normalisation: null,
      outputs: [],
      missing: ["normalisation", "mpp", "licence"],
      presets: [],
      refusal: null,
      notes: [],
      ...more,
    },
    answers: {},
  });
  const form = (name: string) =>
    listedForm(
      present(
        hubModels.find((model) => model.id === name),
        name,
      ),
    );

  test("is answered from the list, but for um/px, which nobody stated", () => {
    const lunit = form("lunit-vits8");
    expect(openFields(lunit, inspected()).map(({ field }) => field)).toEqual(["mpp"]);
    expect(fieldState(lunit, inspected(), "normalisation")).toMatchObject({ text: "custom", origin: "list" });
    expect(answersOf(withTyped(lunit, "mpp", "0.5"), inspected())).toMatchObject({
      name: "Lunit DINO ViT-S/8",
      mpp: 0.5,
      normalisation: { mean: [0.7032, 0.5361, 0.661], std: [0.2172, 0.2608, 0.2072] },
      licence: {
        id: "Lunit-Non-Commercial",
        source: "https://huggingface.co/1aurent/vit_small_patch8_224.lunit_dino",
      },
    });
  });

  test("asks for a normalisation nobody stated", () => {
    const tokens14 = inspected({ facts: { depth: 12, width: 384, patchPixels: 14 } });
    expect(openFields(form("prost40m"), tokens14).map(({ field }) => field)).toEqual(["mpp", "normalisation"]);
  });

  test("believes the files against the list, and says so", () => {
    const half = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
    const found = inspected({ normalisation: half, missing: ["mpp", "licence"] });
    expect(answersOf(form("lunit-vits8"), found).normalisation).toBeUndefined();
    expect(contradictions(form("lunit-vits8"), found)).toEqual([
      expect.stringMatching(/the files say .*0\.5.*the list .*0\.7032.*The files are believed/),
    ]);
    expect(contradictions(form("kaiko-vits8"), found)).toEqual([]);
    expect(contradictions(emptyForm, found)).toEqual([]);
  });

  test("takes no normalisation for files of other sizes than the list states, and says why", () => {
    const other = inspected({ facts: { depth: 12, width: 768, patchPixels: 16 } });
    const lunit = form("lunit-vits8");
    expect(openFields(lunit, other).map(({ field }) => field)).toEqual(["mpp", "normalisation"]);
    expect(contradictions(lunit, other).join()).toContain("width 384 and patches of 8 px, they have 768 and 16");
  });
});
