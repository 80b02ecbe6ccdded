// How a text is said: English as it is written, German from its table, numbers and plurals as each language has them.
import { afterEach, describe, expect, test } from "vitest";
import { de } from "../../src/words/de.ts";
import { heard } from "../../src/words/heard.ts";
import { languages, offeredOf } from "../../src/words/languages.ts";
import { fixed, many, numeral, pieces, say, speak } from "../../src/words/say.ts";

const german = (): void => speak({ tag: "de", table: de });
afterEach(() => speak({ tag: "en", table: null }));

describe("a text", () => {
  test("is said in English as it stands, and by its table where another language is spoken", () => {
    expect(say("Rename")).toBe("Rename");
    german();
    expect(say("Rename")).toBe("Umbenennen");
  });

  test("has its gaps filled in the order of its language", () => {
    expect(say("Label {name} by clicking", { name: "Stroma" })).toBe("Label Stroma by clicking");
    german();
    expect(say("Label {name} by clicking", { name: "Stroma" })).toBe("Stroma durch Klicken labeln");
  });

  test("keeps what is put in as it is, though it looks like a gap", () => {
    expect(say("Label as {name}", { name: "{name}" })).toBe("Label as {name}");
  });

  test("of two meanings shows what stands before the bar", () => {
    expect(say("Open|they are")).toBe("Open");
    german();
    expect([say("Open|they are"), say("Open")]).toEqual(["Geöffnet", "Öffnen"]);
  });

  test("counts one and many", () => {
    const said = (n: number): string => many(n, "1 label", "{n} labels");
    expect([said(0), said(1), said(2)]).toEqual(["0 labels", "1 label", "2 labels"]);
    german();
    expect([said(0), said(1), said(2000)]).toEqual(["0 Labels", "1 Label", "2.000 Labels"]);
  });

  test("comes in pieces around a key or a link", () => {
    expect(pieces("{key} blinks between the last two.")).toEqual(["", { gap: "key" }, " blinks between the last two."]);
  });
});

test("numbers have the signs of the language; English is written as before there was another", () => {
  expect([fixed(0.5, 2), numeral(18345), say("{share} % of full size", { share: 0.25 })]).toEqual([
    "0.50",
    "18,345",
    "0.25 % of full size",
  ]);
  german();
  expect([fixed(0.5, 2), numeral(18345), say("{share} % of full size", { share: 0.25 })]).toEqual([
    "0,50",
    "18.345",
    "0,25 % der vollen Größe",
  ]);
});

describe("English from workers and logs", () => {
  test("is said by the table where that has it, whole or with its gaps filled; else as it came", () => {
    expect(heard("Add class Stroma")).toBe("Add class Stroma");
    german();
    expect(heard("Ready labels")).toBe("Fertige Labels");
    expect(heard("Add class Stroma")).toBe("Klasse Stroma anlegen");
    expect(heard("Draw 50 patches to check the map of A {x}")).toBe(
      "50 Patches ziehen, um die Karte von A {x} zu prüfen",
    );
    expect(heard("tile 7 of a.svs is damaged")).toBe("tile 7 of a.svs is damaged");
  });
});

test("the first wished language that there is, is spoken; English where there is none", () => {
  expect(languages.map(({ tag }) => tag)).toEqual(["en", "de"]);
  expect(offeredOf([null, "de-AT", "en"]).tag).toBe("de");
  expect(offeredOf(["fr-FR", "en-US", "de"]).tag).toBe("en");
  expect(offeredOf(["fr"]).tag).toBe("en");
});
