// Places that prompts were learned from without labels: what is known of them, how they are read back, and what a card says of the set.
import { expect, test } from "vitest";
import { isFault } from "../../src/base/fault.ts";
import { answerWords } from "../../src/domain/answer-words.ts";
import { mostPlaces, placesKnown } from "../../src/domain/learned-places.ts";
import { journalVersion, parseChange } from "../../src/domain/parse-project.ts";
import { cardText, promptCard } from "../../src/domain/prompt-card.ts";
import { learnedPlaces, learnedSummary } from "../support/fake-learning.ts";
import { change, label, setId, settings, slideId } from "../support/sample-project.ts";

const [one, two] = [slideId(1), slideId(2)];
const put = (places: unknown) => ({
  version: journalVersion,
  ...change("x", { type: "learned-places/put", id: setId(1), places: places as never }),
});

test("what is known is enough unless labels lie on a slide of which nothing is known", () => {
  const places = learnedPlaces([one]);
  expect(placesKnown(places, [one], new Set([one]))).toBe(places);
  expect(placesKnown(places, [one, two], new Set([one]))).toBe(places);
  expect(placesKnown(places, [one, two], new Set([one, two]))).toBe(null);
  expect(placesKnown([], [one], new Set([one]))).toBe(null);
  expect(placesKnown([], [one], new Set([two]))).toEqual([]);
});

test.each([
  ["of no slide", [{ ...learnedPlaces([one])[0], slideId: "x" }], "places[0].slideId"],
  ["off every slide", [{ slideId: one, region: { x: 1e12, y: 0, width: 1, height: 1 } }], "places[0].region.x"],
  ["of no size", [{ slideId: one, region: { x: 0, y: 0, width: 0, height: 1 } }], "places[0].region.width"],
  ["none at all", [], "places"],
  ["too many", Array.from({ length: mostPlaces + 1 }, () => learnedPlaces([one])[0]), "places"],
])("places %s are refused with the path that is wrong", (_, places, path) => {
  let caught: unknown;
  try {
    parseChange(put(places));
  } catch (error) {
    caught = error;
  }
  expect(isFault(caught, "damaged")).toBe(true);
  expect((caught as Error).message).toContain(path);
});

test("a journal from before there were such places is read as it was", () => {
  const entry = { ...change("x", { type: "label/put", label: label(1) }), version: "journal/2" };
  expect(parseChange(entry).events).toEqual([{ type: "label/put", label: label(1) }]);
});

const bytes = new Uint8Array([1]);

test("the card of a set that waits for labels says where it comes from, and gives no figure", () => {
  const text = cardText(promptCard(learnedSummary(bytes, "Learned", [one], 330)));
  expect(text).toContain(
    "From tissue: learned without labels from 330 places of 1 slide; 5 epochs in steps of 33, learning rate 0.3, seed 7",
  );
  expect(text).toContain("transductive: it had seen that slide’s tissue, though no label");
  expect(text).toContain("How good: no figure: without labels it answers nothing");
  expect(text).toContain("numbers derived from 330 patches of patient images");
});

test("a set tuned on it says so in its card and where it answers, and counts both kinds of patches", () => {
  const answer = { views: 8, temperature: 1, frozen: { share: 0.5, temperature: 1 }, words: "half and half" };
  const tuned = learnedSummary(bytes, "Tuned", [one, two], 330, {
    head: { kind: "whitened" },
    settings,
    answer,
    labels: { count: 12, digest: "a".repeat(64), perClass: [6, 6], origins: { free: 12 } },
  });
  expect(answerWords(tuned.metadata)).toBe(
    "50 % prompts, 50 % frozen features, averaged over 8 turned and mirrored views of a patch (half and half); prompts learned without labels from 330 places of 2 slides",
  );
  const text = cardText(promptCard(tuned));
  expect(text).toContain("a figure on slides it learned from is transductive");
  expect(text).toMatch(/Made by: PathoTune [\d.]+, 8 visual tokens in each of the last 12 blocks[;\n]/);
  expect(text).not.toContain(`${settings.epochs} epochs`);
  expect(text).toContain("numbers derived from 342 patches of patient images");
});
