// What a person reads of how a set answers: of sets of every kind, and nothing where nothing need be said.
import { afterEach, expect, test } from "vitest";
import { answerWords } from "../../src/domain/answer-words.ts";
import type { PromptMethod } from "../../src/domain/prompt-set.ts";
import { de } from "../../src/words/de.ts";
import { speak } from "../../src/words/say.ts";

afterEach(() => speak({ tag: "en", table: null }));

const prompts: PromptMethod = { kind: "task-visual-deep", firstBlock: 8, blocks: 4, tokensPerBlock: 10 };
const none = { kind: "none" } as PromptMethod;

test("a set older than blends says nothing", () => {
  expect(answerWords({ method: prompts })).toBe(null);
});

test("the shares, the views and the reason are told", () => {
  const frozen = { share: 0.25, temperature: 1 };
  const answer = { views: 8, temperature: 1.2, frozen, words: "three quarters prompts: better by 0.04" };
  expect(answerWords({ method: prompts, answer })).toBe(
    "75 % prompts, 25 % frozen features, averaged over 8 turned and mirrored views of a patch (three quarters prompts: better by 0.04)",
  );
});

test("prompts alone are named as such where that was decided", () => {
  const answer = { views: 1, temperature: 1, frozen: null, words: "prompts only, as asked" };
  expect(answerWords({ method: prompts, answer })).toBe("prompts alone (prompts only, as asked)");
});

test("a set without prompts is frozen features, whatever its share says", () => {
  const answer = { views: 1, temperature: 1, frozen: { share: 1, temperature: 1 } };
  expect(answerWords({ method: none, answer })).toBe("frozen features and the regression of the labels, no prompts");
});

test("what the engine wrote into the set is said in the person's language, whole", () => {
  speak({ tag: "de", table: de });
  const answer = { views: 1, temperature: 1, frozen: { share: 0.5, temperature: 1 } };
  const said = (words: string): string | null => answerWords({ method: prompts, answer: { ...answer, words } });
  expect(said("a constant share, by its settings")).toBe(
    "50 % Prompts, 50 % eingefrorene Merkmale (ein fester Anteil, nach seinen Einstellungen)",
  );
  expect(said("constants: fewer than 4 labels in a class")).toContain("weniger als 4 Labels in einer Klasse");
});
