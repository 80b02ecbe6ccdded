// A project out to a file and in from it: what comes back, what is left out on request, and files that are none.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { PromptSetId } from "../../src/base/brand.ts";
import { isFault, present } from "../../src/base/fault.ts";
import { applyEvents, emptyProject, type Project } from "../../src/domain/project.ts";
import { parseProjectFile, projectFileLimits, writeProjectFile } from "../../src/domain/project-file.ts";
import { snapshotOf } from "../../src/domain/replay.ts";
import { undo } from "../../src/state/actions/history.ts";
import { loadProject, saveProject } from "../../src/state/actions/project-file.ts";
import { label, slideRef, summary, tissueClass } from "../support/sample-project.ts";
import { createLabelledWorld, createStateWorld } from "../support/state-world.ts";

const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
const id = bytesToHex(sha256(bytes)) as PromptSetId;

function sample(): Project {
  const set = summary(id);
  return applyEvents(emptyProject("p" as Project["id"]), [
    { type: "slide/put", slide: { ...slideRef(1), caseId: "case 7" } },
    { type: "slide/put", slide: { ...slideRef(2), source: { kind: "url", url: "https://a.example/s.svs" } } },
    { type: "class/put", value: tissueClass(1), at: 0 },
    { type: "class/put", value: tissueClass(2), at: 1 },
    { type: "label/put", label: label(1) },
    { type: "prompt-set/put", summary: set },
    { type: "active-set/put", id },
  ]).project;
}

const read = (file: Uint8Array) => parseProjectFile(file, "mine.pathotune.zip");
const contentOf = (file: Uint8Array): string => strFromU8(unzipSync(file)["project.json"] ?? new Uint8Array());
const projectOf = (text: Uint8Array): Project =>
  applyEvents(emptyProject("p" as Project["id"]), read(text).events).project;

describe("a project file", () => {
  test("gives back the project and the bytes of its prompt sets", () => {
    const text = writeProjectFile(sample(), new Map([[id, bytes]]), { names: "kept" });
    expect(snapshotOf(projectOf(text))).toEqual(snapshotOf(sample()));
    expect(read(text).promptSets.get(id)).toEqual(bytes);
    expect(read(text).warnings).toEqual([]);
    expect(contentOf(text)).toContain("Research use only");
  });

  test("without names holds no file name, no address and no case, and all labels", () => {
    const text = writeProjectFile(sample(), new Map([[id, bytes]]), { names: "hidden" });
    for (const secret of ["slide-1.svs", "a.example", "case 7"]) expect(contentOf(text)).not.toContain(secret);
    expect([...projectOf(text).labels.keys()]).toEqual(["label-1"]);
    expect([...projectOf(text).slides.keys()]).toEqual([...sample().slides.keys()]);
  });

  test("leaves out sets whose bytes are not there, and does not make them answer", () => {
    const project = projectOf(writeProjectFile(sample(), new Map(), { names: "kept" }));
    expect(project.promptSets.size).toBe(0);
    expect(project.activeSet).toBeNull();
  });

  const zipOf = (content: string): Uint8Array => zipSync({ "project.json": strToU8(content) });
  const whole = writeProjectFile(sample(), new Map([[id, bytes]]), { names: "kept" });

  test.each([
    ["nothing", new Uint8Array(), "damaged"],
    ["half of it", whole.slice(0, whole.length / 2), "damaged"],
    ["a zip of something else", zipSync({ "a.txt": strToU8("a") }), "damaged"],
    ["no JSON", zipOf("{"), "damaged"],
    ["a list", zipOf("[]"), "damaged"],
    ["a later version", zipOf('{"format": "pathotune-project/2"}'), "unsupported"],
    [
      "bytes of another set",
      zipSync({ ...unzipSync(whole), [`prompt-sets/${id}.safetensors`]: strToU8("a") }),
      "damaged",
    ],
    ["a bomb", zipSync({ "prompt-sets/a": new Uint8Array(projectFileLimits.bytes + 1) }), "limit"],
  ])("that is %s is refused by name", (_, file, kind) => {
    let caught: unknown;
    try {
      read(file);
    } catch (error) {
      caught = error;
    }
    expect(isFault(caught, kind as "damaged")).toBe(true);
    expect((caught as Error).message).toContain("mine.pathotune.zip");
  });

  test("a damaged label is counted and left out; the others come", () => {
    const files = { ...unzipSync(whole), "project.json": strToU8(contentOf(whole).replace('"label-1"', "17")) };
    const { warnings } = read(zipSync(files));
    expect(warnings).toEqual([expect.stringContaining("1 entry")]);
    expect(projectOf(zipSync(files)).classes).toHaveLength(3);
  });
});

describe("loading one", () => {
  test("into the same project changes nothing; into an empty one brings everything, and undo takes it back", async () => {
    const from = await createLabelledWorld(3);
    await from.do(saveProject, { names: "kept" });
    const file = present(from.saved.get("project.pathotune.zip"), "the saved file");
    const before = snapshotOf(from.state().project.project);
    await from.do(loadProject, { name: "again", bytes: file });
    expect(snapshotOf(from.state().project.project)).toEqual(before);
    const to = await createStateWorld();
    await to.do(loadProject, { name: "mine", bytes: file });
    expect(to.state().project.project.labels.size).toBe(from.state().project.project.labels.size);
    expect(to.said()).toContain("Undo takes it back");
    await to.do(undo);
    expect(to.state().project.project.labels.size).toBe(0);
  });

  test("a class of a name that is there takes the labels, and keys stay with whom they belong to", async () => {
    const to = await createLabelledWorld(3);
    const [first, second] = to.state().project.project.classes;
    const incoming = applyEvents(emptyProject("p" as Project["id"]), [
      { type: "class/put", value: { ...tissueClass(5), name: first?.name ?? "", key: 5 }, at: 0 },
      { type: "class/put", value: { ...tissueClass(6), key: second?.key ?? null }, at: 1 },
      { type: "label/put", label: { ...label(50), classId: tissueClass(5).id } },
    ]).project;
    await to.do(loadProject, { name: "other", bytes: writeProjectFile(incoming, new Map(), { names: "kept" }) });
    const { classes, labels } = to.state().project.project;
    expect(classes.filter(({ name }) => name === first?.name)).toHaveLength(1);
    expect(labels.get(label(50).id)?.classId).toBe(first?.id);
    expect(classes.find(({ id }) => id === tissueClass(6).id)?.key).toBeNull();
  });
});
