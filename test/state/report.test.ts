// What a report says of the state, and what never goes in: names of files, addresses, cases.
import { expect, test } from "vitest";
import { reportHtml } from "../../src/domain/report-html.ts";
import { startSweep } from "../../src/state/actions/maps.ts";
import { importPromptSet } from "../../src/state/actions/prompt-sets.ts";
import { savePromptCard } from "../../src/state/actions/report.ts";
import { declareCase } from "../../src/state/actions/slides.ts";
import { noPictures, reportOf } from "../../src/state/report.ts";
import { currentSlide } from "../../src/state/selectors.ts";
import { setFile, setFileId } from "../support/fake-apis.ts";
import { createLabelledWorld } from "../support/state-world.ts";

test("a report holds slide, map, card and labels, and neither the file's name nor its address nor its case", async () => {
  const world = await createLabelledWorld(2);
  const slide = currentSlide(world.state())!;
  await world.do(declareCase, { id: slide.info.id, caseId: "Patient Smith" });
  await world.do(importPromptSet, { name: "secret-file.safetensors", bytes: setFile("a") });
  await world.do(startSweep);
  const report = reportOf(world.state(), world.context.maps, noPictures, []);
  expect(report?.sections.map(({ title }) => title)).toEqual([
    "Slide",
    "Map",
    "Held-out estimate",
    "Prompt card",
    "Labels",
  ]);
  const html = reportHtml(report!);
  for (const secret of [slide.name, "Patient Smith", "secret-file", "1.svs"]) expect(html).not.toContain(secret);
  expect(html).toContain("<td>A</td><td>2</td><td>2</td>");
});

test("without a slide there is no report", async () => {
  const world = await createLabelledWorld(0);
  world.context.session.setState({ currentSlide: null });
  expect(reportOf(world.state(), world.context.maps, noPictures, [])).toBeNull();
});

test("a card is saved beside its set under the set's name", async () => {
  const world = await createLabelledWorld(0);
  await world.do(importPromptSet, { name: "a", bytes: setFile("a") });
  await world.do(savePromptCard, { id: setFileId("a") });
  expect([...world.saved.keys()].at(-1)).toMatch(/\.card\.txt$/);
  expect(new TextDecoder().decode([...world.saved.values()].at(-1))).toContain("Research use only");
});
